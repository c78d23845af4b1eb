using PatchOps.Adapters.Transports;
using PatchOps.Adapters.Transports.Ssh;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>How to reach hosts, beyond what their asset says.</summary>
internal sealed record HostAccess(string? KeyFile = null, string? KnownHostsFile = null)
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public HostCredential? Credential { get; init; }

    /// <exception cref="FailureException"><c>PathNotFound</c>: a file that was named is not there; ssh would take it for no key, and every host would fail.</exception>
    public static HostAccess Of(HostAccessRequest request)
    {
        Require(request.KeyFile, "key file", "-KeyFile");
        Require(request.KnownHostsFile, "known-hosts file", "-KnownHostsFile");
        return new(request.KeyFile, request.KnownHostsFile) { ConnectTimeout = request.ConnectTimeout, Credential = request.Credential };
    }

    private static void Require(string? path, string what, string parameter)
    {
        if (path is not null && !File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The {what} '{path}' does not exist.", path, $"Check {parameter}.");
    }
}

/// <summary>Chooses and opens the transport of an asset; connections stay warm while this lives.</summary>
internal sealed class HostConnections(HostAccess access, HostServices services) : IAsyncDisposable
{
    /// <summary>An open connection costs a process of some megabytes here, and one on the host.</summary>
    private const int MostIdle = 64;

    private readonly Lazy<SshClient> ssh = new(() => new SshClient(new SshSettings
    {
        IdentityFiles = access.KeyFile is null ? [] : [access.KeyFile], KnownHostsFile = access.KnownHostsFile, ConnectTimeout = access.ConnectTimeout,
    }));

    private readonly WarmTransports warm = new(MostIdle);

    /// <summary>A PowerShell session to an asset; it connects with its first call.</summary>
    /// <exception cref="FailureException"><c>TransportNeedsPowerShell</c>: there is no PowerShell here.</exception>
    public ISessionChannel Session(Asset asset) =>
        services.Sessions?.Invoke(asset, new SessionAccess(access.Credential, access.KeyFile, access.KnownHostsFile, access.ConnectTimeout))
            ?? throw new FailureException("TransportNeedsPowerShell", FailureKind.InvalidInput, $"{asset.Name} is reached through a PowerShell session, which only the module can open.", asset.Name,
                "Run the cmdlet in PowerShell, or set the asset's transport to Ssh with Import-PatchAsset.");

    public IHostTransport Connect(Asset asset)
    {
        switch (asset.Transport ?? (IsLocal(asset) ? TransportKind.Local : TransportKind.Ssh))
        {
            case TransportKind.Local:
                return new LocalTransport(asset.Id);
            case TransportKind.Ssh:
                var user = asset.User ?? access.Credential?.UserName;
                return warm.Lend($"{asset.Id}|{asset.Address ?? asset.Name}|{asset.Port}|{user}", () => ssh.Value.Open(new SshEndpoint(asset.Id, asset.Address ?? asset.Name)
                {
                    Port = asset.Port, User = user, Elevation = Elevate(user), SudoPassword = access.Credential is { } given ? _ => ValueTask.FromResult(given.ReadPassword()) : null,
                }));
            default:
                var channel = Session(asset);
                return ProviderShelf.IsWindows(asset)
                    ? new WindowsSessionTransport(asset.Id, channel)
                    : new SessionTransport(asset.Id, channel, asset.User is null or "root" ? Elevation.None : Elevation.Sudo);
        }
    }

    private Elevation Elevate(string? user) => user is null or "root" ? Elevation.None : access.Credential is null ? Elevation.Sudo : Elevation.SudoWithPassword;

    public async ValueTask DisposeAsync()
    {
        await warm.DisposeAsync().ConfigureAwait(false);
        if (ssh.IsValueCreated) await ssh.Value.DisposeAsync().ConfigureAwait(false);
    }

    private static bool IsLocal(Asset asset) =>
        asset.Aliases.Append(asset.Name).Append(asset.Id).Contains("localhost", StringComparer.OrdinalIgnoreCase);
}
