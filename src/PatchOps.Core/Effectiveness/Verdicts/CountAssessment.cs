using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Verdicts;

/// <summary>Fills in everything that follows from two counts, two exposures and a dispersion.</summary>
internal static class CountAssessment
{
    /// <param name="raw">With counts and positive exposures.</param>
    /// <param name="spread">Counts and exposures are divided by it, each side by its own: the effective number of independent incidents.</param>
    /// <param name="afterDays">Exposure after as it compares with that before.</param>
    /// <param name="itemsPerDay">Exposure that one further calendar day adds.</param>
    /// <param name="policy">What counts as proof.</param>
    /// <param name="reasons">Sentences are added here.</param>
    public static EffectivenessResult Assess(
        EffectivenessResult raw, CountSpread spread, double afterDays, double itemsPerDay, EffectivenessPolicy policy, List<string> reasons)
    {
        var before = raw.BeforeCount / spread.Before;
        var comparison = spread.Compare(raw.BeforeCount, raw.BeforeDays, raw.AfterCount, afterDays);
        var (low, high) = comparison.Interval(policy.Confidence);
        var useful = comparison.ProbabilityBelow(1 - policy.MinimumReduction);
        var verdict = raw.BeforeCount + raw.AfterCount == 0
            ? EffectivenessVerdict.Inconclusive
            : VerdictRules.Decide(low, high, useful, policy);
        var days = verdict != EffectivenessVerdict.Inconclusive ? 0
            : VerdictRules.DaysNeeded(raw.BeforeCount, raw.BeforeDays, raw.AfterCount, afterDays, spread, itemsPerDay * afterDays / raw.AfterDays, policy);
        var tail = policy.Alpha / 2;
        var result = raw with
        {
            Verdict = verdict,
            RateRatio = Json(comparison.Ratio),
            RateRatioLow = Json(low),
            RateRatioHigh = Json(high),
            PValue = comparison.PValue(),
            ProbabilityReduced = comparison.ProbabilityBelow(1),
            ProbabilityUseful = useful,
            DaysNeeded = days,
            PowerForTotalFix = raw.BeforeCount > 0 ? DetectionPower.Of(before, raw.BeforeDays, afterDays, 0, tail) : null,
            DetectableReduction = DetectionPower.DetectableReduction(before, raw.BeforeDays, afterDays, tail, 0.8),
        };
        reasons.Add(Sentences.Verdict(result, policy));
        reasons.Add(Sentences.Power(result, before, afterDays, policy));
        if (verdict == EffectivenessVerdict.Inconclusive) reasons.Add(Sentences.Waiting(result, policy));
        return result;
    }

    /// <summary>Null for what JSON cannot carry.</summary>
    public static double? Json(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
