using PatchOps.Domain;

namespace PatchOps.Core.Waves.Admission;

/// <summary>What the hosts that it comes after say of a host's turn.</summary>
internal readonly record struct Turn(TurnKind Kind, string? Asset = null, string? Reason = null)
{
    public static readonly Turn Free = new(TurnKind.Free);
}

internal enum TurnKind
{
    /// <summary>Nothing holds it.</summary>
    Free,

    /// <summary>A host of this run comes first.</summary>
    Waits,

    /// <summary>What comes first is left for a later run, so this one is too.</summary>
    Later,

    /// <summary>What comes first is not as it should be.</summary>
    Barred,
}

/// <summary>Hosts that wait for their turn, in the order of their planned starts and each behind those that come first.</summary>
/// <param name="judge">What holds a host now; the set has the hosts that this run works on, or yet decides on.</param>
internal sealed class HostQueue(Func<PlannedHost, IReadOnlySet<string>, Turn> judge)
{
    private readonly PriorityQueue<PlannedHost, (DateTimeOffset Start, int Index)> ready = new();
    private readonly Dictionary<string, List<(PlannedHost Host, int Index)>> behind = new(StringComparer.Ordinal);
    private readonly HashSet<string> coming = new(StringComparer.Ordinal);
    private readonly HashSet<string> postponed = new(StringComparer.Ordinal);
    private readonly List<(PlannedHost Host, string Reason)> barred = [];
    private int held;

    /// <summary>Hosts whose turn may yet come.</summary>
    public int Count => ready.Count + held;

    /// <summary>Hosts that are left for a later run.</summary>
    public IReadOnlySet<string> Postponed => postponed;

    /// <summary>Hosts that are left to wait for each other.</summary>
    public bool IsStuck => ready.Count == 0 && held > 0;

    /// <param name="hosts">Hosts to queue.</param>
    /// <param name="working">Hosts that this run works on already.</param>
    public void Fill(IEnumerable<PlannedHost> hosts, IEnumerable<string> working)
    {
        var all = hosts.ToList();
        coming.UnionWith(working);
        coming.UnionWith(all.Select(h => h.Asset));
        for (var i = 0; i < all.Count; i++) Place(all[i], i);
    }

    /// <summary>The next host that nothing holds, if it is due.</summary>
    /// <param name="isDue">False leaves it at the head of the queue.</param>
    public bool TryNext(Func<PlannedHost, bool> isDue, out PlannedHost next)
    {
        while (ready.TryPeek(out next!, out var place))
        {
            if (!isDue(next)) return false;
            ready.Dequeue();
            // What comes first may have been taken back since.
            if (judge(next, coming).Kind == TurnKind.Free) return true;
            Place(next, place.Index);
        }
        return false;
    }

    /// <summary>The run is through with a host; those behind it are looked at again.</summary>
    public void Leave(string asset)
    {
        coming.Remove(asset);
        if (!behind.Remove(asset, out var freed)) return;
        held -= freed.Count;
        foreach (var (host, index) in freed) Place(host, index);
    }

    /// <summary>A host is left for a later run, and those behind it with it.</summary>
    public void Postpone(PlannedHost host)
    {
        postponed.Add(host.Asset);
        Leave(host.Asset);
    }

    /// <summary>Hosts that wait for each other will never have their turn.</summary>
    public void GiveUp()
    {
        foreach (var asset in behind.Keys.ToList()) Leave(asset);
    }

    /// <summary>Hosts that will not have their turn, each with the reason, since the last call.</summary>
    public IReadOnlyList<(PlannedHost Host, string Reason)> TakeBarred()
    {
        if (barred.Count == 0) return [];
        var taken = barred.ToArray();
        barred.Clear();
        return taken;
    }

    private void Place(PlannedHost host, int index)
    {
        var turn = judge(host, coming);
        switch (turn.Kind)
        {
            case TurnKind.Free:
                ready.Enqueue(host, (host.Start, index));
                break;
            case TurnKind.Waits:
                if (!behind.TryGetValue(turn.Asset!, out var queue)) behind[turn.Asset!] = queue = [];
                queue.Add((host, index));
                held++;
                break;
            case TurnKind.Later:
                Postpone(host);
                break;
            case TurnKind.Barred:
                barred.Add((host, turn.Reason!));
                Leave(host.Asset);
                break;
        }
    }
}
