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
        PlanFormat.Markdown => PlanBoard.Write(plan),
        PlanFormat.Ansible => AnsiblePlay.Write(plan),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "No such format."),
    };

    /// <summary>The plan's hosts as an Ansible inventory, for the playbook that <see cref="Write"/> makes.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="assets">Addresses of its hosts, by asset id, where they are known.</param>
    public static string Inventory(PatchPlan plan, IReadOnlyDictionary<string, Asset> assets) => new AnsibleInventory(plan).Write(assets);

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
            Description = $"Plan {plan.Id}, {Number(w.Hosts.Count)} hosts: {string.Join(", ", w.Hosts.Select(h => h.Name))}\nBake: {w.BakeTime}; {w.HaltRule}; {w.Rollback}",
            Categories = ["Patching"],
            Starts = new RecurrenceSet(Instant.FromDateTimeOffset(w.Start).InUtc().LocalDateTime, DateTimeZone.Utc),
            Length = WindowLength.For(Duration.FromTimeSpan(w.End - w.Start)),
        }).ToList();
        CalendarWriter.Write(text, events, Instant.FromDateTimeOffset(plan.Created), plan.Name);
        return text.ToString();
    }

    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Field(string value)
    {
        // What a spreadsheet would run as a formula becomes text.
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@') value = "'" + value;
        return value.AsSpan().IndexOfAny("\",\r\n") >= 0 ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
