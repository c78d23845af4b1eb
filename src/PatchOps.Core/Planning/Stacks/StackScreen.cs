using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Operations;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Versions;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Stacks;

/// <summary>A patch that a host cannot get in this plan.</summary>
/// <param name="Rules">Names of the rules that together forbid it; without any one of them it could be planned.</param>
public sealed record LeftPatch(string Asset, string Name, string Patch, string Constraint, IReadOnlyList<string> Rules, string Reason, string? Remedy)
{
    public UnscheduledItem ToItem() => new() { Asset = Asset, Patches = [Patch], Constraint = Constraint, Reason = $"{Name}: {Reason}", Rules = Rules, Remedy = Remedy };
}

/// <summary>
/// Holds planned patches against prerequisites and the compatibility matrix: what would create a forbidden combination in any order is left
/// out, and what creates one only in the wrong order waits. A combination that is there already is none of the plan's making.
/// </summary>
public sealed class StackScreen
{
    private readonly StackState state;
    private readonly IReadOnlyList<CompatibilityRule> rules;
    private readonly IReadOnlyList<PrerequisiteRule> prerequisites;
    private readonly List<(CompatibilityRule Rule, VersionRange Versions, VersionRange Needs)> parsed;
    private readonly Dictionary<string, PlanItem> items;
    private readonly Dictionary<(string Asset, string Package), (string Version, string Patch)> planned = [];
    private readonly Dictionary<(string Asset, string Patch), IReadOnlyList<string>> dropped = [];
    private readonly List<LeftPatch> left = [];
    private readonly Dictionary<(string First, string Then), CompatibilityRule> edges = [];

    private StackScreen(StackState state, PlanningPolicy policy, IReadOnlyList<PlanItem> items)
    {
        (this.state, rules, prerequisites) = (state, policy.Compatibility, policy.Prerequisites);
        parsed = [.. rules.Select(r => (r, VersionRange.Parse(r.Versions), VersionRange.Parse(r.NeedsVersions)))];
        this.items = items.ToDictionary(i => i.Asset.Id, StringComparer.Ordinal);
        foreach (var item in items)
            foreach (var patch in item.Patches)
                foreach (var package in patch.Packages) planned[(item.Asset.Id, package.Package)] = (package.Version, patch.Patch);
    }

    /// <summary>Of so many patches that are left out, rules that are not needed for it are taken from the list.</summary>
    private const int MostReduced = 40;

    /// <summary>The hosts with what must come before them, and the patches that cannot be planned; where there are any, hosts are to be made anew without them.</summary>
    public static (IReadOnlyList<PlanItem> Items, IReadOnlyList<LeftPatch> Left) Screen(StackState state, PlanningPolicy policy, IReadOnlyList<PlanItem> items)
    {
        if (policy.Compatibility.Count + policy.Prerequisites.Count == 0) return (items, []);
        var screen = Run(state, policy, items);
        return ([.. items.Select(screen.Ordered)], [.. screen.left.Select((l, i) => i < MostReduced ? l with { Rules = Needed(state, policy, items, l) } : l)]);
    }

    private static StackScreen Run(StackState state, PlanningPolicy policy, IReadOnlyList<PlanItem> items)
    {
        var screen = new StackScreen(state, policy, items);
        for (var before = -1; before != screen.left.Count;)
        {
            before = screen.left.Count;
            screen.Prerequisites();
            screen.edges.Clear();
            foreach (var (rule, versions, needs) in screen.parsed) screen.Combinations(rule, versions, needs);
            screen.Circles();
        }
        return screen;
    }

    /// <summary>Rules without any one of which the patch could be planned: those whose deletion changes nothing are deleted.</summary>
    private static List<string> Needed(StackState state, PlanningPolicy policy, IReadOnlyList<PlanItem> items, LeftPatch patch)
    {
        bool IsLeft(IReadOnlyList<string> rules) => Run(state, Only(policy, rules), items).dropped.ContainsKey((patch.Asset, patch.Patch));
        // Which of two patches gives way may depend on further rules: then all of them are the beginning.
        List<string> needed = IsLeft(patch.Rules) ? [.. patch.Rules] : [.. policy.Compatibility.Select(Name), .. policy.Prerequisites.SelectMany(p => p.Needs.Select(n => Name(p, n)))];
        while (needed.Find(r => IsLeft([.. needed.Where(n => n != r)])) is { } idle) needed.Remove(idle);
        return needed;
    }

    /// <summary>The policy with none but some rules about combinations and prerequisites.</summary>
    internal static PlanningPolicy Only(PlanningPolicy policy, IReadOnlyList<string> rules) => policy with
    {
        Compatibility = [.. policy.Compatibility.Where(c => rules.Contains(Name(c)))],
        Prerequisites = [.. policy.Prerequisites.Select(p => p with { Needs = [.. p.Needs.Where(n => rules.Contains(Name(p, n)))] }).Where(p => p.Needs.Count > 0)],
    };

    private static string Name(CompatibilityRule rule) => $"compatibility '{rule.Name}'";

    private static string Name(PrerequisiteRule rule, string needed) => $"prerequisite {needed} of {rule.Patch}";

    private void Prerequisites()
    {
        foreach (var item in items.Values)
        {
            foreach (var patch in Open(item).ToList())
            {
                foreach (var (rule, needed) in Needs(item, patch).Where(n => !IsPlanned(item, n.Needed) && !state.IsInstalled(item.Asset.Id, n.Needed)).Take(1))
                    Drop(item.Asset.Id, patch.Patch, "Prerequisite", [Name(rule, needed), .. dropped.GetValueOrDefault((item.Asset.Id, needed), [])], $"{patch.Patch} needs {needed} first, which is neither installed nor in the plan", $"fits if {needed} is planned with it");
            }
        }
    }

    private IEnumerable<(PrerequisiteRule Rule, string Needed)> Needs(PlanItem item, PlannedPatch patch) =>
        prerequisites.Where(r => r.For.Matches(item.Asset) && new Wildcard([r.Patch]).Matches(patch.Patch)).SelectMany(r => r.Needs.Select(n => (r, n)));

    private IEnumerable<PlannedPatch> Open(PlanItem item) => item.Patches.Where(p => !dropped.ContainsKey((item.Asset.Id, p.Patch)));

    /// <summary>A patch that contains the needed one is as good.</summary>
    private bool IsPlanned(PlanItem item, string needed) =>
        Open(item).Any(p => Brings(p, needed));

    private bool Brings(PlannedPatch patch, string needed) =>
        patch.Patch.Equals(needed, StringComparison.OrdinalIgnoreCase) || PatchSuccession.IsLaterVersion(patch.Patch, needed) || state.Articles.SupersededBy(needed).Contains(patch.Patch, StringComparer.OrdinalIgnoreCase);

    private void Combinations(CompatibilityRule rule, VersionRange versions, VersionRange needs)
    {
        foreach (var one in state.All(rule.Package))
        {
            if (state.Asset(one.Asset) is not { } asset || !rule.For.Matches(asset)) continue;
            var others = rule.On == StackRelation.Host ? [one.Asset] : state.Related(one.Asset, rule.On);
            foreach (var other in others.SelectMany(o => state.Of(o, rule.Needs))) Pair(rule, versions, needs, one, other);
        }
    }

    private void Pair(CompatibilityRule rule, VersionRange versions, VersionRange needs, StackPackage one, StackPackage other)
    {
        var (changesOne, changesOther) = (Change(one), Change(other));
        if (changesOne is null && changesOther is null) return;
        bool Bad(bool oneNew, bool otherNew) =>
            versions.Contains(oneNew ? changesOne?.Version ?? one.Version : one.Version, one.Scheme(rule.Scheme)) && !needs.Contains(otherNew ? changesOther?.Version ?? other.Version : other.Version, other.Scheme(rule.Scheme));
        if (Bad(false, false)) return;
        if (Bad(true, true))
        {
            if (changesOne is not null && (changesOther is null || !Bad(false, true))) Forbid(rule, one, changesOne.Value.Patch, one, changesOne.Value.Version, other, changesOther?.Version ?? other.Version);
            else if (changesOther is not null && (changesOne is null || !Bad(true, false))) Forbid(rule, other, changesOther.Value.Patch, one, changesOne?.Version ?? one.Version, other, changesOther.Value.Version);
            else
            {
                Forbid(rule, one, changesOne!.Value.Patch, one, changesOne.Value.Version, other, changesOther!.Value.Version);
                Forbid(rule, other, changesOther.Value.Patch, one, changesOne.Value.Version, other, changesOther.Value.Version);
            }
        }
        else if (one.Asset != other.Asset)
        {
            if (changesOne is not null && Bad(true, false)) Before(rule, other.Asset, one.Asset, changesOne.Value.Patch);
            if (changesOther is not null && Bad(false, true)) Before(rule, one.Asset, other.Asset, changesOther.Value.Patch);
        }
    }

    private (string Version, string Patch)? Change(StackPackage package) =>
        planned.TryGetValue((package.Asset, package.Package), out var change) && !dropped.ContainsKey((package.Asset, change.Patch)) && change.Version != package.Version ? change : null;

    /// <summary>Why a package that has a patch keeps its version all the same.</summary>
    private IReadOnlyList<string> Cause(StackPackage package) => planned.TryGetValue((package.Asset, package.Package), out var change) ? dropped.GetValueOrDefault((package.Asset, change.Patch), []) : [];

    private void Forbid(CompatibilityRule rule, StackPackage at, string patch, StackPackage one, string oneVersion, StackPackage other, string otherVersion) =>
        Drop(at.Asset, patch, "Compatibility", [Name(rule), .. Cause(one), .. Cause(other)],
            $"{one.Package} {oneVersion}{On(one, at)} is supported only with {other.Package} {rule.NeedsVersions}{On(other, at)}, and the plan would leave {otherVersion}",
            $"fits once {other.Package} is {rule.NeedsVersions}{On(other, at)}; New-PatchPlan plans both where both have a patch");

    private string On(StackPackage package, StackPackage at) => package.Asset == at.Asset ? "" : $" on {state.Asset(package.Asset)?.Name ?? package.Asset}";

    /// <summary>One host before another; stages are not turned round for it.</summary>
    private void Before(CompatibilityRule rule, string first, string then, string patch)
    {
        if (items[first].Stage > items[then].Stage)
        {
            Drop(then, patch, "Compatibility", [Name(rule)], $"it needs {items[first].Asset.Name} to be changed first, which belongs to a later stage ({items[first].Stage})", $"fits once {items[first].Asset.Name} is changed: plan that one first");
            return;
        }
        if (edges.TryGetValue((then, first), out var opposite))
        {
            Drop(then, patch, "Compatibility", [.. new[] { Name(rule), Name(opposite) }.Distinct(StringComparer.Ordinal)], $"it must be changed both before and after {items[first].Asset.Name}", "fits if one of the rules of compatibility allows a version in between");
            return;
        }
        edges.TryAdd((first, then), rule);
    }

    /// <summary>Rules and dependencies that go round: the patch that a rule holds back is left out.</summary>
    private void Circles()
    {
        if (edges.Count == 0) return;
        var next = edges.Keys.ToLookup(e => e.First, e => e.Then, StringComparer.Ordinal);
        var dependents = items.Values.SelectMany(i => i.Asset.DependsOn.Select(d => (On: items.Keys.FirstOrDefault(k => k == d) ?? items.Values.FirstOrDefault(o => o.Asset.Name == d)?.Asset.Id, i.Asset.Id)))
            .Where(d => d.On is not null && items[d.On].Stage == items[d.Id].Stage).ToLookup(d => d.On!, d => d.Id, StringComparer.Ordinal);
        foreach (var ((first, then), rule) in edges.ToList())
        {
            if (Way(then, first) is not { } way) continue;
            var patch = items[then].Patches.FirstOrDefault(p => !dropped.ContainsKey((then, p.Patch)) && p.Packages.Any(k => new Wildcard([rule.Package, rule.Needs]).Matches(k.Package)));
            if (patch is null) continue;
            Drop(then, patch.Patch, "Compatibility", [.. way.Prepend(Name(rule)).Distinct(StringComparer.Ordinal)], $"it must come after {items[first].Asset.Name}, which by other rules or dependencies must come after it", "fits if one of the rules or dependencies of the circle is dropped");
            return;
        }

        // Names of the rules on a shortest way; dependencies are what they are.
        List<string>? Way(string from, string to)
        {
            var (before, queue) = (new Dictionary<string, string?>(StringComparer.Ordinal) { [from] = null }, new Queue<string>([from]));
            while (queue.TryDequeue(out var at))
            {
                if (at == to)
                {
                    var names = new List<string>();
                    for (var node = to; before[node] is { } previous; node = previous)
                        if (edges.TryGetValue((previous, node), out var rule)) names.Add(Name(rule));
                    return names;
                }
                foreach (var n in next[at].Concat(dependents[at])) if (before.TryAdd(n, at)) queue.Enqueue(n);
            }
            return null;
        }
    }

    private void Drop(string asset, string patch, string constraint, IReadOnlyList<string> rules, string reason, string? remedy)
    {
        rules = [.. rules.Distinct(StringComparer.Ordinal)];
        if (dropped.TryAdd((asset, patch), rules)) left.Add(new LeftPatch(asset, items[asset].Asset.Name, patch, constraint, rules, reason, remedy));
    }

    /// <summary>Patches after what they ask for, and hosts after those that the matrix puts first.</summary>
    private PlanItem Ordered(PlanItem item)
    {
        var after = edges.Where(e => e.Key.Then == item.Asset.Id).Select(e => new PlanPredecessor(e.Key.First, $"compatibility '{e.Value.Name}'")).OrderBy(p => p.Asset, StringComparer.Ordinal).ToList();
        var (rest, sorted) = (Open(item).ToList(), new List<PlannedPatch>());
        while (rest.Count > 0)
        {
            // Prerequisites that go round have no order; they stay as they are.
            var next = rest.Find(p => !Needs(item, p).Any(n => rest.Exists(r => r != p && Brings(r, n.Needed)))) ?? rest[0];
            sorted.Add(next);
            rest.Remove(next);
        }
        return item with { After = after, Patches = sorted };
    }
}
