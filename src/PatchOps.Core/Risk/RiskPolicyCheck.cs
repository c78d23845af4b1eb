using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Finds what makes a policy unusable, so that no score is ever computed from it.</summary>
public static class RiskPolicyCheck
{
    /// <summary>One sentence for each fault; empty for a usable policy.</summary>
    public static IEnumerable<string> Faults(RiskPolicy p)
    {
        foreach (var (name, value) in new[]
        {
            (nameof(p.UnknownEpss), p.UnknownEpss), (nameof(p.KevFloor), p.KevFloor), (nameof(p.RansomwareFloor), p.RansomwareFloor),
            (nameof(p.ActiveFloor), p.ActiveFloor), (nameof(p.AcceptFailureProbability), p.AcceptFailureProbability),
            (nameof(p.PlannedShare), p.PlannedShare),
        })
        {
            if (!(value is >= 0 and <= 1)) yield return $"{name} must lie between 0 and 1.";
        }
        foreach (var (name, value) in new[] { (nameof(p.FixPrior), p.FixPrior), (nameof(p.FailurePrior), p.FailurePrior) })
        {
            if (!(value is > 0 and < 1)) yield return $"{name} must lie between 0 and 1, both left out.";
        }
        foreach (var (name, value) in new[]
        {
            (nameof(p.RecurrenceHalfLifeDays), p.RecurrenceHalfLifeDays), (nameof(p.RecurrencePriorPerDay), p.RecurrencePriorPerDay),
            (nameof(p.RecurrencePriorShape), p.RecurrencePriorShape), (nameof(p.ShrinkageTrials), p.ShrinkageTrials),
            (nameof(p.ScoreUnit), p.ScoreUnit), (nameof(p.ScoreTop), p.ScoreTop), (nameof(p.BenefitDays), p.BenefitDays),
        })
        {
            if (!(double.IsFinite(value) && value > 0)) yield return $"{name} must be above 0.";
        }
        foreach (var (name, value) in new[]
        {
            (nameof(p.OutageHours), p.OutageHours), (nameof(p.OutageShareOfValue), p.OutageShareOfValue),
            (nameof(p.DowntimeMinutes), p.DowntimeMinutes), (nameof(p.WorkPerInstall), p.WorkPerInstall),
        })
        {
            if (!(double.IsFinite(value) && value >= 0)) yield return $"{name} must be 0 or more.";
        }
        foreach (var (name, values, count, greatest) in new[]
        {
            (nameof(p.Reach), p.Reach, 4, 1.0), (nameof(p.Spread), p.Spread, 4, double.MaxValue),
            (nameof(p.Value), p.Value, 5, double.MaxValue), (nameof(p.EnvironmentShare), p.EnvironmentShare, 4, 1.0),
        })
        {
            if (!Monotone(values, count, greatest, 1)) yield return $"{name} needs {count} values that never fall.";
        }
        if (!Monotone(p.VectorReach, 4, 1, -1)) yield return "VectorReach needs four values from 0 to 1 that never rise.";
        if (!Monotone(p.IncidentCost, 5, double.MaxValue, -1)) yield return "IncidentCost needs five values that never rise.";
        if (p.RansomwareFloor < p.KevFloor) yield return "RansomwareFloor is below KevFloor.";
        if (p.ScoreTop <= p.ScoreUnit) yield return "ScoreTop must be above ScoreUnit.";
        if (!(p.UnknownCvss is >= 0 and <= 10)) yield return "UnknownCvss must lie between 0 and 10.";
        if (p.DefaultCriticality is < 1 or > 5) yield return "DefaultCriticality must lie between 1 and 5.";
        if (p.DefaultPriority is < 1 or > 5) yield return "DefaultPriority must lie between 1 and 5.";
        if (!(p.AcceptScore >= 0 && p.AcceptScore <= p.ScheduleScore && p.ScheduleScore <= p.ExpediteScore
            && p.ExpediteScore <= p.EmergencyScore && p.EmergencyScore <= 100))
            yield return "The thresholds contradict each other: 0 ≤ AcceptScore ≤ ScheduleScore ≤ ExpediteScore ≤ EmergencyScore ≤ 100.";
        if (string.IsNullOrWhiteSpace(p.Currency)) yield return "Currency must not be empty.";
        if (!SsvcTables.Choices.Any(t => t.Id.Equals(p.SsvcTable, StringComparison.OrdinalIgnoreCase)))
            yield return $"SsvcTable '{p.SsvcTable}' is unknown; choose {string.Join(", ", SsvcTables.Choices.Select(t => t.Id))}.";
        var outcomes = SsvcTables.Choices.SelectMany(t => t.Outcomes).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in p.SsvcFloor.Keys.Concat(p.SsvcDays.Keys).Distinct().Where(n => !outcomes.Contains(n)))
            yield return $"'{name}' is no outcome of an SSVC table.";
        if (p.SsvcDays.Values.Any(d => d < 0)) yield return "SsvcDays must be 0 or more.";
        foreach (var fault in p.Ssvc.Faults()) yield return $"Ssvc: {fault}";
        var levels = p.ServiceLevels;
        foreach (var (name, days) in new[]
        {
            (nameof(levels.Standard), levels.Standard), (nameof(levels.Internet), levels.Internet), (nameof(levels.Regulated), levels.Regulated),
        })
        {
            if (days.Count != 4 || days.Any(d => d < 0) || days.Zip(days.Skip(1)).Any(d => d.First < d.Second))
                yield return $"ServiceLevels.{name} needs four counts of days that never rise from Defer to Emergency.";
        }
    }

    /// <exception cref="FailureException"><c>RiskPolicyInvalid</c>: lists every fault.</exception>
    public static void Require(RiskPolicy policy)
    {
        var faults = Faults(policy).ToList();
        if (faults.Count > 0)
            throw new FailureException(
                "RiskPolicyInvalid", FailureKind.InvalidInput, $"The risk policy cannot be used: {string.Join(" ", faults)}", null,
                "Test-PatchPolicy names the lines.");
    }

    private static bool Monotone(IReadOnlyList<double> values, int count, double greatest, int direction) =>
        values.Count == count && values.All(v => v >= 0 && v <= greatest)
        && values.Zip(values.Skip(1)).All(p => Math.Sign(p.Second - p.First) != -direction);
}
