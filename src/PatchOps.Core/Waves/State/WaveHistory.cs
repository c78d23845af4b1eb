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

    /// <summary>Every host's run with its evidence, in the plan's order.</summary>
    /// <param name="asset">Only this asset; null for all.</param>
    public static async Task<IReadOnlyList<HostRun>> RunsAsync(IJournal journal, WaveDefinition definition, string? asset, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var ledger = await WaveLedger.ReadAsync(journal, definition, a => asset is null || a == asset, cancellationToken).ConfigureAwait(false);
        return [.. definition.Hosts.Where(h => asset is null || h.Asset == asset).Select(h => ledger[h.Asset].ToRun(definition.PlanId, definition.Number, h.Name))];
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
            yield return new TimelineEntry(entry.At, entry.Asset, entry.Step, entry.Outcome ?? "Began", state, StepDetail.Parse(entry.Detail, entry.Key)?.Summary);
        }
    }
}
