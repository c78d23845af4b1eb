using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Exposure.Supersedence;

namespace PatchOps.Core.Tests.Exposure;

public class SupersedenceGraphTests
{
    private const int Count = 7;

    [Fact]
    public void The_closure_is_that_of_the_published_edges_without_rings()
    {
        var edge = Gen.Choose(0, Count - 1).SelectMany(a => Gen.Choose(0, Count - 1).Select(b => (Newer: a, Older: b)));
        var graphs = Gen.Choose(0, 10).SelectMany(n => edge.ListOf(n));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(10_000), Prop.ForAll(graphs.ToArbitrary(), drawn =>
        {
            var edges = drawn.ToList();
            var reach = Closure(edges);
            var sound = edges.Where(e => e.Newer != e.Older && !(reach[e.Newer, e.Older] && reach[e.Older, e.Newer])).ToList();
            var above = Closure(sound);
            var graph = new SupersedenceGraph(edges.Select(e => new SupersedenceEdge(Name(e.Newer), Name(e.Older))));
            for (var older = 0; older < Count; older++)
            {
                var expected = Enumerable.Range(0, Count).Where(n => above[n, older]).Select(Name).ToHashSet(StringComparer.Ordinal);
                if (!expected.SetEquals(graph.SupersededBy(Name(older)))) return false;
                for (var newer = 0; newer < Count; newer++)
                {
                    if (above[newer, older] != graph.Supersedes(Name(newer)).Contains(Name(older))) return false;
                    var verdict = graph.FixedBy([Name(older)], [Name(newer)]);
                    if (verdict.IsFixed != (newer == older || above[newer, older])) return false;
                    if (verdict.IsFixed && !IsChain(verdict.Chain, sound, older, newer)) return false;
                }
            }
            var rings = Enumerable.Range(0, Count)
                .Select(n => Enumerable.Range(0, Count).Where(m => m == n || (reach[n, m] && reach[m, n])).Select(Name).ToList())
                .Where(r => r.Count > 1).Select(r => string.Join(',', r)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            return rings.SequenceEqual(graph.Gaps.Select(g => string.Join(',', g.Articles)));
        }));
    }

    [Fact]
    public void Any_update_at_or_above_the_fixing_one_fixes()
    {
        var graph = new SupersedenceGraph([new("5034768", "5034127"), new("KB5035857", "kb 5034768"), new("5036896", "5035857")]);
        var verdict = graph.FixedBy(["KB5034768"], ["kb5036896"]);
        Assert.True(verdict.IsFixed);
        Assert.Equal(["KB5034768", "KB5035857", "KB5036896"], verdict.Chain);
        Assert.Equal("KB5036896", verdict.InstalledBy);
        Assert.False(graph.FixedBy(["KB5034768"], ["KB5034127"]).IsFixed);
        Assert.True(graph.FixedBy(["KB9999999"], ["9999999"]).IsFixed);
        Assert.False(graph.FixedBy([], ["KB5036896"]).IsFixed);
    }

    [Fact]
    public void A_hole_is_reported_and_not_bridged()
    {
        // KB3 supersedes KB2, which has no record; that KB2 superseded KB1 is published nowhere.
        var graph = new SupersedenceGraph([new("KB3", "KB2"), new("KB1", "KB0")], recorded: ["KB3", "KB1", "KB0"]);
        var gap = Assert.Single(graph.Gaps);
        Assert.Equal(SupersedenceGapKind.Hole, gap.Kind);
        Assert.Equal(["KB2"], gap.Articles);
        Assert.Equal(["KB3"], gap.NamedBy);
        Assert.False(graph.FixedBy(["KB1"], ["KB3"]).IsFixed);
        Assert.True(graph.FixedBy(["KB2"], ["KB3"]).IsFixed);
    }

    [Fact]
    public void A_ring_proves_nothing_and_the_verdict_says_so()
    {
        var graph = new SupersedenceGraph([new("KB2", "KB1"), new("KB1", "KB2"), new("KB3", "KB2")]);
        var verdict = graph.FixedBy(["KB1"], ["KB2"]);
        Assert.False(verdict.IsFixed);
        Assert.Equal(SupersedenceGapKind.Cycle, Assert.Single(verdict.Gaps).Kind);
        Assert.True(graph.FixedBy(["KB2"], ["KB3"]).IsFixed);
    }

    [Fact]
    public void A_chain_of_a_hundred_thousand_updates_is_followed_to_its_end()
    {
        const int Length = 100_000;
        var graph = new SupersedenceGraph(Enumerable.Range(1, Length).Select(n => new SupersedenceEdge($"{n + 1}", $"{n}")));
        Assert.Equal(Length + 1, graph.FixedBy(["1"], [$"{Length + 1}"]).Chain.Count);
        Assert.Empty(graph.Gaps);
    }

    private static string Name(int number) => $"KB{number}";

    private static bool[,] Closure(List<(int Newer, int Older)> edges)
    {
        var reach = new bool[Count, Count];
        foreach (var (newer, older) in edges) reach[newer, older] = true;
        for (var k = 0; k < Count; k++)
        {
            for (var i = 0; i < Count; i++)
            {
                for (var j = 0; j < Count; j++) reach[i, j] |= reach[i, k] && reach[k, j];
            }
        }
        return reach;
    }

    private static bool IsChain(IReadOnlyList<string> chain, List<(int Newer, int Older)> edges, int first, int last) =>
        chain[0] == Name(first) && chain[^1] == Name(last)
        && chain.Zip(chain.Skip(1)).All(p => edges.Exists(e => Name(e.Older) == p.First && Name(e.Newer) == p.Second));
}
