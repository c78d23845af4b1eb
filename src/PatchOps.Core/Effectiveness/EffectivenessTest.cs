using System.Globalization;
using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Effectiveness.Verdicts;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Counts-only comparison: two counts, two exposure times, exact statistics.</summary>
public static class EffectivenessTest
{
    /// <summary>Compares the incident rate after a deployment with the rate before.</summary>
    /// <param name="beforeCount">Incidents before, zero or more.</param>
    /// <param name="beforeDays">Days (or item-days) observed before; zero gives an Inconclusive answer that says so.</param>
    /// <param name="afterCount">Incidents after, zero or more.</param>
    /// <param name="afterDays">Days (or item-days) observed after.</param>
    /// <param name="policy">Default policy where null.</param>
    /// <exception cref="FailureException">A count is negative, or a time negative or not a finite number.</exception>
    public static EffectivenessResult FromCounts(
        long beforeCount, double beforeDays, long afterCount, double afterDays, EffectivenessPolicy? policy = null)
    {
        policy ??= EffectivenessPolicy.Default;
        RequireCount(beforeCount, "BeforeCount");
        RequireCount(afterCount, "AfterCount");
        RequireDays(beforeDays, "BeforeDays");
        RequireDays(afterDays, "AfterDays");

        var reasons = new List<string>();
        var raw = new EffectivenessResult
        {
            Verdict = EffectivenessVerdict.Inconclusive,
            BeforeCount = beforeCount,
            BeforeDays = beforeDays,
            AfterCount = afterCount,
            AfterDays = afterDays,
            MinimumReduction = policy.MinimumReduction,
            Design = EffectivenessDesign.Counts,
            Model = CountModel.Poisson,
        };
        if (beforeDays <= 0 || afterDays <= 0)
        {
            reasons.Add(Sentences.NoExposure(beforeCount, beforeDays, afterCount, afterDays));
            return raw with
            {
                DaysNeeded = beforeDays > 0 ? VerdictRules.DaysNeeded(beforeCount, beforeDays, 0, 0, CountSpread.None, 1, policy) : null,
                Reasons = reasons,
            };
        }
        var result = CountAssessment.Assess(raw, CountSpread.None, afterDays, 1, policy, reasons);
        reasons.Add("Counts alone exclude neither a trend nor regression to the mean: a problem is patched when it is at its worst.");
        return result with { Reasons = reasons };
    }

    private static void RequireCount(long count, string name)
    {
        if (count < 0)
            throw new FailureException("CountNegative", FailureKind.InvalidInput,
                string.Create(CultureInfo.InvariantCulture, $"{name} is {count}; a count is zero or more."), name, "Give the number of incidents.");
    }

    private static void RequireDays(double days, string name)
    {
        if (!double.IsFinite(days) || days < 0)
            throw new FailureException("DaysInvalid", FailureKind.InvalidInput,
                string.Create(CultureInfo.InvariantCulture, $"{name} is {days}; a time is a finite number of days, zero or more."), name,
                "Give the observed time in days.");
    }
}
