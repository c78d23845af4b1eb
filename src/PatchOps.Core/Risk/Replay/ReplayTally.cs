using PatchOps.Core.Kpi.Statistics;

namespace PatchOps.Core.Risk.Replay;

/// <summary>Counts one strategy's choices. A vulnerability that is chosen on some of the assets counts in part, but the sample stays one of vulnerabilities.</summary>
internal sealed class ReplayTally(ReplayStrategy strategy)
{
    private readonly List<double> exposure = [];
    private ShareSums effort, coverage, knownEffort, knownCoverage;
    private RatioSums efficiency, knownEfficiency;
    private int chosen;

    public ReplayStrategy Strategy { get; } = strategy;

    /// <param name="choices">Choice on each kind of asset; null where it never chose there.</param>
    /// <param name="listed">Entry in KEV by the end of the period; null where there is none.</param>
    /// <param name="atRisk">True where KEV did not list it when it could first be judged.</param>
    /// <param name="to">First day that is not replayed.</param>
    public void Add(IReadOnlyList<ReplayChoice?> choices, DateOnly? listed, bool atRisk, DateOnly to)
    {
        double on = 0, early = 0, days = 0;
        for (var i = 0; i < choices.Count; i++)
        {
            var weight = Strategy.Kinds[i].Weight;
            if (choices[i] is not null) on += weight;
            if (listed is not { } day) continue;
            if (choices[i]?.Day < day) early += weight;
            var closed = choices[i] is { } c && c.Closed < to ? c.Closed : to;
            days += weight * Math.Max(0, closed.DayNumber - day.DayNumber);
        }
        knownEffort.Add(on);
        knownEfficiency.Add(listed is null ? 0 : on, on);
        if (listed is not null) knownCoverage.Add(on);
        if (!atRisk) return;
        if (on > 0) chosen++;
        effort.Add(on);
        efficiency.Add(early, on);
        if (listed is null) return;
        coverage.Add(early);
        exposure.Add(days);
    }

    public (int Chosen, Estimate Effort, Estimate Coverage, Estimate Efficiency, Estimate Exposure) Foresight() =>
        (chosen, effort.Estimate, coverage.Estimate, efficiency.Estimate, Estimate.Mean(exposure));

    public (Estimate Effort, Estimate Coverage, Estimate Efficiency) Hindsight() => (knownEffort.Estimate, knownCoverage.Estimate, knownEfficiency.Estimate);

    /// <summary>Mean of shares, 0–1.</summary>
    private struct ShareSums
    {
        private double sum, squares;
        private long n;

        public void Add(double share)
        {
            n++;
            sum += share;
            squares += share * share;
        }

        public readonly Estimate Estimate => Estimate.Share(n == 0 ? 0 : sum / n, n == 0 ? 0 : Math.Max(0, (squares / n) - (sum / n * (sum / n))) / n, n);
    }

    /// <summary>Sum of hits ÷ sum of choices, with the variance of a ratio of sums (Cochran, Sampling Techniques, 1977, section 6.3).</summary>
    private struct RatioSums
    {
        private double hits, hitSquares, products, chosen, chosenSquares;
        private long n;

        public void Add(double hit, double choice)
        {
            if (choice > 0) n++;
            hits += hit;
            hitSquares += hit * hit;
            products += hit * choice;
            chosen += choice;
            chosenSquares += choice * choice;
        }

        public readonly Estimate Estimate
        {
            get
            {
                var ratio = chosen > 0 ? Math.Min(1, hits / chosen) : 0;
                var residuals = hitSquares - (2 * ratio * products) + (ratio * ratio * chosenSquares);
                return Estimate.Share(ratio, chosen > 0 ? Math.Max(0, residuals) / (chosen * chosen) : 0, n);
            }
        }
    }
}

/// <param name="Day">First day on which the strategy chose.</param>
/// <param name="Closed">First day on which it is closed, if every choice is carried out within its time.</param>
internal readonly record struct ReplayChoice(DateOnly Day, DateOnly Closed);
