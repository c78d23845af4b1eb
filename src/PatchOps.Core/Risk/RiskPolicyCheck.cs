using PatchOps.Core.Governance.Checks;
using PatchOps.Core.Risk.Rules;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Finds what makes a policy unusable, so that no score is ever computed from it.</summary>
public static class RiskPolicyCheck
{
    /// <summary>One sentence for each fault; empty for a usable policy.</summary>
    public static IEnumerable<string> Faults(RiskPolicy p) => Rules(p).Where(r => r.Severity == FindingSeverity.Error).Select(r => r.Message);

    /// <summary>Every rule that the policy breaks, with its keys.</summary>
    public static IEnumerable<PolicyRule> Rules(RiskPolicy p) => Values(p).Concat(Decisions(p)).Concat(Tables(p));

    private static IEnumerable<PolicyRule> Values(RiskPolicy p)
    {
        foreach (var (name, value) in new[]
        {
            (nameof(p.UnknownEpss), p.UnknownEpss), (nameof(p.KevFloor), p.KevFloor), (nameof(p.RansomwareFloor), p.RansomwareFloor),
            (nameof(p.ActiveFloor), p.ActiveFloor), (nameof(p.AcceptFailureProbability), p.AcceptFailureProbability),
            (nameof(p.PlannedShare), p.PlannedShare),
        })
        {
            if (!(value is >= 0 and <= 1)) yield return Rule($"{name} must lie between 0 and 1.", name);
        }
        foreach (var (name, value) in new[] { (nameof(p.FixPrior), p.FixPrior), (nameof(p.FailurePrior), p.FailurePrior) })
        {
            if (!(value is > 0 and < 1)) yield return Rule($"{name} must lie between 0 and 1, both left out.", name);
        }
        foreach (var (name, value) in new[]
        {
            (nameof(p.RecurrenceHalfLifeDays), p.RecurrenceHalfLifeDays), (nameof(p.RecurrencePriorPerDay), p.RecurrencePriorPerDay),
            (nameof(p.RecurrencePriorShape), p.RecurrencePriorShape), (nameof(p.ShrinkageTrials), p.ShrinkageTrials),
            (nameof(p.ScoreUnit), p.ScoreUnit), (nameof(p.ScoreTop), p.ScoreTop), (nameof(p.BenefitDays), p.BenefitDays),
        })
        {
            if (!(double.IsFinite(value) && value > 0)) yield return Rule($"{name} must be above 0.", name);
        }
        foreach (var (name, value) in new[]
        {
            (nameof(p.AcceptRecurrence), p.AcceptRecurrence), (nameof(p.OutageHours), p.OutageHours), (nameof(p.OutageShareOfValue), p.OutageShareOfValue),
            (nameof(p.DowntimeMinutes), p.DowntimeMinutes), (nameof(p.WorkPerInstall), p.WorkPerInstall),
        })
        {
            if (!(double.IsFinite(value) && value >= 0)) yield return Rule($"{name} must be 0 or more.", name);
        }
        foreach (var (name, values, count, greatest) in new[]
        {
            (nameof(p.Reach), p.Reach, 4, 1.0), (nameof(p.Spread), p.Spread, 4, double.MaxValue),
            (nameof(p.Value), p.Value, 5, double.MaxValue), (nameof(p.EnvironmentShare), p.EnvironmentShare, 4, 1.0),
        })
        {
            if (!Monotone(values, count, greatest, 1)) yield return Rule($"{name} needs {count} values that never fall.", name);
        }
        if (!Monotone(p.VectorReach, 4, 1, -1)) yield return Rule("VectorReach needs four values from 0 to 1 that never rise.", nameof(p.VectorReach));
        if (!Monotone(p.IncidentCost, 5, double.MaxValue, -1)) yield return Rule("IncidentCost needs five values that never rise.", nameof(p.IncidentCost));
        if (p.RansomwareFloor < p.KevFloor) yield return Rule("RansomwareFloor is below KevFloor.", nameof(p.RansomwareFloor), nameof(p.KevFloor));
        if (p.ScoreTop <= p.ScoreUnit) yield return Rule("ScoreTop must be above ScoreUnit.", nameof(p.ScoreTop), nameof(p.ScoreUnit));
        if (!(p.UnknownCvss is >= 0 and <= 10)) yield return Rule("UnknownCvss must lie between 0 and 10.", nameof(p.UnknownCvss));
        if (p.DefaultCriticality is < 1 or > 5) yield return Rule("DefaultCriticality must lie between 1 and 5.", nameof(p.DefaultCriticality));
        if (p.DefaultPriority is < 1 or > 5) yield return Rule("DefaultPriority must lie between 1 and 5.", nameof(p.DefaultPriority));
    }

    private static IEnumerable<PolicyRule> Decisions(RiskPolicy p)
    {
        if (!(p.AcceptScore >= 0 && p.AcceptScore <= p.ScheduleScore && p.ScheduleScore <= p.ExpediteScore
            && p.ExpediteScore <= p.EmergencyScore && p.EmergencyScore <= 100))
        {
            yield return Rule("The thresholds contradict each other: 0 ≤ AcceptScore ≤ ScheduleScore ≤ ExpediteScore ≤ EmergencyScore ≤ 100.",
                nameof(p.AcceptScore), nameof(p.ScheduleScore), nameof(p.ExpediteScore), nameof(p.EmergencyScore));
        }
        if (string.IsNullOrWhiteSpace(p.Currency)) yield return Rule("Currency must not be empty.", nameof(p.Currency));
        if (!SsvcTables.Choices.Any(t => t.Id.Equals(p.SsvcTable, StringComparison.OrdinalIgnoreCase)))
            yield return Rule($"SsvcTable '{p.SsvcTable}' is unknown; choose {string.Join(", ", SsvcTables.Choices.Select(t => t.Id))}.", nameof(p.SsvcTable));
        var outcomes = SsvcTables.Choices.SelectMany(t => t.Outcomes).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (table, names) in new[] { (nameof(p.SsvcFloor), p.SsvcFloor.Keys), (nameof(p.SsvcDays), p.SsvcDays.Keys) })
        {
            foreach (var name in names.Where(n => !outcomes.Contains(n))) yield return Rule($"'{name}' is no outcome of an SSVC table.", $"{table}.{name}", table);
        }
        foreach (var (name, days) in p.SsvcDays)
        {
            if (days < 0) yield return Rule($"SsvcDays of '{name}' must be 0 or more.", $"{nameof(p.SsvcDays)}.{name}");
        }
        foreach (var fault in p.Ssvc.Faults()) yield return Rule($"Ssvc: {fault}", nameof(p.Ssvc));
        var levels = p.ServiceLevels;
        foreach (var (name, days) in new[]
        {
            (nameof(levels.Standard), levels.Standard), (nameof(levels.Internet), levels.Internet), (nameof(levels.Sensitive), levels.Sensitive), (nameof(levels.Regulated), levels.Regulated),
        })
        {
            if (days.Count != 4 || days.Any(d => d < 0) || days.Zip(days.Skip(1)).Any(d => d.First < d.Second))
                yield return Rule($"ServiceLevels.{name} needs four counts of days that never rise from Defer to Emergency.", $"{nameof(p.ServiceLevels)}.{name}", nameof(p.ServiceLevels));
            else if (name != nameof(levels.Standard) && levels.Standard.Count == 4 && days.Zip(levels.Standard).All(d => d.First >= d.Second))
                yield return Rule($"ServiceLevels.{name} is nowhere stricter than Standard, and so decides nothing: the strictest class of an asset counts.", $"{nameof(p.ServiceLevels)}.{name}") with { Severity = FindingSeverity.Warning };
        }
    }

    private static IEnumerable<PolicyRule> Tables(RiskPolicy p)
    {
        foreach (var (kind, urgency) in p.Updates)
        {
            if (urgency.AtLeast > urgency.AtMost) yield return Rule($"Updates.{kind} must be at least {urgency.AtLeast} and at most {urgency.AtMost}, which contradict each other.", $"{nameof(p.Updates)}.{kind}.atLeast", $"{nameof(p.Updates)}.{kind}");
            if (urgency.Days < 0) yield return Rule($"Updates.{kind}.days must be 0 or more.", $"{nameof(p.Updates)}.{kind}.days", $"{nameof(p.Updates)}.{kind}");
        }
        for (var i = 0; i < p.Tiers.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(p.Tiers[i].Name)) yield return Rule("A tier needs a name.", FormattableString.Invariant($"{nameof(p.Tiers)}[{i}].name"));
        }
    }

    private static PolicyRule Rule(string message, params string[] keys) =>
        new(message, [.. keys.Select(k => "risk." + string.Join('.', k.Split('.').Select(part => char.ToLowerInvariant(part[0]) + part[1..])))]);

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
