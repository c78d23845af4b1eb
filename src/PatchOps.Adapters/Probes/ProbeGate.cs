using PatchOps.Core.Seams;
using PatchOps.Core.Waves.Halting;

namespace PatchOps.Adapters.Probes;

/// <summary>A probe that is asked for a whole wave, from where PatchOps runs.</summary>
internal sealed class ProbeGate(IHealthProbe probe, IHostTransport here) : IWaveGate
{
    public string Name => probe.Name;

    public Task<HealthReading> CheckAsync(CancellationToken cancellationToken) => probe.CheckAsync(here, cancellationToken);
}
