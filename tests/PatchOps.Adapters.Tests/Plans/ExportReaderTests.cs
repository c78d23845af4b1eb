using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>What programs that know nothing of PatchOps make of exported plans; Ansible has a test of its own.</summary>
public sealed class ExportReaderTests
{
    private const string Rows = "import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8-sig')))))";
    private const string Document = "import json, sys; print(json.dumps(json.load(open(sys.argv[1], encoding='utf-8'))))";
    private const string Events =
        """
        import icalendar, json, sys
        c = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
        end = lambda e: e['DTEND'].dt if 'DTEND' in e else e['DTSTART'].dt + e['DURATION'].dt
        print(json.dumps([{'Start': e['DTSTART'].dt.timestamp(), 'End': end(e).timestamp(), 'Summary': str(e['SUMMARY']), 'Description': str(e['DESCRIPTION'])} for e in c.walk('VEVENT')]))
        """;

    /// <summary>The interpreter that packages of the distribution belong to.</summary>
    private const string Debian = "/usr/bin/python3";

    private static async Task<(PatchPlan Plan, string File)> ExportAsync(PlanEstate estate, string file)
    {
        await estate.HostsAsync([PlanEstate.Host(1) with { Name = "a, \"b\"; ü" }, PlanEstate.Host(2) with { Environment = AssetEnvironment.Staging }]);
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "November; one, two | three and a name that is longer than the seventy-five octets of a line", Patch = [PlanEstate.Patch], TimeLimit = TimeSpan.Zero });
        var path = estate.Test.PathOf(file);
        Assert.Empty((await estate.Test.RunAsync(new ExportPlanRequest { PlanId = plan.Id, Path = path })).Failures);
        return (plan, path);
    }

    [SkippableFact]
    public async Task Python_reads_the_table_row_by_row()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var (plan, file) = await ExportAsync(estate, "plan.csv");
        var rows = Python(Rows, file).EnumerateArray().Select(r => (r.GetProperty("Wave").GetString(), r.GetProperty("Name").GetString(), DateTimeOffset.Parse(r.GetProperty("Start").GetString()!, CultureInfo.InvariantCulture), r.GetProperty("Packages").GetString()));
        Assert.Equal(plan.Waves.SelectMany(w => w.Hosts.Select(h => ((string?)w.Number.ToString(CultureInfo.InvariantCulture), (string?)h.Name, h.Start, (string?)"demo=1.1"))), rows);
    }

    [SkippableFact]
    public async Task Python_reads_the_document_with_its_hash()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var (plan, file) = await ExportAsync(estate, "plan.json");
        var read = Python(Document, file);
        Assert.Equal(plan.Hash, read.GetProperty("Hash").GetString());
        Assert.Equal(plan.Waves.SelectMany(w => w.Hosts).Select(h => h.Name), read.GetProperty("Waves").EnumerateArray().SelectMany(w => w.GetProperty("Hosts").EnumerateArray()).Select(h => h.GetProperty("Name").GetString()!));
    }

    [SkippableFact]
    public async Task Python_reads_the_calendar_wave_by_wave()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var (plan, file) = await ExportAsync(estate, "plan.ics");
        var events = Python(Events, file).EnumerateArray().ToList();
        Assert.Equal(plan.Waves.Select(w => (w.Start.ToUnixTimeSeconds(), w.End.ToUnixTimeSeconds())), events.Select(e => ((long)e.GetProperty("Start").GetDouble(), (long)e.GetProperty("End").GetDouble())));
        Assert.All(events, e => Assert.StartsWith(plan.Name + ": wave ", e.GetProperty("Summary").GetString()));
        Assert.Contains("a, \"b\"; ü", string.Concat(events.Select(e => e.GetProperty("Description").GetString())));
    }

    [SkippableFact]
    public async Task PowerShell_reads_the_board_paper_as_tables()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var (plan, file) = await ExportAsync(estate, "plan.md");
        var html = Run("pwsh", "-NoProfile", "-NonInteractive", "-Command", $"(ConvertFrom-Markdown -LiteralPath '{file}').Html");
        Assert.Contains("<h2 id=\"waves\">", html);
        var table = html[html.IndexOf("<h2 id=\"waves\">", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("</table>", StringComparison.Ordinal)];
        Assert.Equal(1 + plan.Waves.Count, table.Split("<tr>").Length - 1);
        Assert.Equal(9, table.Split("<th").Length - 2);
        Assert.All(plan.Waves, w => Assert.Contains(w.Start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), table));
        Assert.Contains(plan.Hash, html);
    }

    private static JsonElement Python(string script, string file) => JsonDocument.Parse(Run(File.Exists(Debian) ? Debian : "python3", "-c", script, file)).RootElement;

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            start.Environment["PYTHONIOENCODING"] = "utf-8";
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit(60_000);
            var said = error.GetAwaiter().GetResult();
            Skip.If(said.Contains("No module named 'icalendar'", StringComparison.Ordinal), "python3-icalendar is not installed");
            Assert.True(process.ExitCode == 0, said);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Skip.If(true, $"{program} is not installed");
            throw;
        }
    }
}
