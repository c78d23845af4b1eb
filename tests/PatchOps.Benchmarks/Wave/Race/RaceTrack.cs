using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Lab;

namespace PatchOps.Benchmarks.Wave.Race;

/// <summary>Hosts of a lab with one package to upgrade, and a store with an approved plan for it, which every run gets a copy of.</summary>
internal sealed class RaceTrack : IAsyncDisposable
{
    public const string Package = "po-good";
    public const string Before = "1.0";
    public const string After = "1.1";
    public const int Hosts = 20;
    public const int Parallel = 10;

    private readonly LabRun lab;
    private readonly string folder;
    private int copies;

    private RaceTrack(LabRun lab, string folder)
    {
        this.lab = lab;
        this.folder = folder;
    }

    public string Folder => folder;

    public string KeyFile => lab.KeyFile;

    public string KnownHosts => lab.KnownHosts;

    public IReadOnlyDictionary<string, string> Addresses => lab.Addresses;

    public string Plan { get; private set; } = "";

    public static async Task<RaceTrack> BuildAsync(string repository)
    {
        var lab = await LabRun.StartAsync(repository, Hosts);
        var track = new RaceTrack(lab, Directory.CreateTempSubdirectory("patchops-race-").FullName);
        await Task.WhenAll(lab.Addresses.Keys.Select(h => lab.EnterAsync(h, "sh", "-c", $"echo {Guid.NewGuid():N} > /etc/machine-id")));
        await track.PrepareAsync();
        return track;
    }

    /// <summary>A store as it was before the first run.</summary>
    public string FreshStore()
    {
        var copy = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"store{++copies}.db"));
        File.Copy(Path.Combine(folder, "template.db"), copy);
        File.Copy(Path.Combine(folder, "template.runs.db"), Path.ChangeExtension(copy, ".runs.db"));
        return copy;
    }

    public InvokeWaveRequest Request(string store) => new()
    {
        PlanId = Plan, Wave = 1, ThrottleLimit = Parallel, IgnoreWindow = true, KeyFile = KeyFile, KnownHostsFile = KnownHosts, Store = store,
    };

    /// <summary>All hosts have the earlier version again, and nothing that a run left for the next.</summary>
    /// <remarks>
    /// apt tells whether dpkg's state changed since it built its package cache by the second and the length of a file. A downgrade within the second
    /// of the upgrade before it, between versions of one length, escapes it: it then takes the upgrade for done, whoever asks. So its cache is built
    /// anew, as each day's update of the lists leaves it.
    /// </remarks>
    public Task ResetAsync() => EachHostAsync($"dpkg --force-downgrade -i /srv/po-repo/{Package}_{Before}_all.deb >/dev/null 2>&1; rm -rf /var/lib/patchops /root/.ansible; rm -f /var/cache/apt/archives/*.deb /var/cache/apt/pkgcache.bin; apt-get -qq check");

    /// <exception cref="InvalidOperationException">A host has another version: the contestant did not do the work.</exception>
    public async Task VerifyAsync(string contestant)
    {
        foreach (var host in lab.Addresses.Keys)
        {
            var version = (await lab.EnterAsync(host, "dpkg-query", "-W", "-f", "${Version}", Package)).Trim();
            if (version != After) throw new InvalidOperationException($"{contestant} left {Package} {version} on {host}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await lab.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error} {await output}");
        return await output;
    }

    private Task EachHostAsync(string command) => System.Threading.Tasks.Parallel.ForEachAsync(lab.Addresses.Keys, new ParallelOptions { MaxDegreeOfParallelism = 4 },
        async (host, _) => await lab.EnterAsync(host, "sh", "-c", command));

    private async Task PrepareAsync()
    {
        await File.WriteAllLinesAsync(Path.Combine(folder, "assets.csv"), Addresses
            .Select(h => $"{h.Key},{h.Key}.lab.example,{h.Value},Ssh,root,apt,Test,3,Internet,Internal,daily 00:00 PT23H30M")
            .Prepend("Id,Name,Address,Transport,User,Provider,Environment,Criticality,Exposure,DataSensitivity,MaintenanceWindow"));
        await File.WriteAllLinesAsync(Path.Combine(folder, "problems.csv"),
        [
            "Id,Title,Status,Priority,Opened,ConfigurationItems,Patches",
            $"PRB1,Crashes under load,Open,2,{DateTime.UtcNow.AddDays(-30):yyyy-MM-dd},{string.Join(';', Addresses.Keys)},deb:{Package}/{After}",
        ]);
        // One wave, no canary, and a halt rule that does not stand in the way of ten at once: what the others in the race do.
        await File.WriteAllTextAsync(Path.Combine(folder, "policy.yaml"),
            "planning: { canaryShare: 0, pilotShare: 0, bake: 00:00:00, detectionWindow: 00:00:00, maxConcurrent: 50, maxConcurrentPerTeam: 50, maxFailures: 20, maxFailurePercent: 100 }\n");
        await using (var door = new OperationHost(TimeProvider.System) { DefaultStore = Path.Combine(folder, "template.db") }) await PlanAsync(door);
        // What is still in the log of the database would not be copied with the file.
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    private async Task PlanAsync(OperationHost door)
    {
        await AskAsync(door, new ImportAssetRequest { Path = [Path.Combine(folder, "assets.csv")] });
        await AskAsync(door, new ImportProblemRequest { Path = [Path.Combine(folder, "problems.csv")] });
        var plans = await AskAsync(door, new NewPlanRequest { Name = "Race", Patch = [$"deb:{Package}/{After}"], Policy = Path.Combine(folder, "policy.yaml"), TimeLimit = TimeSpan.FromSeconds(1) });
        var plan = plans.OfType<PatchPlan>().Single();
        Plan = plan.Id;
        await AskAsync(door, new ApprovePlanRequest { PlanId = Plan, Comment = "race" });
    }

    public static async Task<IReadOnlyList<object>> AskAsync(OperationHost door, OperationRequest request)
    {
        var results = new List<object>();
        await foreach (var happened in door.RunAsync(request, new Caller { Account = "race" }, default))
        {
            switch (happened)
            {
                case ResultEvent result: results.Add(result.Value); break;
                case FailedEvent failed: throw new FailureException(failed.Failure);
                case AskEvent ask: ask.Give(Answer.Yes); break;
            }
        }
        return results;
    }
}
