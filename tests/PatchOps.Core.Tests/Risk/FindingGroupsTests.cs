using System.Runtime.CompilerServices;
using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Risk;

/// <summary>A ranking of a million findings holds none of them.</summary>
public class FindingGroupsTests
{
    [Fact]
    public void Groups_keep_each_vulnerability_once_in_the_order_in_which_it_came()
    {
        var groups = new FindingGroups();
        foreach (var (asset, cve) in new[] { ("a", "CVE-1"), ("a", "CVE-2"), ("b", "CVE-2"), ("a", "cve-1"), ("a", "CVE-3"), ("b", "CVE-2"), ("c", "CVE-1"), ("c", "CVE-2"), ("c", "CVE-3") })
            groups.Add("patch", Found(asset, cve), cve, null);
        groups.Add("patch", Found("d", null), null, ["a note"]);
        var places = groups["patch"].ToDictionary(p => p.Key.Asset, p => p.Value);
        Assert.Equal(["CVE-1", "CVE-2", "CVE-3"], groups.Of(places["a"].List));
        Assert.Equal(["CVE-2"], groups.Of(places["b"].List));
        Assert.Empty(groups.Of(places["d"].List));
        Assert.Equal(["a note"], places["d"].Notes);
        // Equal lists are one list, whichever asset has them.
        Assert.Equal(places["a"].List, places["c"].List);
        Assert.Equal(3, groups.Vulnerabilities.Count);
    }

    [Fact]
    public void The_earliest_fix_counts()
    {
        var groups = new FindingGroups();
        foreach (var day in new[] { 5, 2, 9 }) groups.Add("p", Found("a", "CVE-1") with { FixAvailable = RiskSamples.AsOf.AddDays(day) }, "CVE-1", null);
        groups.Add("p", Found("a", "CVE-1"), "CVE-1", null);
        Assert.Equal(RiskSamples.AsOf.AddDays(2), Assert.Single(groups["p"]).Value.FixAvailable);
    }

    [Fact]
    public void No_finding_is_held()
    {
        var groups = new FindingGroups();
        var findings = Fill(groups);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.All(findings, f => Assert.False(f.IsAlive));
        Assert.Equal(100, groups["patch"].Count());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Fill(FindingGroups groups)
    {
        var findings = new List<WeakReference>();
        for (var i = 0; i < 100; i++)
        {
            var finding = Found($"host{i}", "CVE-1");
            groups.Add("patch", finding, finding.Cve, null);
            findings.Add(new WeakReference(finding));
        }
        return findings;
    }

    private static Finding Found(string asset, string? cve) => new() { Asset = asset, Package = "p", Cve = cve, Patch = "deb:p/2", Status = FindingStatus.Affected };
}
