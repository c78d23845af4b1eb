using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Transports;
using PatchOps.Adapters.Transports.Ssh;

namespace PatchOps.Lab;

/// <summary>A running lab of one's own: started by <see cref="StartAsync"/>, removed on disposal, or by itself when this process dies.</summary>
internal sealed class LabRun : IAsyncDisposable
{
    private static int s_number;
    private readonly string _script;
    private readonly string _run;

    private LabRun(string script, string run, string folder, IReadOnlyDictionary<string, string> addresses)
    {
        _script = script;
        _run = run;
        Folder = folder;
        Addresses = addresses;
    }

    /// <summary>Holds the user's key, known_hosts and hosts.tsv.</summary>
    public string Folder { get; }

    /// <summary>Address by host: h1, h2, …</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; }

    public string KeyFile => Path.Combine(Folder, "id_ed25519");

    public string KnownHosts => Path.Combine(Folder, "known_hosts");

    /// <summary>Why no lab can run here, or null.</summary>
    public static async Task<string?> WhyNotAsync(string repository)
    {
        if (!OperatingSystem.IsLinux()) return "not Linux";
        if (!Environment.IsPrivilegedProcess) return "not root";
        var (code, output, _) = await RunAsync([Script(repository), "check"]);
        return code == 0 ? null : output.Trim();
    }

    /// <param name="repository">The repository's root folder.</param>
    /// <param name="hosts">1 to 240.</param>
    public static async Task<LabRun> StartAsync(string repository, int hosts)
    {
        var run = string.Create(CultureInfo.InvariantCulture, $"t{Environment.ProcessId % 100_000}x{Interlocked.Increment(ref s_number)}");
        var script = Script(repository);
        var count = hosts.ToString(CultureInfo.InvariantCulture);
        var owner = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var (code, output, error) = await RunAsync([script, "up", count, "--run", run, "--owner", owner]);
        if (code != 0) throw new InvalidOperationException($"lab up ended with {code}: {error}");
        var folder = output.Trim();
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "hosts.tsv"));
        return new LabRun(script, run, folder, lines.Select(l => l.Split('\t')).ToDictionary(f => f[0], f => f[1], StringComparer.Ordinal));
    }

    public SshSettings Settings() => new()
    {
        IdentityFiles = [KeyFile],
        KnownHostsFile = KnownHosts,
        ConfigFile = "none",
        ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    public SshEndpoint Endpoint(string host) => new(host, Addresses[host]) { User = "root" };

    /// <summary>The program and arguments that run what follows them on a host, without SSH.</summary>
    public string[] Enter(string host) => ["bash", _script, "enter", _run, host];

    /// <summary>Runs a command on a host without SSH and gives its output.</summary>
    public async Task<string> EnterAsync(string host, params string[] command)
    {
        var (code, output, error) = await RunAsync([_script, "enter", _run, host, .. command]);
        return code == 0 ? output : throw new InvalidOperationException($"'{string.Join(' ', command)}' on {host} ended with {code}: {error}");
    }

    /// <summary>Network and power: cut, mend, kill, start.</summary>
    public async Task SwitchAsync(string what, string host)
    {
        var (code, _, error) = await RunAsync([_script, what, _run, host]);
        if (code != 0) throw new InvalidOperationException($"lab {what} {host} ended with {code}: {error}");
    }

    public async ValueTask DisposeAsync() => await RunAsync([_script, "down", _run]);

    private static string Script(string repository) => Path.Combine(repository, "tests", "lab", "lab");

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
