using PatchOps.Adapters.Transports;
using PatchOps.Adapters.Transports.Ssh;
using PatchOps.Tests;

namespace PatchOps.Lab.Tests;

/// <summary>One lab for all tests of this assembly, started with the first test that needs it and removed at the end.</summary>
public sealed class LabFixture : IAsyncLifetime
{
    private const int Hosts = 4;

    private readonly SemaphoreSlim _starting = new(1, 1);
    private LabRun? _lab;
    private SshClient? _client;
    private string? _reason;
    private bool _asked;

    public IReadOnlyDictionary<string, string> Addresses => _lab!.Addresses;

    public string KeyFile => _lab!.KeyFile;

    public string KnownHosts => _lab!.KnownHosts;

    /// <summary>Skips the calling test by name where no lab can run; starts the lab otherwise.</summary>
    public async Task RequireAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (!_asked) _reason = await LabRun.WhyNotAsync(SharedData.Repository);
            _asked = true;
            Skip.If(_reason is not null, $"The lab cannot run here: {_reason}.");
            _lab ??= await LabRun.StartAsync(SharedData.Repository, Hosts);
            _client ??= new SshClient(_lab.Settings());
        }
        finally
        {
            _starting.Release();
        }
    }

    public SshSettings Settings() => _lab!.Settings();

    public SshEndpoint Endpoint(string host) => _lab!.Endpoint(host);

    public OpenSshTransport Open(string host) => _client!.Open(Endpoint(host));

    public OpenSshTransport Open(SshEndpoint endpoint) => _client!.Open(endpoint);

    public string[] Enter(string host) => _lab!.Enter(host);

    public Task<string> EnterAsync(string host, params string[] command) => _lab!.EnterAsync(host, command);

    public Task SwitchAsync(string what, string host) => _lab!.SwitchAsync(what, host);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        if (_lab is not null) await _lab.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class LabCollection : ICollectionFixture<LabFixture>, ICollectionFixture<Waves.ProductLab>
{
    public const string Name = "lab";
}
