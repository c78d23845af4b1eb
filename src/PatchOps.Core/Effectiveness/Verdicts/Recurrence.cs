using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Verdicts;

/// <summary>Finds the point at which a rate that had fallen came back.</summary>
/// <param name="At">Days since the data's start.</param>
/// <param name="QuietCount">Incidents between deployment and the change point.</param>
/// <param name="QuietDays">Item-days between.</param>
/// <param name="ReturnCount">Incidents since.</param>
/// <param name="ReturnDays">Item-days since.</param>
internal sealed record Recurrence(double At, double QuietCount, double QuietDays, double ReturnCount, double ReturnDays)
{
    /// <summary>Level after Bonferroni's correction for the places looked at.</summary>
    private const double Level = 0.01;

    private const int Smallest = 3;

    /// <summary>Null where nothing came back.</summary>
    public static Recurrence? Find(BeforeAfterWindow window)
    {
        if (window.AfterCount < Smallest || window.BeforeCount == 0) return null;
        var policy = window.Policy;
        var edges = new List<(double At, int Step, double Weight)>();
        var times = new List<double>();
        double weighted = 0;
        foreach (var item in window.Items)
        {
            // Quiet items that are patched first, as canaries are, are no fall, and the others that follow no return.
            double from = item.AfterFrom, until = item.AfterUntil(policy.AfterDays), weight = window.Weight(item);
            edges.Add((from, 1, weight));
            edges.Add((until, -1, -weight));
            weighted += weight * (until - from);
            foreach (var at in item.Symptoms)
                if (at >= from && at < until) times.Add(at);
        }
        edges.Sort();
        times.Sort();

        // Bursts in the baseline set the scale: the return itself must not count as noise.
        double? spread = null;
        Recurrence? best = null;
        var bestP = Level / times.Count;
        double exposure = 0, itemDays = 0, reached = edges[0].At, active = 0;
        int edge = 0, items = 0;
        void Reach(double at)
        {
            exposure += active * (at - reached);
            itemDays += items * (at - reached);
            reached = at;
        }
        for (var k = 0; k <= times.Count - Smallest; k++)
        {
            while (edge < edges.Count && edges[edge].At <= times[k])
            {
                Reach(edges[edge].At);
                items += edges[edge].Step;
                active += edges[edge].Weight;
                edge++;
            }
            Reach(times[k]);
            double quietDays = exposure, returnDays = weighted - exposure;
            if (quietDays <= 0 || returnDays <= 0) continue;
            double quiet = k, back = times.Count - k;
            // Cheap look first: is the rate since then higher, and near the old one again?
            if (back / returnDays < 0.5 * window.BeforeCount / window.BeforeDays || back / returnDays <= 1.5 * quiet / quietDays) continue;
            spread ??= BeforeAfterDispersion.Of(window, beforeOnly: true).Effective(policy.Confidence);
            // The first returning incident defines the place and is not evidence.
            var p = new RateComparison(quiet / spread.Value, quietDays, (back - 1) / spread.Value, returnDays).TailHigh(1);
            if (p >= bestP) continue;
            var fell = new RateComparison(window.BeforeCount / spread.Value, window.BeforeDays, quiet / spread.Value, quietDays);
            if (VerdictRules.Decide(fell, policy) != EffectivenessVerdict.Effective) continue;
            bestP = p;
            best = new Recurrence(times[k], quiet, itemDays, back, window.AfterDays - itemDays);
        }
        return best;
    }
}
