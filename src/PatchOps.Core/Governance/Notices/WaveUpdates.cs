using System.Runtime.CompilerServices;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Notices;

/// <summary>One thing that happened in a wave, for the people who wait for it.</summary>
/// <param name="Sequence">The journal's number of it: the same thing is the same message.</param>
internal sealed record WaveUpdate(int Wave, long Sequence, DateTimeOffset At, string Subject, string Text);

/// <summary>What the journal tells of waves while they run: begin, end and stops of a wave, and every host that failed.</summary>
internal static class WaveUpdates
{
    /// <summary>Older than this is no update any more.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    /// <summary>A plan that has been over for so long is not looked at.</summary>
    private static readonly TimeSpan Over = TimeSpan.FromDays(7);

    public static async IAsyncEnumerable<WaveUpdate> OfAsync(IJournal journal, PatchPlan plan, DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (plan.End < now - Over) yield break;
        foreach (var wave in plan.Waves.Where(w => w.Hosts.Count > 0))
        {
            var definition = new WaveDefinition(plan.Id, wave);
            var ledger = new WaveLedger(definition, static _ => false);
            var names = wave.Hosts.ToDictionary(h => h.Asset, h => h.Name, StringComparer.Ordinal);
            await foreach (var entry in journal.ReadAsync(plan.Id, wave.Number, 0, cancellationToken).ConfigureAwait(false))
            {
                ledger.Take(entry);
                if (entry.At < now - Fresh || Told(entry, ledger, names) is not { } told) continue;
                var title = FormattableString.Invariant($"Wave {wave.Number} ({wave.Stage} {wave.Ring}) of {plan.Name}");
                var status = ledger.ToStatus();
                yield return new WaveUpdate(wave.Number, entry.Sequence, entry.At, $"{title}: {told}",
                    FormattableString.Invariant($"{title}, {entry.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {told}\n{status.Done} of {status.Hosts} hosts done, {status.Failed} failed, {status.Pending} not begun.\nSee Get-PatchWave {plan.Id} {wave.Number} -Hosts.\n"));
            }
        }
    }

    private static string? Told(JournalEntry entry, WaveLedger ledger, Dictionary<string, string> names)
    {
        if (entry.Asset is { } asset)
            return entry.Step == nameof(HostStep.Finish) && names.TryGetValue(asset, out var name) && ledger[asset] is { IsFailure: true, Kind: not RoundKind.Release } host ? $"{name} is {host.State}: {host.Reason ?? "no reason was recorded"}" : null;
        if (!Enum.TryParse<WaveStep>(entry.Step, out var step)) return null;
        var why = ledger.Reason is null ? "" : $": {ledger.Reason}";
        return step switch
        {
            WaveStep.Started => "it has begun",
            WaveStep.Completed => $"it is complete{why}",
            WaveStep.Halted => $"it is halted{why}",
            WaveStep.Suspended => $"it is suspended{why}",
            WaveStep.Resumed => "it goes on",
            WaveStep.Undone => $"it was taken back{why}",
            WaveStep.Stopped => $"its run was stopped{why}",
            _ => null,
        };
    }
}
