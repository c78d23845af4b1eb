using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Gathers from the store what the analysis of each problem needs: one pass over the records for all problems.</summary>
public sealed class ProblemHistories
{
    private readonly Dictionary<string, Asset> assets;
    private readonly ILookup<string, Incident> incidents;
    private readonly ILookup<string, Deployment> deployments;
    private readonly Dictionary<string, HashSet<string>> symptoms = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> dependents;
    private readonly DateTimeOffset from;
    private readonly DateTimeOffset until;
    private readonly Func<string, string?> resolve;

    public ProblemHistories(ICatalogue catalogue, DateTimeOffset asOf)
    {
        resolve = catalogue.ResolveAsset;
        assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var all = catalogue.Incidents(to: asOf).ToList();
        from = all.Count > 0 ? all[0].Opened : asOf;
        // Nothing is known of the hours after the last export: the day of the last incident is the last that may be complete.
        until = all.Count > 0 ? new DateTimeOffset(all[^1].Opened.UtcDateTime.Date, TimeSpan.Zero) : asOf;
        incidents = all.Where(i => i.ConfigurationItem is not null).ToLookup(i => i.ConfigurationItem!, StringComparer.Ordinal);
        deployments = catalogue.Deployments().Where(d => d.Started <= asOf).ToLookup(d => d.Asset, StringComparer.Ordinal);
        var counts = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        foreach (var incident in all)
        {
            if (incident.Problem is null || incident.Category is null) continue;
            var of = counts.TryGetValue(incident.Problem, out var known) ? known : counts[incident.Problem] = new Dictionary<string, int>(StringComparer.Ordinal);
            of[incident.Category] = of.GetValueOrDefault(incident.Category) + 1;
        }
        foreach (var (problem, of) in counts) symptoms[problem] = [of.MaxBy(c => (c.Value, c.Key)).Key];
        dependents = assets.Values.SelectMany(a => a.DependsOn.Select(d => (On: resolve(d) ?? d, a.Id))).ToLookup(d => d.On, d => d.Id, StringComparer.Ordinal);
    }

    /// <param name="problem">The problem record.</param>
    /// <param name="patches">Patches under test; empty for the record's own.</param>
    /// <param name="controls">Assets to compare with; empty for comparable ones that never got the patch.</param>
    /// <returns>Null where nothing was deployed for it.</returns>
    public ProblemHistory? Of(Problem problem, IReadOnlyList<string> patches, IReadOnlyList<string> controls)
    {
        var tested = patches.Count > 0 ? patches : problem.Patches;
        var affected = problem.ConfigurationItems.Select(i => resolve(i) ?? i).Distinct(StringComparer.Ordinal).ToList();
        var affectedSet = affected.ToHashSet(StringComparer.Ordinal);
        if (!affected.Exists(a => deployments[a].Any(d => Tests(d, tested, problem.Id)))) return null;

        var kinds = affected.Select(a => assets.GetValueOrDefault(a)).OfType<Asset>().Select(Kind).ToHashSet();
        var compared = controls.Count > 0
            ? controls.Select(c => resolve(c) ?? c).Where(c => !affectedSet.Contains(c)).ToList()
            : assets.Values.Where(a => a.Retired is null && !affectedSet.Contains(a.Id) && kinds.Contains(Kind(a)) && !deployments[a.Id].Any(d => Tests(d, tested, problem.Id))).Select(a => a.Id).ToList();
        var comparedSet = compared.ToHashSet(StringComparer.Ordinal);
        var needing = affected.SelectMany(a => dependents[a]).Where(d => !affectedSet.Contains(d) && !comparedSet.Contains(d)).Distinct(StringComparer.Ordinal).ToList();

        var items = affected.Select(a => Item(a, ItemUse.Affected)).Concat(compared.Select(c => Item(c, ItemUse.Control))).Concat(needing.Select(n => Item(n, ItemUse.Dependent))).ToList();
        return new ProblemHistory
        {
            Problem = problem.Id,
            Patches = tested,
            Items = items,
            Incidents = [.. items.SelectMany(i => incidents[i.Id])],
            Deployments = [.. items.SelectMany(i => deployments[i.Id])],
            SymptomCategories = symptoms.TryGetValue(problem.Id, out var categories) ? [.. categories] : [],
            DataFrom = from,
            DataUntil = until,
        };
    }

    private static bool Tests(Deployment deployment, IReadOnlyList<string> tested, string problem) =>
        deployment.Outcome == DeploymentOutcome.Succeeded && (tested.Contains(deployment.Patch) || (tested.Count == 0 && deployment.Problem == problem));

    private ObservedItem Item(string id, ItemUse use)
    {
        var asset = assets.GetValueOrDefault(id);
        return new ObservedItem
        {
            Id = id, Use = use, Role = Role(asset), Environment = asset?.Environment?.ToString(), Until = asset?.Retired,
            DependsOn = use == ItemUse.Dependent && asset is not null ? [.. asset.DependsOn.Select(d => resolve(d) ?? d)] : [],
        };
    }

    private static (string?, AssetEnvironment?) Kind(Asset asset) => (Role(asset), asset.Environment);

    private static string? Role(Asset? asset) => asset?.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase)) ?? asset?.OperatingSystem;
}
