using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.Halting;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

/// <summary>What operations on waves are made of.</summary>
public sealed record WaveParts(ICatalogue Catalogue, IJournal Journal, IAuditLog Audit, TimeProvider Clock, Caller Caller)
{
    /// <summary>The way to the hosts of a wave.</summary>
    public required Func<PlanWave, IHostServicesFactory> Hosts { get; init; }

    /// <summary>Asks what a plan's gate says.</summary>
    public required Func<WaveGate, IWaveGate> Gate { get; init; }

    /// <summary>Where metrics are kept, by the server's address.</summary>
    public required Func<Uri, IMetricSource> Metrics { get; init; }

    /// <summary>Name of this runner, for others to see who works on a wave.</summary>
    public required string Runner { get; init; }

    /// <summary>The waits and limits that neither plan nor request name.</summary>
    public WaveOptions Options { get; init; } = new();

    /// <summary>Whether a plan may run.</summary>
    public required StoredApprovals Approvals { get; init; }

    /// <summary>What a rehearsal assumes where history is silent.</summary>
    public required RiskPolicy Risk { get; init; }

    public async Task AuditAsync(string action, PatchPlan plan, int wave, IReadOnlyList<(string, object?)> details, CancellationToken cancellationToken)
    {
        (string, object?)[] payload = [.. details, ("hash", plan.Hash), ("wave", wave)];
        await Audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), Caller.Account, action, plan.Id, CanonicalJson.Of(payload)), Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
    }
}
