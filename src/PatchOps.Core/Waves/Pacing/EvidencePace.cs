namespace PatchOps.Core.Waves.Pacing;

/// <summary>Batches grow only as fast as the evidence allows: over the prior, P(more than MaxHarm hosts are ever harmed) ≤ 1 − confidence.</summary>
/// <remarks>
/// Each batch's own risk r = P(harm exceeds the limit in this batch | what was seen) is the tail of a beta-binomial. Along every path the
/// risks taken sum to at most 1 − confidence; since P(limit exceeded) = E[Σ r], the bound holds for the rollout as a whole and not only
/// for each dispatch. Each batch may take a quarter of what is left, so something is always left for the next.
/// A batch is complete when all its hosts have finished. The sizes follow from the counts alone, so a resumed run replays them.
/// </remarks>
public sealed class EvidencePace : IPace
{
    private const double Share = 0.25;

    private readonly BetaPrior prior;
    private readonly int maxHarm;
    private double left;
    private int batchStart;
    private int batch;

    /// <param name="prior">Learnt from history.</param>
    /// <param name="maxHarm">Hosts that may be harmed, 1 or more.</param>
    /// <param name="confidence">Between 0 and 1, both excluded.</param>
    public EvidencePace(BetaPrior prior, int maxHarm, double confidence)
    {
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxHarm, 1);
        if (confidence is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "Confidence must lie between 0 and 1.");
        this.prior = prior;
        this.maxHarm = maxHarm;
        left = 1 - confidence;
    }

    /// <summary>Risk not yet taken, of 1 − confidence.</summary>
    public double RiskLeft => left;

    public int MaxInFlight(PaceCounts counts)
    {
        if (counts.Finished >= batchStart + batch)
        {
            batchStart = counts.Finished;
            batch = Size(counts, out var risk);
            left -= risk;
        }
        return Math.Max(0, batchStart + batch - counts.Finished);
    }

    private int Size(PaceCounts counts, out double risk)
    {
        risk = 0;
        var room = maxHarm - counts.Harmed;
        if (room < 0) return 0;
        var seen = prior.Seen(counts.Good, counts.Harmed);
        var allowed = left * Share;
        // As many hosts as may be harmed can always go: they cannot exceed the limit.
        var (low, high) = (room, Math.Max(1, room * 2));
        while (seen.TailAbove(room, high) <= allowed && high < 1 << 24) (low, high) = (high, high * 2);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (seen.TailAbove(room, middle) <= allowed) low = middle;
            else high = middle;
        }
        risk = seen.TailAbove(room, low);
        return low;
    }
}
