using System.Globalization;
using System.Text;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Documents;

/// <summary>A plan as the change board reads it, in Markdown.</summary>
internal static class PlanBoard
{
    public static string Write(PatchPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Plain(plan.Name)} ({plan.Id})\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Made {PlanText.Time(plan.Created)} by {Plain(plan.Author)}; period {PlanText.Time(plan.Start)} to {PlanText.Time(plan.End)}{(plan.Emergency ? "; emergency" : "")}.\n");
        if (plan.Category is { } category) text.Append(CultureInfo.InvariantCulture, $"Category {category}, risk {plan.Risk?.ToString() ?? "not assessed"}{(plan.RiskReasons.Count == 0 ? "" : $" ({Plain(string.Join("; ", plan.RiskReasons))})")}.\n");
        text.Append(CultureInfo.InvariantCulture, $"Loss expected until all is closed: {plan.Objective:N0} {plan.Currency}; no plan under the same rules with these rings can be below {plan.LowerBound:N0} (gap {plan.Gap:0.0 %}).\n\n");
        text.Append("## Approvals needed\n\n");
        foreach (var rule in plan.ApprovalsNeeded) text.Append(CultureInfo.InvariantCulture, $"- {rule.Quorum} × {Plain(rule.Role)}{Conditions(rule)}, because {Plain(rule.Because)}\n");
        text.Append(CultureInfo.InvariantCulture, $"\nContent hash (SHA-256): `{plan.Hash}`\n\n");
        Differences(text, plan);
        text.Append("## Waves\n\n| Wave | Stage | Ring | Hosts | Start (UTC) | End (UTC) | Bake | Halt rule | Rollback |\n|---:|---|---|---:|---|---|---|---|---|\n");
        foreach (var w in plan.Waves)
            text.Append(CultureInfo.InvariantCulture, $"| {w.Number} | {w.Stage} | {w.Ring} | {w.Hosts.Count} | {PlanText.Time(w.Start)} | {PlanText.Time(w.End)} | {w.BakeTime} | {w.HaltRule} | {Plain(w.Rollback.ToString())} |\n");
        foreach (var w in plan.Waves) Wave(text, w);
        if (plan.Notices.Count > 0)
        {
            text.Append("\n## Notices\n\n| At (UTC) | To | Subject |\n|---|---|---|\n");
            foreach (var notice in plan.Notices)
                text.Append(CultureInfo.InvariantCulture, $"| {PlanText.Time(notice.At)} | {Plain(notice.Audience)}{(notice.Recipients.Count == 0 ? "" : $" ({Plain(string.Join(", ", notice.Recipients))})")} | {Plain(notice.Subject)} |\n");
        }
        if (plan.Unscheduled.Count > 0)
        {
            text.Append("\n## Not placed\n\n");
            foreach (var item in plan.Unscheduled) text.Append(CultureInfo.InvariantCulture, $"- {Plain(item.Reason)}{(item.Remedy is null ? "" : "; " + Plain(item.Remedy))}\n");
        }
        return text.ToString();
    }

    private static string Conditions(ApprovalRule rule) =>
        (rule.PeerReview ? ", peer review" : rule.OtherThanAuthor ? ", not the author" : "") + (rule.Signed ? ", signed" : "")
        + (rule.AfterTheFact ? string.Create(CultureInfo.InvariantCulture, $", within {rule.Within} after the change") : "");

    private static void Differences(StringBuilder text, PatchPlan plan)
    {
        if (plan.Replaces is null) return;
        text.Append(CultureInfo.InvariantCulture, $"## Differences to {plan.Replaces}\n\n");
        if (plan.Differences.Count == 0) text.Append("None.\n\n");
        foreach (var group in plan.Differences.GroupBy(d => d.Kind).OrderBy(g => g.Key))
        {
            foreach (var d in group) text.Append(CultureInfo.InvariantCulture, $"- {d.Kind} {Plain(d.Name)}{Times(d)}: {Plain(d.Reason)}\n");
        }
        if (plan.Differences.Count > 0) text.Append('\n');
    }

    private static string Times(PlanDifference d) => (d.Before, d.Now) switch
    {
        ({ } before, { } now) when before != now => $" ({PlanText.Time(before)} → {PlanText.Time(now)})",
        (null, { } now) => $" ({PlanText.Time(now)})",
        _ => "",
    };

    private static void Wave(StringBuilder text, PlanWave w)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n### Wave {w.Number}\n\n");
        Line(text, "Backups", w.Backups.Select(b => b.ToString()));
        Line(text, "Quiesced", w.Quiesce.Select(q => $"{q.Name} ({string.Join(' ', q.Take)}; back: {string.Join(' ', q.PutBack)})"));
        Line(text, "Snapshots", w.Snapshots.Select(s => s.ToString()));
        Line(text, "Test cases", w.Tests.Select(t => t.ToString()));
        Line(text, "Waived tests", w.Waivers.Select(t => t.ToString()));
        Line(text, "Health gates", w.Gates.Select(g => g.ToString()));
        Line(text, "Rolled back where", w.Rollback.Criteria);
        text.Append("| Host | Start (UTC) | Latest start | Patches |\n|---|---|---|---|\n");
        foreach (var host in w.Hosts)
            text.Append(CultureInfo.InvariantCulture, $"| {Plain(host.Name)} | {PlanText.Time(host.Start)}{(host.IsLate ? $", due {PlanText.Time(host.Due!.Value)}" : "")} | {PlanText.Time(host.LatestStart)} | {Plain(string.Join(", ", host.Patches))} |\n");
        if (w.Hosts.Any(h => h.Waives.Count + h.After.Count > 0)) text.Append('\n');
        foreach (var host in w.Hosts.Where(h => h.After.Count > 0)) text.Append(CultureInfo.InvariantCulture, $"- {Plain(host.Name)} comes after {Plain(string.Join(", ", host.After))}\n");
        foreach (var host in w.Hosts.Where(h => h.Waives.Count > 0)) text.Append(CultureInfo.InvariantCulture, $"- {Plain(host.Name)} leaves aside: {Plain(string.Join("; ", host.Waives))}\n");
    }

    private static void Line(StringBuilder text, string name, IEnumerable<string> values)
    {
        var list = values.ToList();
        if (list.Count > 0) text.Append(name).Append(": ").AppendJoin("; ", list.Select(Plain)).Append("\n\n");
    }

    /// <summary>Text that a table or list of Markdown shows as it is.</summary>
    private static string Plain(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ');
}
