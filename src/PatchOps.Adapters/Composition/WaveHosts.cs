using PatchOps.Adapters.Hosts;
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
        var provider = shelf.For(asset, Apt);
        var changed = host.Patches.SelectMany(p => p.Packages).Select(p => p.Package).ToHashSet(StringComparer.Ordinal);
        var bare = shelf.IsBare(asset);
        return ValueTask.FromResult(new Core.Waves.HostServices
        {
            Transport = bare ? new NoTransport(asset.Id) : connections.Connect(asset),
            Provider = provider,
            Restart = bare ? null : ProviderShelf.Restart(asset),
            Probes = [.. wave.Gates.Where(g => IsFor(g.Assets, g.Packages, host, changed)).Select(g => probes.Make(g.Kind, g.Target, asset))],
            Tests = [.. wave.Tests.Where(t => IsFor(t.Assets, t.Packages, host, changed)).Select(t => probes.Make(t.Kind, t.Target, asset, t.ToString()))],
            Quiesces = [.. wave.Quiesce.Where(q => IsFor(q.Assets, [], host, changed)).Select(q => new CommandQuiesce(q.Name, q.Take, q.PutBack))],
            // A host that goes back returns to the last one first: to its packages, and then to the volumes that they may have written to.
            Snapshots =
            [
                .. wave.Snapshots.Where(s => IsFor(s.Assets, [], host, changed)).Select(s => new CommandSnapshots(new SnapshotCommands(s.Name, s.Take, s.List, s.Restore, s.Remove))),
                .. Versions(provider),
            ],
            Checks = [.. Checks(host, asset, bare)],
            CommitConfirm = Conduct.ConfirmWithin is not null && IsFor(Conduct.ConfirmAssets, [], host, changed) ? provider as ICommitConfirm ?? throw NotConfirmed(host, provider) : null,
        });
    }

    private WaveConduct Conduct => wave.Conduct ?? new WaveConduct();

    private AptSettings Apt => Conduct.LockWait is { } wait ? new AptSettings { LockWait = wait } : new AptSettings();

    private IEnumerable<IHostCheck> Checks(PlannedHost host, Asset asset, bool bare)
    {
        var rule = Conduct.PreChecks;
        if (!bare && !ProviderShelf.IsWindows(asset))
        {
            var backups = wave.Backups.Where(b => b.Assets.Count == 0 || b.Assets.Contains(host.Asset)).ToList();
            yield return new PosixChecks(backups, rule.PendingRestart, rule.Integrity);
        }
        if (rule.Drift) yield return new DriftCheck(() => catalogue.Software(host.Asset).GroupBy(s => s.Package, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Version, StringComparer.Ordinal));
    }

    private static FailureException NotConfirmed(PlannedHost host, IPatchProvider provider) =>
        new("ConfirmUnsupported", FailureKind.InvalidInput, $"The plan wants {host.Name} to revert by itself unless confirmed, which the provider {provider.Name} cannot.", host.Asset, "Leave the host out of conduct.confirmFor in the policy, and make a new plan with New-PatchPlan.");

    /// <summary>A list of the installed versions costs nothing, and so it is always taken.</summary>
    private IEnumerable<ISnapshotProvider> Versions(IPatchProvider provider) => provider switch
    {
        AptProvider => [new AptVersionSnapshots(Apt)],
        { Name: "dnf" or "yum" or "zypper" } => [new RpmVersionSnapshots(provider.Name)],
        _ => [],
    };

    private static bool IsFor(IReadOnlyList<string> assets, IReadOnlyList<string> packages, PlannedHost host, HashSet<string> changed) =>
        (assets.Count == 0 || assets.Contains(host.Asset)) && (packages.Count == 0 || packages.Any(changed.Contains));
}
