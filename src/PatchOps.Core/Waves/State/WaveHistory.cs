using System.Runtime.CompilerServices;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.State;

/// <summary>One line of a wave's timeline.</summary>
/// <param name="Asset">Asset id; null for the wave itself.</param>
/// <param name="State">The host's state after the line; null for the wave itself.</param>
public sealed record TimelineEntry(DateTimeOffset At, string? Asset, string Step, string Outcome, HostState? State, string? Summary)
{
    public override string ToString() => $"{At:u} {Asset ?? "(wave)"} {Step} {Outcome}{(Summary is null ? "" : $": {Summary}")}";
}

/// <summary>What the journal tells of a wave, whoever runs or ran it. Reads only.</summary>
public static class WaveHistory
{
    public static async Task<WaveStatus> StatusAsync(IJournal journal, WaveDefinition definition, CancellationToken cancellationToken) =>
        (await WaveLedger.ReadAsync(journal, definition, static _ => false, cancellationToken).ConfigureAwait(false)).ToStatus();

    /// <summary>A host's evidence, one object a piece, in the order in which it came about.</summary>
    public static IEnumerable<HostEvidence> EvidenceOf(HostRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Evidence.Select(e => new HostEvidence
        {
            PlanId = run.PlanId, Wave = run.Wave, Asset = run.Asset, Name = run.Name, At = e.At, Step = e.Step, Kind = e.Kind, Outcome = e.Status ?? e.Outcome, Elapsed = e.Elapsed,
            Probe = e.Probe, Command = e.Command, ExitCode = e.ExitCode, Package = e.Package, Version = e.Version, Detail = e.Kind == EvidenceKind.Command ? e.Output : e.Detail,
        });
    }

    /// <summary>Every host's run with its evidence, in the plan's order.</summary>
    /// <param name="wanted">Whether an asset's run is wanted, by the asset's id; null for all.</param>
    public static async Task<IReadOnlyList<HostRun>> RunsAsync(IJournal journal, WaveDefinition definition, Func<string, bool>? wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        wanted ??= static _ => true;
        var ledger = await WaveLedger.ReadAsync(journal, definition, wanted, cancellationToken).ConfigureAwait(false);
        return [.. definition.Hosts.Where(h => wanted(h.Asset)).Select(h => ledger[h.Asset].ToRun(definition.PlanId, definition.Number, h.Name))];
    }

    /// <summary>Outcomes in the order in which they became durable; announced steps without an outcome as Began.</summary>
    public static async IAsyncEnumerable<TimelineEntry> TimelineAsync(IJournal journal, WaveDefinition definition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var ledger = new WaveLedger(definition, static _ => false);
        var known = definition.Hosts.Select(h => h.Asset).ToHashSet(StringComparer.Ordinal);
        await foreach (var entry in journal.ReadAsync(definition.PlanId, definition.Number, 0, cancellationToken).ConfigureAwait(false))
        {
            ledger.Take(entry);
            HostState? state = entry.Asset is { } asset && known.Contains(asset) ? ledger[asset].State : null;
            yield return new TimelineEntry(entry.At, entry.Asset, entry.Step, entry.Outcome ?? "Began", state, Told(entry));
        }
    }

    /// <summary>A step's own sentence; of a run that began, who began it and what for.</summary>
    private static string? Told(JournalEntry entry)
    {
        var detail = StepDetail.Parse(entry.Detail, entry.Key);
        if (entry.Asset is not null || entry.Step != nameof(WaveStep.Started) || string.IsNullOrEmpty(detail?.Actor)) return detail?.Summary;
        return $"Begun by {detail.Actor} ({detail.Summary switch { nameof(WaveMode.Undo) => "to take it back", nameof(WaveMode.Release) => "to remove snapshots", _ => "to patch" }}).";
    }
}
