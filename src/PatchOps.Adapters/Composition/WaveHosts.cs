using PatchOps.Adapters.Providers.Apt;
using PatchOps.Adapters.Providers.Rpm;
using PatchOps.Adapters.Providers.Scripts;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>The way to each host of a wave: transport, provider, restart, and what the plan says of probes.</summary>
internal sealed class WaveHosts(ICatalogue catalogue, HostConnections connections, ProviderShelf shelf, ProbeFactory probes, PlanWave wave) : IHostServicesFactory
{
    private readonly Lazy<Dictionary<string, Asset>> assets = new(() => catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal));

    public ValueTask<Core.Waves.HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
    {
        if (!assets.Value.TryGetValue(host.Asset, out var asset))
            throw new FailureException("HostGone", FailureKind.NotFound, $"{host.Name} is no longer in the store.", host.Asset, "Import it again with Import-PatchAsset, or make a new plan with New-PatchPlan.");
        if (asset.Retired is { } retired)
            throw new FailureException("HostRetired", FailureKind.Refused, FormattableString.Invariant($"{host.Name} was retired at {retired:u}."), host.Asset, "Make a new plan with New-PatchPlan.");
        var provider = shelf.For(asset);
        var changed = host.Patches.SelectMany(p => p.Packages).Select(p => p.Package).ToHashSet(StringComparer.Ordinal);
        var bare = shelf.IsBare(asset);
        return ValueTask.FromResult(new Core.Waves.HostServices
        {
            Transport = bare ? new NoTransport(asset.Id) : connections.Connect(asset),
            Provider = provider,
            Restart = bare ? null : ProviderShelf.Restart(asset),
            Probes = [.. wave.Gates.Where(g => IsFor(g.Assets, g.Packages, host, changed)).Select(g => probes.Make(g.Kind, g.Target, asset))],
            Snapshots = [.. Versions(provider)],
        });
    }

    /// <summary>A list of the installed versions costs nothing, and so it is always taken.</summary>
    private static IEnumerable<ISnapshotProvider> Versions(IPatchProvider provider) => provider switch
    {
        AptProvider => [new AptVersionSnapshots()],
        { Name: "dnf" or "yum" or "zypper" } => [new RpmVersionSnapshots(provider.Name)],
        _ => [],
    };

    private static bool IsFor(IReadOnlyList<string> assets, IReadOnlyList<string> packages, PlannedHost host, HashSet<string> changed) =>
        (assets.Count == 0 || assets.Contains(host.Asset)) && (packages.Count == 0 || packages.Any(changed.Contains));
}
