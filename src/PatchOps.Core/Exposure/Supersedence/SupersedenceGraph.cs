namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>The transitive closure of "supersedes" over the updates of one product.</summary>
/// <remarks>
/// The published edges name mostly the direct predecessor, sometimes several, sometimes one that was never published itself.
/// Edges within a ring prove nothing and are left out of the closure; edges into and out of it count.
/// Build one graph per product: an update may supersede another on one Windows version and not on the next.
/// </remarks>
public sealed class SupersedenceGraph
{
    private readonly Dictionary<string, int> _index = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _names = [];
    private readonly int[][] _newer;
    private readonly int[][] _older;
    private readonly SupersedenceGap?[] _gapAt;

    /// <param name="edges">The published statements, in any order; repeated ones and an update that supersedes itself are harmless.</param>
    /// <param name="recorded">The updates that have a record of their own; null where the source has no such list, then no holes are reported.</param>
    public SupersedenceGraph(IEnumerable<SupersedenceEdge> edges, IEnumerable<string>? recorded = null)
    {
        ArgumentNullException.ThrowIfNull(edges);
        HashSet<int>? records = null;
        if (recorded is not null) records = [.. recorded.Select(r => Index(KbArticle.Normalise(r)))];
        var pairs = new HashSet<(int Newer, int Older)>();
        foreach (var edge in edges)
        {
            var pair = (Index(edge.Newer), Index(edge.Older));
            if (pair.Item1 != pair.Item2) pairs.Add(pair);
        }
        var all = Neighbours(pairs, _names.Count);
        var ring = SupersedenceRings.Find(all);
        pairs.RemoveWhere(p => ring[p.Newer] == ring[p.Older]);
        _newer = Neighbours(pairs.Select(p => (p.Older, p.Newer)), _names.Count);
        _older = Neighbours(pairs, _names.Count);
        _gapAt = new SupersedenceGap?[_names.Count];
        Gaps = [.. Cycles(ring), .. Holes(records)];
    }

    /// <summary>The defects found: cycles first, then holes, each by name.</summary>
    public IReadOnlyList<SupersedenceGap> Gaps { get; }

    /// <summary>Every update named, sorted.</summary>
    public IReadOnlyList<string> Articles => [.. _names.Order(StringComparer.Ordinal)];

    /// <summary>All updates that supersede the one named, directly or not, the nearest first.</summary>
    public IReadOnlyList<string> SupersededBy(string article) => Names(Reach(_newer, Find(article)));

    /// <summary>All updates that the one named supersedes, directly or not, the nearest first.</summary>
    public IReadOnlyList<string> Supersedes(string article) => Names(Reach(_older, Find(article)));

    /// <summary>Fixed when any update at or above any of the fixing ones in its chain is installed.</summary>
    /// <param name="fixing">The updates that the advisory names as the fix for this product.</param>
    /// <param name="installed">The updates of the host, in any spelling of a KB.</param>
    public SupersedenceVerdict FixedBy(IEnumerable<string> fixing, IEnumerable<string> installed)
    {
        ArgumentNullException.ThrowIfNull(fixing);
        ArgumentNullException.ThrowIfNull(installed);
        var present = new HashSet<string>(installed.Select(KbArticle.Normalise), StringComparer.OrdinalIgnoreCase);
        var starts = fixing.Select(KbArticle.Normalise).ToList();
        var direct = starts.Find(present.Contains);
        if (direct is not null) return new SupersedenceVerdict(true, [direct], []);

        // Breadth first from all fixing updates at once: the chain found is a shortest one.
        var previous = new Dictionary<int, int>();
        var queue = new Queue<int>();
        foreach (var start in starts)
        {
            if (_index.TryGetValue(start, out var node) && previous.TryAdd(node, -1)) queue.Enqueue(node);
        }
        var gaps = new List<SupersedenceGap>();
        while (queue.TryDequeue(out var node))
        {
            if (present.Contains(_names[node])) return new SupersedenceVerdict(true, Chain(node, previous), []);
            if (_gapAt[node] is { } gap && !gaps.Contains(gap)) gaps.Add(gap);
            foreach (var next in _newer[node])
            {
                if (previous.TryAdd(next, node)) queue.Enqueue(next);
            }
        }
        return new SupersedenceVerdict(false, [], gaps);
    }

    private static int[][] Neighbours(IEnumerable<(int From, int To)> pairs, int count)
    {
        var lists = new List<int>[count];
        foreach (var (from, to) in pairs) (lists[from] ??= []).Add(to);
        return Array.ConvertAll(lists, l => l is null ? [] : l.Order().ToArray());
    }

    private static List<int> Reach(int[][] neighbours, int? from)
    {
        if (from is not { } start) return [];
        var seen = new HashSet<int> { start };
        var reached = new List<int> { start };
        for (var i = 0; i < reached.Count; i++)
        {
            foreach (var next in neighbours[reached[i]])
            {
                if (seen.Add(next)) reached.Add(next);
            }
        }
        reached.RemoveAt(0);
        return reached;
    }

    private int Index(string article)
    {
        if (_index.TryGetValue(article, out var index)) return index;
        _index.Add(article, _names.Count);
        _names.Add(article);
        return _names.Count - 1;
    }

    private int? Find(string article) => _index.TryGetValue(KbArticle.Normalise(article), out var index) ? index : null;

    private string[] Names(IEnumerable<int> nodes) => [.. nodes.Select(n => _names[n])];

    private List<string> Chain(int node, Dictionary<int, int> previous)
    {
        var chain = new List<string>();
        for (var at = node; at >= 0; at = previous[at]) chain.Add(_names[at]);
        chain.Reverse();
        return chain;
    }

    private List<SupersedenceGap> Cycles(int[] ring)
    {
        var gaps = new List<SupersedenceGap>();
        foreach (var members in Enumerable.Range(0, ring.Length).GroupBy(n => ring[n]).Where(g => g.Skip(1).Any()))
        {
            var gap = new SupersedenceGap(SupersedenceGapKind.Cycle, Sorted(members), []);
            foreach (var member in members) _gapAt[member] = gap;
            gaps.Add(gap);
        }
        return [.. gaps.OrderBy(g => g.Articles[0], StringComparer.Ordinal)];
    }

    private List<SupersedenceGap> Holes(HashSet<int>? records)
    {
        var gaps = new List<SupersedenceGap>();
        if (records is null) return gaps;
        for (var node = 0; node < _names.Count; node++)
        {
            // One that supersedes others is recorded by that very statement.
            if (_newer[node].Length == 0 || _older[node].Length > 0 || records.Contains(node)) continue;
            var gap = new SupersedenceGap(SupersedenceGapKind.Hole, [_names[node]], Sorted(_newer[node]));
            _gapAt[node] ??= gap;
            gaps.Add(gap);
        }
        return [.. gaps.OrderBy(g => g.Articles[0], StringComparer.Ordinal)];
    }

    private string[] Sorted(IEnumerable<int> nodes) => [.. nodes.Select(n => _names[n]).Order(StringComparer.Ordinal)];
}
