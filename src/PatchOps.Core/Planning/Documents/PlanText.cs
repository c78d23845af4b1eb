using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Calendar.ICalendar;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Documents;

/// <summary>A plan as other people's tools read it.</summary>
public static class PlanText
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter() },
    };

    public static string Write(PatchPlan plan, PlanFormat format) => format switch
    {
        PlanFormat.Json => JsonSerializer.Serialize(plan, Json) + "\n",
        PlanFormat.Csv => Csv(plan),
        PlanFormat.Ics => Ics(plan),
        PlanFormat.Markdown => Markdown(plan),
        PlanFormat.Ansible => AnsiblePlay.Write(plan),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };

    private static string Csv(PatchPlan plan)
    {
        var text = new StringBuilder("Wave,Stage,Ring,Asset,Name,Start,LatestStart,Patch,Packages\r\n");
        foreach (var wave in plan.Waves)
            foreach (var host in wave.Hosts)
                foreach (var patch in host.Patches)
                    text.AppendJoin(',', new[] { Number(wave.Number), wave.Stage.ToString(), wave.Ring.ToString(), host.Asset, host.Name, Time(host.Start), Time(host.LatestStart), patch.Patch, string.Join(';', patch.Packages) }.Select(Field)).Append("\r\n");
        return text.ToString();
    }

    private static string Ics(PatchPlan plan)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var events = plan.Waves.Select(w => new CalendarEvent
        {
            Uid = $"{plan.Id}-{Number(w.Number)}@patchops",
            Summary = $"{plan.Name}: wave {Number(w.Number)} ({w.Stage} {w.Ring})",
            Description = $"Plan {plan.Id}, {Number(w.Hosts.Count)} hosts: {string.Join(", ", w.Hosts.Select(h => h.Name))}",
            Categories = ["Patching"],
            Starts = new RecurrenceSet(Instant.FromDateTimeOffset(w.Start).InUtc().LocalDateTime, DateTimeZone.Utc),
            Length = WindowLength.For(Duration.FromTimeSpan(w.End - w.Start)),
        }).ToList();
        CalendarWriter.Write(text, events, Instant.FromDateTimeOffset(plan.Created), plan.Name);
        return text.ToString();
    }

    private static string Markdown(PatchPlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Plain(plan.Name)} ({plan.Id})\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Made {Time(plan.Created)} by {Plain(plan.Author)}; period {Time(plan.Start)} to {Time(plan.End)}{(plan.Emergency ? "; emergency" : "")}.\n");
        text.Append(CultureInfo.InvariantCulture, $"Loss expected until all is closed: {plan.Objective:N0} {plan.Currency}; no plan under the same rules can be below {plan.LowerBound:N0} (gap {plan.Gap:0.0 %}).\n\n");
        text.Append("## Approvals needed\n\n");
        foreach (var rule in plan.ApprovalsNeeded) text.Append(CultureInfo.InvariantCulture, $"- {Number(rule.Quorum)} × {Plain(rule.Role)}, because {Plain(rule.Because)}\n");
        text.Append(CultureInfo.InvariantCulture, $"\nContent hash (SHA-256): `{plan.Hash}`\n\n## Waves\n\n| Wave | Stage | Ring | Hosts | Start (UTC) | End (UTC) | Bake | Halt rule | Rollback |\n|---:|---|---|---:|---|---|---|---|---|\n");
        foreach (var w in plan.Waves)
            text.Append(CultureInfo.InvariantCulture, $"| {w.Number} | {w.Stage} | {w.Ring} | {w.Hosts.Count} | {Time(w.Start)} | {Time(w.End)} | {w.BakeTime} | {w.HaltRule} | {w.Rollback} |\n");
        foreach (var w in plan.Waves)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### Wave {w.Number}\n\n");
            if (w.Gates.Count > 0) text.Append("Health gates: ").AppendJoin("; ", w.Gates.Select(g => Plain(g.ToString()))).Append("\n\n");
            text.Append("| Host | Start (UTC) | Latest start | Patches |\n|---|---|---|---|\n");
            foreach (var host in w.Hosts)
                text.Append(CultureInfo.InvariantCulture, $"| {Plain(host.Name)} | {Time(host.Start)} | {Time(host.LatestStart)} | {Plain(string.Join(", ", host.Patches))} |\n");
        }
        if (plan.Unscheduled.Count > 0)
        {
            text.Append("\n## Not placed\n\n");
            foreach (var item in plan.Unscheduled) text.Append(CultureInfo.InvariantCulture, $"- {Plain(item.Reason)}{(item.Remedy is null ? "" : "; " + Plain(item.Remedy))}\n");
        }
        return text.ToString();
    }

    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Text that a table or list of Markdown shows as it is.</summary>
    private static string Plain(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ');

    private static string Field(string value)
    {
        // What a spreadsheet would run as a formula becomes text.
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@') value = "'" + value;
        return value.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
