using System.Globalization;
using NodaTime;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Checks;

/// <summary>Rules of the section <c>planning</c>.</summary>
internal static class PlanningPolicyCheck
{
    private static readonly string[] ProbeKinds = ["Command", "Service", "Tcp", "Http", "Log", "Prometheus", "PowerShell"];

    public static IEnumerable<PolicyRule> Rules(PlanningPolicy p) => Ranges(p).Concat(Calendar(p)).Concat(PlanningRulesCheck.Rules(p)).Concat(Probes(p)).Concat(Approvals(p));

    private static IEnumerable<PolicyRule> Ranges(PlanningPolicy p)
    {
        foreach (var (name, value) in new[] { ("canaryShare", p.CanaryShare), ("pilotShare", p.PilotShare) })
            if (!(value is >= 0 and <= 1)) yield return Rule($"{name} must lie between 0 and 1.", name);
        foreach (var (name, value) in new[] { ("soak", p.Soak), ("bake", p.Bake), ("detectionWindow", p.DetectionWindow), ("probeGrace", p.ProbeGrace) })
            if (value < TimeSpan.Zero || value > TimeSpan.FromDays(365)) yield return Rule($"{name} must lie between 0 and 365 days.", name);
        if (p.DefaultMedian <= TimeSpan.Zero || p.DefaultMedian > TimeSpan.FromDays(7)) yield return Rule("defaultMedian must be above 0 and at most 7 days.", "defaultMedian");
        if (p.DefaultNinetiethPercentile < p.DefaultMedian) yield return Rule("defaultNinetiethPercentile is below defaultMedian.", "defaultNinetiethPercentile", "defaultMedian");
        if (p.DefaultNinetiethPercentile > TimeSpan.FromDays(7)) yield return Rule("defaultNinetiethPercentile must be at most 7 days.", "defaultNinetiethPercentile");
        foreach (var (name, value) in new[] { ("maxConcurrent", p.MaxConcurrent), ("maxConcurrentPerTeam", p.MaxConcurrentPerTeam), ("durationSamples", p.DurationSamples), ("approvalQuorum", p.ApprovalQuorum) })
            if (value < 1) yield return Rule($"{name} must be 1 or more.", name);
        if (p.MaxFailures < 0) yield return Rule("maxFailures must be 0 or more.", "maxFailures");
        if (!(p.MaxFailurePercent is >= 0 and <= 100)) yield return Rule("maxFailurePercent must lie between 0 and 100.", "maxFailurePercent");
        if (!(double.IsFinite(p.LatenessFactor) && p.LatenessFactor >= 0)) yield return Rule("latenessFactor must be 0 or more.", "latenessFactor");
    }

    private static IEnumerable<PolicyRule> Calendar(PlanningPolicy p)
    {
        if (Refused(() => WindowText.Parse(p.DefaultWindow, DateTimeZone.Utc, name => p.Windows.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) ? [] : null)) is { } window) yield return Rule(window, "defaultWindow");
        foreach (var (name, text) in p.Windows)
            if (Refused(() => WindowText.Parse(text, DateTimeZone.Utc)) is { } why) yield return Rule(why, $"windows.{name}");
        for (var i = 0; i < p.Freezes.Count; i++)
        {
            var (freeze, key) = (p.Freezes[i], string.Create(CultureInfo.InvariantCulture, $"freezes[{i}]"));
            if (string.IsNullOrWhiteSpace(freeze.Name)) yield return Rule("A freeze needs a name.", $"{key}.name", key);
            if (Refused(() => ZoneNames.Resolve(freeze.TimeZone)) is { } zone) yield return Rule(zone, $"{key}.timeZone", key);
            else if (Refused(() => FreezeText.Parse(freeze.Name, freeze.When, ZoneNames.Resolve(freeze.TimeZone))) is { } why) yield return Rule(why, $"{key}.when", key);
        }
    }

    private static IEnumerable<PolicyRule> Probes(PlanningPolicy p)
    {
        for (var i = 0; i < p.Probes.Count; i++)
        {
            var (probe, key) = (p.Probes[i], string.Create(CultureInfo.InvariantCulture, $"probes[{i}]"));
            if (!ProbeKinds.Contains(probe.Kind, StringComparer.OrdinalIgnoreCase))
            {
                yield return Rule($"'{probe.Kind}' is no kind of probe; choose {string.Join(", ", ProbeKinds)}.", $"{key}.kind", key);
                continue;
            }
            var wrong = probe.Kind.ToUpperInvariant() switch
            {
                _ when string.IsNullOrWhiteSpace(probe.Target) => "needs a target",
                "TCP" when !(int.TryParse(probe.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535) => "needs a port from 1 to 65535 as its target",
                "HTTP" when !(Uri.TryCreate(probe.Target.Replace("{host}", "host", StringComparison.OrdinalIgnoreCase), UriKind.Absolute, out var address) && address.Scheme is "http" or "https") => "needs an address beginning with http:// or https:// as its target",
                "LOG" when !probe.Target.Trim().Contains(' ', StringComparison.Ordinal) => "needs a file and a pattern, separated by a blank, as its target",
                _ => null,
            };
            if (wrong is not null) yield return Rule($"A probe of kind {probe.Kind} {wrong}.", $"{key}.target", key);
        }
    }

    private static IEnumerable<PolicyRule> Approvals(PlanningPolicy p)
    {
        foreach (var (name, role) in new[] { ("approverRole", p.ApproverRole), ("emergencyRole", p.EmergencyRole) })
        {
            if (string.IsNullOrWhiteSpace(role))
            {
                yield return Rule($"{name} must not be empty.", name);
                continue;
            }
            // A quorum that nobody can reach would be found out on the night of the change.
            var listed = p.Roles.FirstOrDefault(r => r.Key.Equals(role, StringComparison.OrdinalIgnoreCase));
            if (listed.Key is null) continue;
            var holders = listed.Value.Distinct(StringComparer.OrdinalIgnoreCase).Count();
            var needed = name == "approverRole" ? p.ApprovalQuorum : 1;
            if (holders < needed)
                yield return Rule(string.Create(CultureInfo.InvariantCulture, $"Nothing could ever be approved: {needed} must hold the role {role}, and roles lists {holders}."), $"roles.{listed.Key}", "approvalQuorum", name);
            else if (!p.OwnPlans && holders == needed)
                yield return Rule($"Whoever holds the role {role} cannot make plans: ownPlans is false, and nobody else could approve them.", $"roles.{listed.Key}", "ownPlans") with { Severity = FindingSeverity.Warning };
        }
    }

    private static PolicyRule Rule(string message, params string[] keys) => new(message, [.. keys.Select(k => "planning." + k)]);

    internal static string? Refused(Action parse)
    {
        try
        {
            parse();
            return null;
        }
        catch (FailureException e)
        {
            return e.Failure.Message;
        }
    }
}
