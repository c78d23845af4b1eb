using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Verdicts;

/// <summary>The fixed rules from interval and probability to a verdict.</summary>
internal static class VerdictRules
{
    /// <summary>Worse: interval above 1. Effective: interval below 1 and a useful reduction probable. NotEffective: interval excludes a useful reduction.</summary>
    public static EffectivenessVerdict Decide(double low, double high, double probabilityUseful, EffectivenessPolicy policy) =>
        low > 1 ? EffectivenessVerdict.Worse
        : high < 1 && probabilityUseful >= policy.RequiredProbability ? EffectivenessVerdict.Effective
        : low > 1 - policy.MinimumReduction ? EffectivenessVerdict.NotEffective
        : EffectivenessVerdict.Inconclusive;

    /// <summary>The same rules from tail probabilities alone: no interval needs to be solved for.</summary>
    public static EffectivenessVerdict Decide(RateComparison comparison, EffectivenessPolicy policy)
    {
        var tail = policy.Alpha / 2;
        // A tail on the side of the estimate is about a half or more: only the other one is worth computing.
        var ratio = comparison.Ratio ?? double.PositiveInfinity;
        if (ratio > 1 && comparison.TailHigh(1) < tail) return EffectivenessVerdict.Worse;
        if (ratio < 1 && comparison.TailLow(1) < tail && comparison.ProbabilityBelow(1 - policy.MinimumReduction) >= policy.RequiredProbability)
            return EffectivenessVerdict.Effective;
        return ratio > 1 - policy.MinimumReduction && comparison.TailHigh(1 - policy.MinimumReduction) < tail ? EffectivenessVerdict.NotEffective : EffectivenessVerdict.Inconclusive;
    }

    /// <summary>Further days until the rules give a verdict if incidents go on at the present rate; null where none within the horizon.</summary>
    /// <param name="spread">Effective numbers of incidents.</param>
    /// <param name="perDay">Exposure that one calendar day adds: the number of items observed.</param>
    public static int? DaysNeeded(
        double before, double beforeDays, double after, double afterDays, CountSpread spread, double perDay, EffectivenessPolicy policy)
    {
        if (!(beforeDays > 0) || !(perDay > 0) || before + after <= 0 && afterDays > 0) return null;
        // Nothing observed yet: "if the fix is total" is the earliest that can be.
        var rate = afterDays > 0 ? after / afterDays : 0;
        bool Reached(int days)
        {
            var exposure = afterDays + days * perDay;
            var expected = after + Math.Round(rate * days * perDay);
            return Decide(spread.Compare(before, beforeDays, expected, exposure), policy) != EffectivenessVerdict.Inconclusive;
        }
        var low = 0;
        var high = 1;
        while (high < policy.HorizonDays && !Reached(high))
        {
            low = high;
            high = Math.Min(policy.HorizonDays, high + Math.Max(1, high / 2));
        }
        if (!Reached(high)) return null;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Reached(middle)) high = middle;
            else low = middle;
        }
        return high;
    }
}
