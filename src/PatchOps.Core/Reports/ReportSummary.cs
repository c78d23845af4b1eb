using System.Globalization;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Core.Reports;

/// <summary>A report in a few sentences.</summary>
internal static class ReportSummary
{
    public static IReadOnlyList<string> Of(ReportKind kind, ReportInput input)
    {
        var sentences = new List<string>();
        if (input.Facts.Assets.Count == 0) return ["The store holds no assets yet: import some with Import-PatchAsset, or read hosts with Get-PatchInventory."];
        if (kind != ReportKind.Wave) sentences.AddRange([Loss(input), Urgent(input)]);
        if (input.HostsWanted) return [.. Hosts(input).Take(10)];
        if (kind == ReportKind.Wave || input.Plans.Count > 0) sentences.Add(Plan(input));
        if (kind != ReportKind.Wave) sentences.Add(Verdicts(input));
        if (input.Audit is { } audit) sentences.Add(Audit(audit));
        return sentences;
    }

    public static string Audit(AuditVerdict audit) => audit.Intact
        ? $"The audit trail is intact: {Count(audit.Entries, "entry", "entries")} checked."
        : $"The audit trail is broken at entry {audit.FirstBroken?.ToString(CultureInfo.InvariantCulture)}: {audit.Reason}.";

    /// <summary>A number with its noun.</summary>
    public static string Count(long number, string one, string many) => $"{ReportCell.Of(number).Text} {(number == 1 ? one : many)}";

    private static string Loss(ReportInput input)
    {
        var missing = input.Facts.Open.Count(o => o.Patch is not null);
        var loss = ReportCell.Money(input.Facts.Open.Sum(o => o.Risk.ExpectedLossPerDay), input.Currency);
        return missing == 0
            ? $"No patch is known to be missing on {Count(input.Facts.Assets.Count, "asset", "assets")}."
            : $"Leaving things as they are costs an expected {loss.Text} a day: {Count(input.Patches.Count, "patch is", "patches are")} missing in {Count(missing, "place", "places")} on {Count(input.Facts.Assets.Count, "asset", "assets")}.";
    }

    private static string Urgent(ReportInput input)
    {
        var urgent = input.Patches.Count(r => r.Decision >= PatchDecision.Expedite);
        var late = input.Facts.Open.Where(o => o.OverdueAt(input.AsOf)).Select(o => o.Asset).Distinct(StringComparer.Ordinal).Count();
        return $"{(urgent == 0 ? "No patch needs" : Count(urgent, "patch needs", "patches need"))} action ahead of the regular cycle; {(late == 0 ? "no asset has" : Count(late, "asset has", "assets have"))} a patch past its due date.";
    }

    private static string Plan(ReportInput input)
    {
        if (input.Plans.Count == 0) return "There is no plan yet: make one with New-PatchPlan.";
        var (plan, _, runs) = input.Plans[0];
        var hosts = plan.Waves.Sum(w => w.Hosts.Count);
        var text = $"The newest plan, {plan.Name} ({plan.Id}), has {Count(plan.Waves.Count, "wave", "waves")} and {Count(hosts, "host", "hosts")}";
        var real = runs.Where(r => !r.Simulated).ToList();
        return real.Count == 0
            ? $"{text}; nothing of it has run yet."
            : $"{text}: {Count(real.Count(r => r.State == HostState.Done), "host is", "hosts are")} done, {ReportCell.Of(real.Count(r => r.IsFailure)).Text} failed.";
    }

    private static IEnumerable<string> Hosts(ReportInput input) =>
        input.Plans.Take(1).SelectMany(p => p.Runs.Where(r => !r.Simulated).Select(r => $"{r.Name}: {r.State} in wave {ReportCell.Of(r.Wave).Text} of plan {p.Plan.Name} ({p.Plan.Id}){(r.Reason is null ? "." : $": {r.Reason}")}"));

    private static string Verdicts(ReportInput input)
    {
        if (input.Verdicts.Count == 0) return "No patch has been tested for its effect yet: run Test-PatchEffectiveness.";
        var parts = input.Verdicts.GroupBy(v => v.Verdict.Verdict).OrderBy(g => g.Key).Select(g => $"{ReportCell.Of(g.Count()).Text} {VerdictName(g.Key).ToLowerInvariant()}");
        return $"{Count(input.Verdicts.Count, "patched problem was", "patched problems were")} tested for an effect: {string.Join(", ", parts)}.";
    }

    public static string VerdictName(EffectivenessVerdict verdict) => verdict == EffectivenessVerdict.NotEffective ? "Not effective" : verdict.ToString();
}
