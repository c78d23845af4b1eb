using System.Diagnostics;
using System.Text.RegularExpressions;
using PatchOps.Adapters.Composition;
using PatchOps.Adapters.Transports;
using PatchOps.Adapters.Transports.Ssh;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Wave.Race;

/// <summary>The ways to do the same rolling upgrade: the product, Ansible, and ssh alone.</summary>
internal sealed class Contestants : IAsyncDisposable
{
    private readonly RaceTrack track;
    private readonly OperationHost session = new(TimeProvider.System);
    private readonly string sockets = Directory.CreateTempSubdirectory("rc-").FullName;
    private readonly SshClient client;
    private readonly Lazy<string> program;
    private readonly Lazy<IReadOnlyList<OpenSshTransport>> transports;
    private IReadOnlyDictionary<string, IReadOnlyList<string>> journaled = new Dictionary<string, IReadOnlyList<string>>();

    public Contestants(RaceTrack track)
    {
        this.track = track;
        program = new Lazy<string>(() => PublishedCli.Make(Path.Combine(track.Folder, "cli")));
        client = new SshClient(new SshSettings { IdentityFiles = [track.KeyFile], KnownHostsFile = track.KnownHosts, ConfigFile = "none" });
        transports = new Lazy<IReadOnlyList<OpenSshTransport>>(() => [.. track.Addresses.Select(h => client.Open(new SshEndpoint(h.Key, h.Value) { User = "root" }))]);
    }

    /// <summary>The command line as a process of its own: it starts, connects, works and ends.</summary>
    public Task PatchOpsColdAsync() => RaceTrack.RunAsync(program.Value,
    [
        "wave", "invoke", track.Plan, "1", "--throttle-limit", $"{RaceTrack.Parallel}", "--ignore-window",
        "--key-file", track.KeyFile, "--known-hosts-file", track.KnownHosts, "--store", track.FreshStore(), "--yes", "--json",
    ]);

    /// <summary>A session whose connections are open, as an interactive PowerShell has.</summary>
    public async Task PatchOpsWarmAsync(bool changes)
    {
        var runs = (await RaceTrack.AskAsync(session, track.Request(track.FreshStore()))).OfType<HostRun>().ToArray();
        if (runs.Length != RaceTrack.Hosts) throw new InvalidOperationException($"PatchOps: {runs.Length} hosts.");
        if (Array.Find(runs, r => r.State != HostState.Done || (r.Changes.Count > 0) != changes) is { } other)
            throw new InvalidOperationException($"PatchOps: {other}, changes {string.Join(", ", other.Changes)}.");
    }

    /// <summary>Makes the command line before anything is measured.</summary>
    public void Publish() => _ = program.Value;

    /// <summary>Learns which command lines the product runs on each host, from the journal of a run of its own.</summary>
    public async Task LearnAsync()
    {
        var store = track.FreshStore();
        await RaceTrack.AskAsync(session, track.Request(store));
        var runs = await RaceTrack.AskAsync(session, new GetWaveRequest { PlanId = track.Plan, Wave = 1, Hosts = true, Store = store });
        journaled = runs.OfType<HostRun>().ToDictionary(r => r.Asset, r => (IReadOnlyList<string>)[.. r.Evidence.Where(e => e.Outcome.StartsWith("exit ", StringComparison.Ordinal)).Select(e => Line(e.Detail!))], StringComparer.Ordinal);
        if (journaled.Count != RaceTrack.Hosts || journaled.Values.Any(lines => lines.Count != JournaledCommands || lines.Contains("")))
            throw new InvalidOperationException("The journal does not name the same commands of every host: " + string.Join("; ", runs.OfType<HostRun>().OrderBy(r => journaled[r.Asset].Count).Take(1).SelectMany(r => r.Evidence).Select(e => $"{e.Outcome} {e.Detail}")));
    }

    /// <summary>A command's evidence is its line, how long it took, and what it said.</summary>
    private static string Line(string evidence) => evidence[..Regex.Match(evidence, @" \([0-9.]+ s\)(?=\n|$)").Index];

    public int JournaledCommands => journaled.Values.Max(v => v.Count);

    /// <summary>ssh with one shared connection a host, each command line as the product journaled it.</summary>
    public Task BareAsync(bool keep) => Parallel.ForEachAsync(track.Addresses, new ParallelOptions { MaxDegreeOfParallelism = RaceTrack.Parallel }, async (host, _) =>
    {
        foreach (var line in journaled[host.Key]) await RaceTrack.RunAsync("ssh", [.. SshOptions(host.Key, "b"), $"root@{host.Value}", line]);
        if (!keep) await RaceTrack.RunAsync("ssh", [.. SshOptions(host.Key, "b"), "-O", "exit", $"root@{host.Value}"]);
    });

    /// <summary>One trivial command on every host over open connections, as ssh does it, one host after the other, five times.</summary>
    public async Task BareSingleAsync()
    {
        for (var i = 0; i < 5; i++)
            foreach (var (host, address) in track.Addresses) await RaceTrack.RunAsync("ssh", [.. SshOptions(host, "b"), $"root@{address}", "true"]);
    }

    /// <summary>The same through the product's transport.</summary>
    public async Task PatchOpsSingleAsync()
    {
        for (var i = 0; i < 5; i++)
        {
            foreach (var host in transports.Value)
            {
                var result = await host.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(30)), default);
                if (!result.Succeeded) throw new InvalidOperationException($"PatchOps: {result.Failure}");
            }
        }
    }

    /// <summary>Opens the connections that single commands go over.</summary>
    private async Task OpenTransportsAsync()
    {
        foreach (var host in transports.Value) await host.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(30)), default);
    }

    /// <summary>Ends the connections that the warm part left open.</summary>
    public async Task CloseBareAsync()
    {
        foreach (var socket in Directory.EnumerateFiles(sockets, "b*")) await TryCloseAsync(socket);
    }

    public Task AnsibleAsync(bool best, bool keep) => AnsibleAsync(best, keep ? Path.Combine(sockets, "a") : Directory.CreateTempSubdirectory("ra-").FullName);

    private async Task AnsibleAsync(bool best, string control)
    {
        Directory.CreateDirectory(control);
        var inventory = Path.Combine(track.Folder, "inventory.ini");
        var play = Path.Combine(track.Folder, best ? "best.yml" : "default.yml");
        await File.WriteAllLinesAsync(inventory, track.Addresses.Select(h => $"{h.Key} ansible_host={h.Value} ansible_user=root ansible_ssh_private_key_file={track.KeyFile}"));
        await File.WriteAllTextAsync(play,
            $$"""
            - hosts: all
              serial: {{RaceTrack.Parallel}}
              gather_facts: {{(best ? "false" : "true")}}
              tasks:
                - ansible.builtin.apt:
                    name: {{RaceTrack.Package}}={{RaceTrack.After}}
            """);
        var settings = Path.Combine(track.Folder, "ansible.cfg");
        await File.WriteAllTextAsync(settings, "[defaults]\n");
        var environment = new Dictionary<string, string>
        {
            ["ANSIBLE_CONFIG"] = settings, ["ANSIBLE_HOME"] = Path.Combine(track.Folder, "ansible"), ["ANSIBLE_FORKS"] = $"{RaceTrack.Parallel}", ["ANSIBLE_SSH_CONTROL_PATH_DIR"] = control,
            ["ANSIBLE_SSH_COMMON_ARGS"] = $"-o UserKnownHostsFile={track.KnownHosts} -o IdentitiesOnly=yes",
        };
        if (best)
        {
            environment["ANSIBLE_PIPELINING"] = "true";
            environment["ANSIBLE_SSH_ARGS"] = "-o ControlMaster=auto -o ControlPersist=600s";
        }
        await RaceTrack.RunAsync("ansible-playbook", ["-i", inventory, play], environment);
    }

    public async Task OpenAsync()
    {
        await OpenTransportsAsync();
        foreach (var (host, address) in track.Addresses) await RaceTrack.RunAsync("ssh", [.. SshOptions(host, "b"), $"root@{address}", "true"]);
    }

    /// <summary>Ends the connections that Ansible keeps.</summary>
    public async Task CloseAnsibleAsync()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), "ra-*").Append(Path.Combine(sockets, "a")).Where(Directory.Exists))
        {
            foreach (var socket in Directory.EnumerateFileSystemEntries(folder)) await TryCloseAsync(socket);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task TryCloseAsync(string socket)
    {
        var start = new ProcessStartInfo("ssh") { RedirectStandardError = true };
        foreach (var argument in new[] { "-o", $"ControlPath={socket}", "-O", "exit", "none" }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
    }

    private string[] SshOptions(string host, string prefix) =>
    [
        "-F", "none", "-i", track.KeyFile, "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={track.KnownHosts}", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
        "-o", "ControlMaster=auto", "-o", "ControlPersist=600", "-o", $"ControlPath={Path.Combine(sockets, prefix + host)}",
    ];

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        await client.DisposeAsync();
        await CloseAnsibleAsync();
        foreach (var socket in Directory.EnumerateFileSystemEntries(sockets)) await TryCloseAsync(socket);
        Directory.Delete(sockets, recursive: true);
    }
}
