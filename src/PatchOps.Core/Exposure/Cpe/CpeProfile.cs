using PatchOps.Core.Exposure.Ranges;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Exposure.Cpe;

/// <summary>What is installed together on some assets, by CPE: enough to judge a configuration with all its conditions.</summary>
internal sealed class CpeProfile(IReadOnlyList<(InstalledPackage Package, CpeName Name)> components)
{
    private readonly ILookup<string, (InstalledPackage Package, CpeName Name)> byProduct = components.ToLookup(c => c.Name.Product, StringComparer.Ordinal);

    /// <summary>True where the inventory names an operating system by CPE, so that its absence from a condition means something.</summary>
    private readonly bool knowsPlatform = components.Any(c => c.Name.Product.StartsWith("o:", StringComparison.Ordinal));

    public IEnumerable<InstalledPackage> Of(string product) => byProduct[product].Select(c => c.Package);

    /// <summary>Whether a match holds for one component, or for any where none is given; null where that cannot be told.</summary>
    public (bool? Holds, RangeVerdict? Verdict) Holds(CpeMatch match, InstalledPackage? only = null)
    {
        if (!CpeName.TryParse(match.Criteria, out var criteria)) return (null, null);
        bool? best = false;
        RangeVerdict? why = null;
        // NVD's "any Windows" as a platform is a product of its own, which no host has.
        if (!match.Vulnerable && criteria.Product == "o:microsoft:windows" && components.Any(c => c.Name.Product.StartsWith("o:microsoft:windows", StringComparison.Ordinal))) return (true, null);
        var candidates = criteria.Product.AsSpan().IndexOfAny('*', '?') < 0 ? byProduct[criteria.Product] : components;
        foreach (var (package, name) in candidates)
        {
            if (only is not null && !ReferenceEquals(package, only)) continue;
            var covers = criteria.Covers(name);
            if (covers == false) continue;
            var verdict = CpeVersions.Holds(match, criteria, name.FullVersion ?? package.Version, package.Ecosystem);
            bool? holds = verdict.Status switch { RangeStatus.NotAffected => false, RangeStatus.Affected => covers, _ => null };
            if (holds == true) return (true, verdict);
            if (holds is null) (best, why) = (null, verdict);
            else why ??= verdict;
        }
        // A platform that the inventory does not speak of may be there.
        if (best == false && only is null && !match.Vulnerable && why is null && !knowsPlatform) return (null, null);
        return (best, why);
    }

    /// <summary>Kleene's logic over the tree: what is not known stays unknown unless the rest decides.</summary>
    public bool? Evaluate(CpeTree tree)
    {
        var state = new bool?[tree.Nodes.Count];
        for (var i = 0; i < state.Length; i++) state[i] = tree.Nodes[i].Operator == CpeOperator.And;
        foreach (var match in tree.Matches) state[match.Node] = Join(tree.Nodes[match.Node].Operator, state[match.Node], Holds(match).Holds);
        bool? any = false;
        for (var i = state.Length - 1; i >= 0; i--)
        {
            var value = tree.Nodes[i].Negate ? !state[i] : state[i];
            var parent = tree.Nodes[i].Parent;
            if (parent < 0) any = Join(CpeOperator.Or, any, value);
            else state[parent] = Join(tree.Nodes[parent].Operator, state[parent], value);
        }
        return any;
    }

    private static bool? Join(CpeOperator by, bool? one, bool? other) => by == CpeOperator.And ? one & other : one | other;
}
