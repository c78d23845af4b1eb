using PatchOps.Adapters.Transports;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>How to reach hosts, beyond what their asset says.</summary>
internal sealed record HostAccess(string? KeyFile = null, string? KnownHostsFile = null);

/// <summary>Chooses and opens the transport of an asset; connections stay warm while this lives.</summary>
internal sealed class HostConnections(HostAccess access, HostServices services) : IAsyncDisposable
{
    private readonly Lazy<SshClient> ssh = new(() => new SshClient(new SshSettings
    {
        IdentityFiles = access.KeyFile is null ? [] : [access.KeyFile], KnownHostsFile = access.KnownHostsFile,
    }));

    public IHostTransport Connect(Asset asset)
    {
        switch (asset.Transport ?? (IsLocal(asset) ? TransportKind.Local : TransportKind.Ssh))
        {
            case TransportKind.Local:
                return new LocalTransport(asset.Id);
            case TransportKind.Ssh:
                return ssh.Value.Open(new SshEndpoint(asset.Id, asset.Address ?? asset.Name)
                {
                    Port = asset.Port, User = asset.User, Elevation = asset.User is null or "root" ? Elevation.None : Elevation.Sudo,
                });
            default:
                return services.SessionTransport?.Invoke(asset)
                    ?? throw new FailureException("TransportNeedsPowerShell", FailureKind.InvalidInput, $"{asset.Name} is reached through a PowerShell session, which only the module can open.", asset.Name,
                        "Run the cmdlet in PowerShell, or set the asset's transport to Ssh with Import-PatchAsset.");
        }
    }

    public ValueTask DisposeAsync() => ssh.IsValueCreated ? ssh.Value.DisposeAsync() : ValueTask.CompletedTask;

    private static bool IsLocal(Asset asset) =>
        asset.Aliases.Append(asset.Name).Append(asset.Id).Contains("localhost", StringComparer.OrdinalIgnoreCase);
}
