using System.Globalization;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Verdicts;

/// <summary>The sentences of <see cref="EffectivenessResult.Reasons"/>, invariant culture.</summary>
internal static class Sentences
{
    public static string NoExposure(long beforeCount, double beforeDays, long afterCount, double afterDays)
    {
        var which = beforeDays <= 0 && afterDays <= 0 ? "before or after" : beforeDays <= 0 ? "before" : "after";
        var strange = (beforeDays <= 0 && beforeCount > 0) || (afterDays <= 0 && afterCount > 0)
            ? " Incidents without exposure time cannot make a rate." : "";
        return $"There is no exposure time {which} deployment, so no rate can be compared.{strange}";
    }

    public static string Verdict(EffectivenessResult result, EffectivenessPolicy policy)
    {
        if (result.BeforeCount + result.AfterCount == 0) return "No incident before and none after: there is no rate that could have fallen.";
        var interval = $"{Percent(policy.Confidence)} interval {Number(result.RateRatioLow)} to {(result.RateRatioHigh is null ? "unbounded" : Number(result.RateRatioHigh))}";
        var head = result.RateRatio is null
            ? $"The rate ratio is not defined, as nothing {(result.BeforeCount == 0 ? "" : "comparable ")}happened before ({interval})"
            : $"The rate after is {Number(result.RateRatio)} of the rate before ({interval}, p = {Number(result.PValue)})";
        var least = Percent(policy.MinimumReduction);
        return result.Verdict switch
        {
            EffectivenessVerdict.Effective => $"{head}; a reduction of at least {least} has probability {Number(result.ProbabilityUseful)}.",
            EffectivenessVerdict.Worse => $"{head}; the interval lies above 1.",
            EffectivenessVerdict.NotEffective => $"{head}; the interval excludes a reduction of {least}.",
            _ when result.RateRatioHigh < 1 => $"{head}; it fell, but a reduction of at least {least} has probability {Number(result.ProbabilityUseful)} only.",
            _ => $"{head}; the interval excludes neither no change nor a reduction of {least}.",
        };
    }

    /// <param name="result">With exposures.</param>
    /// <param name="effectiveBefore">Events of the baseline after division by the dispersion.</param>
    /// <param name="afterDays">Item-days after, at the rate that the controls say there would be.</param>
    /// <param name="policy">Gives the level.</param>
    public static string Power(EffectivenessResult result, double effectiveBefore, double afterDays, EffectivenessPolicy policy)
    {
        if (result.BeforeCount == 0) return "With no incident in the baseline not even a total fix can be shown.";
        var oneSided = DetectionPower.Of(effectiveBefore, result.BeforeDays, afterDays, 0, policy.Alpha);
        var smallest = result.DetectableReduction is { } reduction
            ? $"the smallest reduction seen with probability 0.8 is {Percent(reduction)}"
            : "even a total fix would not be seen with probability 0.8";
        return $"At this baseline and these times a total fix is shown with probability {Chance(result.PowerForTotalFix)} (one-sided {Chance(oneSided)}); {smallest}.";
    }

    public static string Waiting(EffectivenessResult result, EffectivenessPolicy policy) => result.DaysNeeded is { } days
        ? string.Create(CultureInfo.InvariantCulture, $"At the present rate a verdict is possible after {days} more days.")
        : string.Create(CultureInfo.InvariantCulture, $"At the present rate no verdict is in sight within {policy.HorizonDays} days.");

    public static string Number(double? value) => value is null ? "undefined" : value.Value.ToString("G3", CultureInfo.InvariantCulture);

    public static string Chance(double? value) => value is null ? "undefined" : value.Value.ToString("0.00", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
