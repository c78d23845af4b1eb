using System.Diagnostics;
using PatchOps.Adapters.Transports;
using PatchOps.Tests;

namespace PatchOps.Lab.Tests;

/// <summary>One lab for all tests of this assembly, started with the first test that needs it and removed at the end.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    private const int Hosts = 4;

    private static readonly Lazy<string?> Reason = new(WhyNot);
    private readonly string _run = FormattableString.Invariant($"t{Environment.ProcessId % 1000000}");
    private readonly SemaphoreSlim _starting = new(1, 1);
    private string? _folder;
    private SshClient? _client;

    public IReadOnlyDictionary<string, string> Addresses { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string KeyFile => Path.Combine(_folder!, "id_ed25519");

    public string KnownHosts => Path.Combine(_folder!, "known_hosts");

    /// <summary>Skips the calling test by name where no lab can run; starts the lab otherwise.</summary>
    public async Task RequireAsync()
    {
        Skip.If(Reason.Value is not null, $"The lab cannot run here: {Reason.Value}.");
        await _starting.WaitAsync();
        try
        {
            if (_folder is not null) return;
            var (code, output, error) = await LabAsync(["up", Hosts.ToString(), "--run", _run, "--owner", Environment.ProcessId.ToString()]);
            Assert.True(code == 0, $"lab up: {error}");
            _folder = output.Trim();
            Addresses = (await File.ReadAllLinesAsync(Path.Combine(_folder, "hosts.tsv"))).Select(l => l.Split('\t')).ToDictionary(f => f[0], f => f[1]);
            _client = new SshClient(Settings());
        }
        finally
        {
            _starting.Release();
        }
    }

    public SshSettings Settings() => new()
    {
        IdentityFiles = [KeyFile],
        KnownHostsFile = KnownHosts,
        ConfigFile = "none",
        ConnectTimeout = TimeSpan.FromSeconds(5),
    };

    public SshEndpoint Endpoint(string host) => new(host, Addresses[host]) { User = "root" };

    public OpenSshTransport Open(string host) => _client!.Open(Endpoint(host));

    public OpenSshTransport Open(SshEndpoint endpoint) => _client!.Open(endpoint);

    /// <summary>Runs a command on a host without SSH and gives its output.</summary>
    public async Task<string> EnterAsync(string host, params string[] command)
    {
        var (code, output, error) = await LabAsync(["enter", _run, host, .. command]);
        Assert.True(code == 0, error);
        return output;
    }

    /// <summary>The program and arguments that run what follows them on a host.</summary>
    public string[] Enter(string host) => ["bash", Path.Combine(SharedData.Repository, "tests", "lab", "lab"), "enter", _run, host];

    /// <summary>cut, mend, kill or start.</summary>
    public async Task SwitchAsync(string what, string host)
    {
        var (code, _, error) = await LabAsync([what, _run, host]);
        Assert.True(code == 0, error);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        if (_folder is not null) await LabAsync(["down", _run]);
    }

    private static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux()) return "not Linux";
        if (!Environment.IsPrivilegedProcess) return "not root";
        var (code, output, _) = LabAsync(["check"]).GetAwaiter().GetResult();
        return code == 0 ? null : output.Trim();
    }

    private static async Task<(int Code, string Output, string Error)> LabAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(SharedData.Repository, "tests", "lab", "lab"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}

[CollectionDefinition(Name)]
public sealed class LabCollection : ICollectionFixture<LabFixture>
{
    public const string Name = "lab";
}
