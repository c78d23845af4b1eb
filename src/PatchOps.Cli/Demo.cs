using System.CommandLine;
using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Cli;

/// <summary>The main job on the example estate, end to end: what hurts most, what to change, rehearse it, did it help.</summary>
internal sealed class Demo(OperationHost host, TextWriter text, string folder)
{
    private readonly Output output = new(text, text, json: false, verbose: false, yes: true, whatIf: false);

    public static Command Command()
    {
        var command = new Command("demo", "Runs the main job on the example estate, in a store of its own.");
        var folder = new Option<string>("--output") { Description = "Folder for the store and the report; default: a new temporary one." };
        command.Options.Add(folder);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var target = parsed.GetValue(folder) ?? Directory.CreateTempSubdirectory("patchops-demo-").FullName;
            try
            {
                Directory.CreateDirectory(target);
                await using var host = new OperationHost(TimeProvider.System) { DefaultStore = Path.Combine(target, "demo.db") };
                return await new Demo(host, Console.Out, target).RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"error PathUnwritable: '{target}' cannot be written: {e.Message} Name another folder with --output.").ConfigureAwait(false);
                return RequestRunner.Broke;
            }
            catch (OperationCanceledException)
            {
                return RequestRunner.Stopped;
            }
        });
        return command;
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var estate = Path.Combine(AppContext.BaseDirectory, "estate");
        var clock = System.Diagnostics.Stopwatch.StartNew();

        // Asking a package manager takes seconds; the example is read meanwhile.
        var reading = ReadMachineAsync();
        Say("1. Intake: the example estate and its feeds");
        var imported = new List<ImportResult>();
        await Do(new ImportAssetRequest { Path = [File("assets.csv"), File("software.csv")] }, imported).ConfigureAwait(false);
        await Do(new ImportProblemRequest { Path = [File("problems.csv")] }, imported).ConfigureAwait(false);
        await Do(new ImportIncidentRequest { Path = [File("incidents.csv")] }, imported).ConfigureAwait(false);
        await Do(new ImportChangeRequest { Path = [File("changes.csv")] }, imported).ConfigureAwait(false);
        await Do(new ImportDeploymentRequest { Path = [File("deployments.csv")] }, imported).ConfigureAwait(false);
        await Do(new ImportFeedRequest { Path = [File("feeds")] }, imported).ConfigureAwait(false);
        foreach (var kind in imported.GroupBy(i => i.Feed)) text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"   {kind.Key,-12} {kind.Sum(i => i.Read),6} read  {kind.Sum(i => i.Added),6} added  {kind.Sum(i => i.Rejected),4} rejected"));
        var machine = await InventoryAsync(imported).ConfigureAwait(false);

        Say("2. What hurts most? Expected loss per day, with the reason");
        var risks = new List<PatchRisk>();
        await Do(new GetRiskRequest { Top = 10 }, risks).ConfigureAwait(false);
        Print(risks);
        if (machine is not null)
        {
            var own = new List<PatchRisk>();
            await Do(new GetRiskRequest { Asset = [machine.Asset.Name], Top = 5 }, own).ConfigureAwait(false);
            text.WriteLine(own.Count > 0 ? $"   This machine's own pending security updates, among them ({machine.PendingUpdates.Count} updates pending in all):" : $"   This machine has no pending security updates ({machine.PendingUpdates.Count} updates pending in all).");
            Print(own);
        }

        Say("3. What do we change, when, in which order?");
        var plans = new List<object>();
        await Do(new NewPlanRequest { Name = "Demo", InputObject = [.. risks], Horizon = TimeSpan.FromDays(21), TimeLimit = TimeSpan.FromSeconds(3) }, plans).ConfigureAwait(false);
        if (plans.OfType<PatchPlan>().FirstOrDefault() is not { } plan)
        {
            text.WriteLine("   No plan could be made.");
            return RequestRunner.Broke;
        }
        Print(plan.Waves);
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"   Plan {plan.Id}: {plan.Waves.Sum(w => w.Hosts.Count)} hosts; loss until all is closed {plan.Objective:N0} {plan.Currency}, at best {plan.LowerBound:N0} (gap {plan.Gap:0.0 %}); {plan.Unscheduled.Count} hosts not placed."));
        foreach (var item in plan.Unscheduled.Take(2)) text.WriteLine($"   Not placed: {item.Reason}; {item.Remedy}.");

        Say("4. Rehearse it: 1,000 times on paper, with failures and durations from history");
        var forecasts = new List<WaveForecast>();
        foreach (var wave in plan.Waves) await Do(new InvokeWaveRequest { PlanId = plan.Id, Wave = wave.Number, Rehearse = true }, forecasts).ConfigureAwait(false);
        Print(forecasts);

        Say("5. Did it help? The problems whose patches were deployed");
        var verdicts = new List<EffectivenessResult>();
        await Do(new TestEffectivenessRequest(), verdicts).ConfigureAwait(false);
        Print(verdicts);
        await Do(new GetRiskRequest { Top = 10 }, risks).ConfigureAwait(false);
        var moved = risks.Skip(10).Where(r => risks.Take(10).FirstOrDefault(b => b.Id == r.Id) is { } b && Math.Abs(b.Score - r.Score) >= 0.1).ToList();
        text.WriteLine(moved.Count > 0 ? $"   These verdicts moved {moved.Count} of the ten scores above, {moved[0].Id} to {moved[0].Score.ToString("0.0", CultureInfo.InvariantCulture)} among them." : "   These verdicts move the chance that a patch fixes its problem in the next ranking.");

        Say("6. The report and the audit trail");
        var report = Path.Combine(folder, "report.html");
        await Do(new ExportReportRequest { Path = report, Kind = ReportKind.Operations }, new List<object>()).ConfigureAwait(false);
        text.WriteLine($"   Report: {report}");
        var audit = new List<AuditVerdict>();
        await Do(new TestAuditRequest(), audit).ConfigureAwait(false);
        text.WriteLine($"   Audit trail: {audit.FirstOrDefault()}");
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"   Store: {host.Store(null).Location}. Done in {clock.Elapsed.TotalSeconds:0.0} s."));
        text.WriteLine($"   Go on with: patchops risk get --top 20 --explain --store {host.Store(null).Location}");
        return worst != RequestRunner.Done ? worst : audit is [{ Intact: true }] && System.IO.File.Exists(report) ? RequestRunner.Done : RequestRunner.Broke;

        string File(string name) => Path.Combine(estate, name);

        async Task Do<T>(OperationRequest request, List<T> into)
        {
            var code = await new RequestRunner(host, output).RunAsync(request, value => into.Add((T)value), cancellationToken).ConfigureAwait(false);
            if (code != RequestRunner.Done) worst = code;
        }

        async Task<InventoryResult?> ReadMachineAsync()
        {
            if (!System.IO.File.Exists("/usr/bin/dpkg-query")) return null;
            var read = new List<InventoryResult>();
            // A machine that cannot be read is worth a line, not the end of a demonstration on an example.
            await Task.Run(() => new RequestRunner(host, output).RunAsync(new GetInventoryRequest(), value => read.Add((InventoryResult)value), cancellationToken), cancellationToken).ConfigureAwait(false);
            return read is [{ Failure: null } found] ? found : null;
        }

        async Task<InventoryResult?> InventoryAsync(List<ImportResult> results)
        {
            if (await reading.ConfigureAwait(false) is not { } found) return null;
            await Do(new ImportAssetRequest { InputObject = [found] }, results).ConfigureAwait(false);
            text.WriteLine($"   This machine ({found.Asset.OperatingSystem}): {found.Software.Count} packages, {found.PendingUpdates.Count} updates pending, {found.PendingUpdates.Count(u => u.Security)} of them security");
            return found;
        }
    }

    private int worst = RequestRunner.Done;

    private void Print<T>(IEnumerable<T> rows) where T : notnull
    {
        foreach (var row in rows) output.Write(new ResultEvent(row));
        output.Finish();
    }

    private void Say(string heading)
    {
        text.WriteLine();
        text.WriteLine(heading);
    }
}
