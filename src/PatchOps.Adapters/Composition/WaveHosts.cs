using System.Globalization;
using PatchOps.Adapters.Hosts;
using PatchOps.Adapters.Probes;
using PatchOps.Adapters.Providers.Apt;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>The way to each host of a wave: transport, provider, restart and the plan's own probes.</summary>
internal sealed class WaveHosts(ICatalogue catalogue, HostConnections connections, PlanWave wave) : IHostServicesFactory
{
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(30);

    private readonly Lazy<Dictionary<string, Asset>> assets = new(() => catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal));

    public ValueTask<Core.Waves.HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
    {
        if (!assets.Value.TryGetValue(host.Asset, out var asset))
            throw new FailureException("HostGone", FailureKind.NotFound, $"{host.Name} is no longer in the store.", host.Asset, "Import it again with Import-PatchAsset, or make a new plan with New-PatchPlan.");
        if (asset.Retired is { } retired)
            throw new FailureException("HostRetired", FailureKind.Refused, FormattableString.Invariant($"{host.Name} was retired at {retired:u}."), host.Asset, "Make a new plan with New-PatchPlan.");
        var provider = Provider(asset);
        return ValueTask.FromResult(new Core.Waves.HostServices
        {
            Transport = connections.Connect(asset),
            Provider = provider,
            Restart = new PosixRestart(),
            Probes = Probes(host, asset),
        });
    }

    private static AptProvider Provider(Asset asset) => asset.Provider?.ToUpperInvariant() switch
    {
        null when asset.OperatingSystem is not { } os || os.Contains("debian", StringComparison.OrdinalIgnoreCase) || os.Contains("ubuntu", StringComparison.OrdinalIgnoreCase) => new AptProvider(),
        "APT" => new AptProvider(),
        _ => throw new FailureException("ProviderUnknown", FailureKind.InvalidInput, $"{asset.Name} asks for the provider '{asset.Provider ?? asset.OperatingSystem}'; this version has apt.", asset.Name,
            "Set the asset's Provider with Import-PatchAsset, or install by hand."),
    };

    private List<IHealthProbe> Probes(PlannedHost host, Asset asset)
    {
        var changed = host.Patches.SelectMany(p => p.Packages).Select(p => p.Package).ToHashSet(StringComparer.Ordinal);
        return [.. wave.Gates
            .Where(g => (g.Assets.Count == 0 || g.Assets.Contains(host.Asset)) && (g.Packages.Count == 0 || g.Packages.Any(changed.Contains)))
            .Select(g => Probe(g, asset))];
    }

    private static IHealthProbe Probe(HealthGate gate, Asset asset)
    {
        var name = $"{gate.Kind} {gate.Target}";
        switch (gate.Kind.ToUpperInvariant())
        {
            case "COMMAND":
                // Policy writes a command line; the host's shell splits it, in one place and on purpose.
                return new CommandProbe(name, ["sh", "-c", gate.Target], ProbeDeadline);
            case "SERVICE":
                return new ServiceProbe(name, gate.Target, ProbeDeadline);
            case "TCP" when int.TryParse(gate.Target, NumberStyles.None, CultureInfo.InvariantCulture, out var port):
                return new TcpProbe(name, _ => asset.Address ?? asset.Name, port, ProbeDeadline);
            case "HTTP":
                return new HttpProbe(name, _ => new Uri(gate.Target.Replace("{host}", asset.Address ?? asset.Name, StringComparison.OrdinalIgnoreCase)));
            case "LOG" when gate.Target.Split(' ', 2) is [var path, var pattern]:
                return new LogProbe(name, path, pattern, ProbeDeadline);
            default:
                throw new FailureException("ProbeInvalid", FailureKind.InvalidInput, $"The plan's probe '{gate}' is not understood.", gate.ToString(),
                    "Probes are: Command LINE, Service NAME, Tcp PORT, Http URL (with {host}), Log FILE PATTERN. Correct the policy and make a new plan with New-PatchPlan.");
        }
    }
}
