using PatchOps.Core.Waves.Running;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Admission;

/// <summary>Where the hosts stand that others come after, in whichever wave of the plan they are.</summary>
/// <remarks>Only Done lets a host follow. What failed, went back, is unknown or was left out bars those after it, and those after them.</remarks>
internal sealed class Predecessors
{
    private readonly WaveContext wave;
    private readonly Dictionary<string, (int Wave, PlannedHost Host)> planned = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (WaveLedger Ledger, long Sequence)> others = [];

    public Predecessors(WaveContext wave)
    {
        this.wave = wave;
        // Most plans have no order of hosts: nothing is kept for them.
        if (wave.Definition.Hosts.All(h => h.After.Count == 0)) return;
        foreach (var other in wave.Definition.Others.OrderBy(w => w.Number))
            foreach (var host in other.Hosts) planned[host.Asset] = (other.Number, host);
        foreach (var host in wave.Definition.Hosts) planned[host.Asset] = (wave.Definition.Number, host);
        foreach (var number in wave.Definition.Hosts.SelectMany(h => h.After).Where(planned.ContainsKey).Select(id => planned[id].Wave).Where(n => n != wave.Definition.Number).Distinct())
            others[number] = (new WaveLedger(new WaveDefinition(wave.Definition.PlanId, wave.Definition.Others.First(w => w.Number == number)), static _ => false), 0);
    }

    /// <summary>Reads what other waves' journals have since the last time: somebody may repair or take back their hosts meanwhile.</summary>
    public async Task CatchUpAsync()
    {
        foreach (var (number, (ledger, last)) in others.ToArray())
        {
            var sequence = last;
            await foreach (var entry in wave.Journal.ReadAsync(wave.Definition.PlanId, number, last, CancellationToken.None).ConfigureAwait(false))
            {
                ledger.Take(entry);
                sequence = entry.Sequence;
            }
            others[number] = (ledger, sequence);
        }
    }

    /// <param name="host">Whose turn it may be.</param>
    /// <param name="coming">Hosts that this run works on, or yet decides on.</param>
    /// <param name="postponed">Hosts that this run leaves for a later one.</param>
    public Turn Judge(PlannedHost host, IReadOnlySet<string> coming, IReadOnlySet<string> postponed)
    {
        var turn = Turn.Free;
        foreach (var asset in host.After)
        {
            // A plan names only its own assets; one that it does not hold has nothing to wait for.
            if (!planned.TryGetValue(asset, out var first)) continue;
            if (first.Wave == wave.Definition.Number && coming.Contains(asset)) turn = new Turn(TurnKind.Waits, asset);
            else if (first.Wave == wave.Definition.Number && postponed.Contains(asset)) turn = turn.Kind == TurnKind.Waits ? turn : new Turn(TurnKind.Later);
            else if (!IsDone(first)) return new Turn(TurnKind.Barred, asset, Why(first));
        }
        return turn;
    }

    private (HostState State, bool Open) Standing((int Wave, PlannedHost Host) first)
    {
        if (first.Wave == wave.Definition.Number) return wave.Locked(l => (l[first.Host.Asset].State, l[first.Host.Asset].Open));
        return others.TryGetValue(first.Wave, out var other) ? (other.Ledger[first.Host.Asset].State, other.Ledger[first.Host.Asset].Open) : (HostState.Pending, false);
    }

    private bool IsDone((int Wave, PlannedHost Host) first) => Standing(first) is (HostState.Done, false);

    /// <summary>Names the predecessor, what it is, and what to do about the one that began it.</summary>
    private string Why((int Wave, PlannedHost Host) first)
    {
        var root = Root(first, []);
        var (state, open) = Standing(first);
        var where = first.Wave == wave.Definition.Number ? "" : FormattableString.Invariant($" (wave {first.Wave})");
        var what = open ? $"is still being worked on{where}"
            : root.Host.Asset != first.Host.Asset ? $"was left out{where}, because {root.Host.Name} {Is(Standing(root).State)}"
            : Is(state) + where;
        var plan = wave.Definition.PlanId;
        var repair = Standing(root) is (HostState.Pending or HostState.Skipped, false)
            ? FormattableString.Invariant($"Plan both again with New-PatchPlan, or run Invoke-PatchWave {plan} {root.Wave} when {root.Host.Name} may be changed")
            : FormattableString.Invariant($"See why with Get-PatchWave {plan} {root.Wave} -Evidence -Asset {root.Host.Name}; put it right, then run Invoke-PatchWave {plan} {root.Wave} -RetryFailed");
        var then = root.Wave == wave.Definition.Number ? ", which takes up both." : FormattableString.Invariant($", then Invoke-PatchWave {plan} {wave.Definition.Number}.");
        return $"Not begun: it comes after {first.Host.Name}, which {what}. {repair}{then}";
    }

    /// <summary>The first in the row that went wrong itself; where none did, the one that was not begun for another reason.</summary>
    private (int Wave, PlannedHost Host) Root((int Wave, PlannedHost Host) first, HashSet<string> seen)
    {
        var root = first;
        if (!seen.Add(first.Host.Asset) || WentWrong(first)) return root;
        foreach (var asset in first.Host.After)
        {
            if (!planned.TryGetValue(asset, out var before) || IsDone(before)) continue;
            root = Root(before, seen);
            if (WentWrong(root)) return root;
        }
        return root;
    }

    private bool WentWrong((int Wave, PlannedHost Host) host) => Standing(host) is (HostState.Failed or HostState.RollingBack or HostState.RolledBack or HostState.RollbackFailed or HostState.Unknown, false);

    private static string Is(HostState state) => state switch
    {
        HostState.Failed => "failed",
        HostState.RolledBack => "was rolled back",
        HostState.RollbackFailed => "could not be rolled back",
        HostState.Unknown => "did not answer, so that nobody knows what it is now",
        HostState.Skipped => "was left out",
        HostState.Pending => "was not admitted",
        _ => $"is {state}",
    };
}
