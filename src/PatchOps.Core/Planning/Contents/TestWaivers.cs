using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Contents;

/// <summary>A test that policy waives on a host.</summary>
/// <param name="Test">As policy names it.</param>
/// <param name="Patch">The patch that is so urgent.</param>
/// <param name="Packages">Packages that this patch changes on the host; empty where its provider resolves it.</param>
/// <param name="Decision">What the ranking decided on it.</param>
public sealed record WaivedTest(string Test, string Patch, IReadOnlyList<string> Packages, PatchDecision Decision);

/// <summary>Regulated hosts are patched sooner: what policy waives for that is left out of the plan, and stands in it.</summary>
internal static class TestWaivers
{
    /// <summary>The name under which policy waives the time between stages.</summary>
    public const string StagingSoak = "staging soak";

    /// <summary>What policy waives on a host for the patches that it gets; nothing on hosts without a regulation.</summary>
    /// <param name="asset">The host.</param>
    /// <param name="patches">What it gets.</param>
    /// <param name="closed">What each of these closes.</param>
    /// <param name="riskOf">The risk that a finding is covered for; null where there is none.</param>
    /// <param name="levels">What is waived for which decision.</param>
    public static IReadOnlyList<WaivedTest> On(Asset asset, IReadOnlyList<PlannedPatch> patches, ILookup<string, Finding> closed, Func<Finding, PatchRisk?> riskOf, ServiceLevels levels)
    {
        if (asset.Regulations.Count == 0) return [];
        var decisions = closed.ToDictionary(g => g.Key, g => g.Max(f => riskOf(f)?.Decision), StringComparer.Ordinal);
        return
        [
            .. from patch in patches
               where decisions.GetValueOrDefault(patch.Patch) is not null
               let decision = decisions[patch.Patch]!.Value
               from test in levels.Waived(decision)
               select new WaivedTest(test, patch.Patch, [.. patch.Packages.Select(p => p.Package)], decision),
        ];
    }

    public static bool SkipsSoak(PlanItem item) => item.Waived.Any(w => Same(w.Test, StagingSoak));

    /// <summary>The tests that remain, and what is waived on which hosts.</summary>
    /// <param name="tests">Test cases of the wave.</param>
    /// <param name="items">Hosts of the wave.</param>
    /// <param name="soaks">False where the whole ring, hosts that were left over included, follows without soak.</param>
    public static (List<TestCase> Tests, List<TestWaiver> Waivers) Of(List<TestCase> tests, IReadOnlyList<PlanItem> items, bool soaks)
    {
        if (items.All(i => i.Waived.Count == 0)) return (tests, []);
        var (remaining, skipped) = (new List<TestCase>(tests.Count), new HashSet<(string Asset, string Test)>());
        foreach (var test in tests)
        {
            var meant = test.Assets.Count == 0 ? [.. items.Select(i => i.Asset.Id)] : test.Assets;
            var without = items.Where(i => meant.Contains(i.Asset.Id) && i.Waived.Any(w => Waives(w, test))).Select(i => i.Asset.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var asset in without) skipped.Add((asset, test.Name.Trim().ToUpperInvariant()));
            if (without.Count == 0) remaining.Add(test);
            else if (meant.Any(a => !without.Contains(a))) remaining.Add(test with { Assets = [.. meant.Where(a => !without.Contains(a))] });
        }
        return (remaining, [.. Waivers(items, skipped, soaks)]);
    }

    private static IEnumerable<TestWaiver> Waivers(IReadOnlyList<PlanItem> items, HashSet<(string Asset, string Test)> skipped, bool soaks)
    {
        // Before the first stage there is nothing to soak.
        var waived = items.SelectMany(i => i.Waived.Where(w => i.Stage != AssetEnvironment.Development || !Same(w.Test, StagingSoak)).Select(w => (Item: i, Waived: w, Effect: Effect(w, skipped.Contains((i.Asset.Id, w.Test.Trim().ToUpperInvariant())), soaks))));
        foreach (var group in waived.GroupBy(w => (Test: w.Waived.Test.Trim().ToUpperInvariant(), w.Effect)))
        {
            var regulations = group.SelectMany(w => w.Item.Asset.Regulations).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
            var patches = group.Select(w => $"{w.Waived.Patch} ({w.Waived.Decision})").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
            yield return new TestWaiver
            {
                Test = group.First().Waived.Test.Trim(), Effect = group.Key.Effect,
                Assets = [.. group.Select(w => w.Item.Asset.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Because = $"{string.Join(", ", regulations)} asks for earlier dates, and {string.Join(", ", patches)} must meet them",
            };
        }
    }

    private static string Effect(WaivedTest waived, bool skipped, bool soaks) =>
        Same(waived.Test, StagingSoak) ? soaks ? "not used, because other hosts of the ring soak; a plan for these hosts alone would not wait" : "the wave follows earlier stages without soak time"
        : skipped ? "the test case is not run"
        : "no test case of the wave has this name; people leave it out";

    /// <summary>A test case of certain packages is only waived where the urgent patch changes one of them.</summary>
    private static bool Waives(WaivedTest waived, TestCase test) =>
        Same(waived.Test, test.Name) && (test.Packages.Count == 0 || waived.Packages.Count == 0 || waived.Packages.Any(p => test.Packages.Contains(p, StringComparer.OrdinalIgnoreCase)));

    private static bool Same(string one, string other) => one.Trim().Equals(other.Trim(), StringComparison.OrdinalIgnoreCase);
}
