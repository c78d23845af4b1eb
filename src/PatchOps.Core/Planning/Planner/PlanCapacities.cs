using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>What hosts share across windows: the estate, teams, sites, network segments, and whatever else policy limits.</summary>
internal sealed class PlanCapacities(PlanningPolicy policy)
{
    private readonly List<PlanningResource> resources = [new("all hosts", policy.MaxConcurrent)];
    private readonly Dictionary<string, int> known = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<PlanningResource> Resources => resources;

    /// <summary>Indexes of what a host occupies while it is changed.</summary>
    public IReadOnlyList<int> Of(Asset asset)
    {
        var uses = new List<int> { 0 };
        if (asset.OwnerTeam is { } team) uses.Add(Index($"team {team}", policy.Team(team)?.MaxConcurrent ?? policy.MaxConcurrentPerTeam));
        if (asset.Site is { } site && policy.MaxConcurrentPerSite is { } perSite) uses.Add(Index($"site {site}", perSite));
        if (asset.NetworkSegment is { } segment && policy.MaxConcurrentPerSegment is { } perSegment) uses.Add(Index($"segment {segment}", perSegment));
        foreach (var limit in policy.Limits)
            if (limit.For.Matches(asset)) uses.Add(Index($"limit {limit.Name}", limit.MaxConcurrent));
        return uses;
    }

    private int Index(string name, int capacity)
    {
        if (known.TryGetValue(name, out var index)) return index;
        resources.Add(new PlanningResource(name, capacity));
        return known[name] = resources.Count - 1;
    }
}
