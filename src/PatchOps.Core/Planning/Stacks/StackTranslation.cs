using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Stacks;

/// <summary>Puts the compatibility matrix and a plan's waves into the checker's plain words.</summary>
internal static class StackTranslation
{
    public static IReadOnlyList<PlanViolation> Check(StackState state, PlanningPolicy policy, IReadOnlyList<PlanWave> waves)
    {
        if (policy.Compatibility.Count == 0) return [];
        var hosts = waves.SelectMany(w => w.Hosts).ToDictionary(h => h.Asset, StringComparer.Ordinal);
        var packages = new Dictionary<(string, string), DescribedPackage>();
        var combinations = new List<DescribedCombination>();
        foreach (var rule in policy.Compatibility)
        {
            var pairs = new Dictionary<(string Package, string Needed), List<(string, string)>>();
            foreach (var one in state.All(rule.Package))
            {
                if (state.Asset(one.Asset) is not { } asset || !rule.For.Matches(asset)) continue;
                foreach (var other in (rule.On == StackRelation.Host ? [one.Asset] : state.Related(one.Asset, rule.On)).SelectMany(o => state.Of(o, rule.Needs)))
                {
                    Describe(one);
                    Describe(other);
                    if (!pairs.TryGetValue((one.Package, other.Package), out var list)) pairs[(one.Package, other.Package)] = list = [];
                    list.Add((one.Asset, other.Asset));
                }
            }
            combinations.AddRange(pairs.Select(p => new DescribedCombination(rule.Name, p.Key.Package, rule.Versions ?? "", p.Key.Needed, rule.NeedsVersions, p.Value)));

            void Describe(StackPackage package)
            {
                var after = hosts.TryGetValue(package.Asset, out var host) ? host.Patches.SelectMany(p => p.Packages).LastOrDefault(p => p.Package == package.Package)?.Version : null;
                packages[(package.Asset, package.Package)] = new(package.Asset, package.Package, package.Version, after ?? package.Version, package.Scheme(rule.Scheme).Scheme);
            }
        }
        var changes = hosts.ToDictionary(h => h.Key, h => (h.Value.Start.ToUnixTimeSeconds(), (h.Value.Start + h.Value.NinetiethPercentile).ToUnixTimeSeconds()), StringComparer.Ordinal);
        return StackChecker.Check([.. packages.Values], combinations, changes);
    }
}
