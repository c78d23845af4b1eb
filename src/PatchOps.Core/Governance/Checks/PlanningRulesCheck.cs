using System.Globalization;
using NodaTime;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Planning.Stacks;

namespace PatchOps.Core.Governance.Checks;

/// <summary>Rules of the section <c>planning</c> about capacities, teams, compatibility and prerequisites.</summary>
internal static class PlanningRulesCheck
{
    public static IEnumerable<PolicyRule> Rules(PlanningPolicy p) => Capacities(p).Concat(Calendars(p)).Concat(Stacks(p));

    private static IEnumerable<PolicyRule> Capacities(PlanningPolicy p)
    {
        foreach (var (name, value) in new[] { ("maxConcurrentPerSite", p.MaxConcurrentPerSite), ("maxConcurrentPerSegment", p.MaxConcurrentPerSegment) })
            if (value < 1) yield return Rule($"{name} must be 1 or more.", name);
        for (var i = 0; i < p.Limits.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(p.Limits[i].Name)) yield return Rule("A limit needs a name.", At("limits", i, "name"), At("limits", i));
            if (p.Limits[i].MaxConcurrent < 1) yield return Rule("maxConcurrent must be 1 or more.", At("limits", i, "maxConcurrent"), At("limits", i));
        }
        foreach (var name in p.Limits.GroupBy(l => l.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1)) yield return Rule($"There are several limits with the name '{name.Key}'.", "limits");
        foreach (var (team, rule) in p.Teams)
            if (rule.MaxConcurrent < 1) yield return Rule("maxConcurrent must be 1 or more.", $"teams.{team}.maxConcurrent", $"teams.{team}");
    }

    private static IEnumerable<PolicyRule> Calendars(PlanningPolicy p)
    {
        for (var i = 0; i < p.WindowRules.Count; i++)
        {
            var text = p.WindowRules[i].Window;
            if (p.Windows.Keys.Contains(text, StringComparer.OrdinalIgnoreCase)) continue;
            if (PlanningPolicyCheck.Refused(() => WindowText.Parse(text, DateTimeZone.Utc, name => p.Windows.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) ? [] : null)) is { } why) yield return Rule(why, At("windowRules", i, "window"), At("windowRules", i));
        }
        foreach (var (team, rule) in p.Teams)
        {
            if (PlanningPolicyCheck.Refused(() => ZoneNames.Resolve(rule.TimeZone)) is { } zone) yield return Rule(zone, $"teams.{team}.timeZone", $"teams.{team}");
            else if (rule.Hours is { } hours && PlanningPolicyCheck.Refused(() => WindowText.Parse(hours, ZoneNames.Resolve(rule.TimeZone))) is { } why) yield return Rule(why, $"teams.{team}.hours", $"teams.{team}");
        }
        for (var i = 0; i < p.Backups.Count; i++)
            if (p.Backups[i].Schedule is { } schedule && PlanningPolicyCheck.Refused(() => WindowText.Parse(schedule, DateTimeZone.Utc)) is { } why) yield return Rule(why, At("backups", i, "schedule"), At("backups", i));
        for (var i = 0; i < p.Attended.Count; i++)
        {
            if (p.Attended[i].Team is { } team && p.Team(team)?.Hours is null)
                yield return Rule($"'{p.Attended[i].Name}' is attended by {team}, whose working hours teams does not state.", At("attended", i, "team"), At("attended", i)) with { Severity = Domain.FindingSeverity.Warning };
        }
    }

    private static IEnumerable<PolicyRule> Stacks(PlanningPolicy p)
    {
        for (var i = 0; i < p.Compatibility.Count; i++)
        {
            var rule = p.Compatibility[i];
            if (PlanningPolicyCheck.Refused(() => VersionRange.Parse(rule.Versions)) is { } versions) yield return Rule(versions, At("compatibility", i, "versions"), At("compatibility", i));
            if (string.IsNullOrWhiteSpace(rule.NeedsVersions)) yield return Rule("needsVersions must not be empty.", At("compatibility", i, "needsVersions"), At("compatibility", i));
            else if (PlanningPolicyCheck.Refused(() => VersionRange.Parse(rule.NeedsVersions)) is { } needs) yield return Rule(needs, At("compatibility", i, "needsVersions"), At("compatibility", i));
        }
        foreach (var name in p.Compatibility.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1)) yield return Rule($"There are several rules with the name '{name.Key}'.", "compatibility");
        for (var i = 0; i < p.Prerequisites.Count; i++)
            if (p.Prerequisites[i].Needs.Count == 0) yield return Rule("needs must name a patch.", At("prerequisites", i, "needs"), At("prerequisites", i));
    }

    private static string At(string list, int index, string? key = null) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]{(key is null ? "" : "." + key)}");

    private static PolicyRule Rule(string message, params string[] keys) => new(message, [.. keys.Select(k => "planning." + k)]);
}
