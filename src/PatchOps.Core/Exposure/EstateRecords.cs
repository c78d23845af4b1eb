using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Exposure;

/// <summary>The records of a store as known on one day, for all who score and count them: each table is read when first asked for, and once. Safe to ask from several threads.</summary>
public sealed class EstateRecords
{
    private readonly Lazy<IReadOnlyList<Asset>> everyAsset;
    private readonly Lazy<IReadOnlyList<Asset>> assets;
    private readonly Lazy<IReadOnlyList<Deployment>> deployments;
    private readonly Lazy<IReadOnlyList<Problem>> problems;
    private readonly Lazy<IReadOnlyList<(EffectivenessResult Verdict, DateTimeOffset At)>> verdicts;
    private readonly Lazy<IncidentTable> incidents;
    private readonly Lazy<Dictionary<string, Asset>> byId;
    private readonly Lazy<Dictionary<string, string?>> names;
    private readonly Lazy<HashSet<string>> ids;
    private readonly Lazy<Dictionary<string, HashSet<string>>> patched;

    public EstateRecords(ICatalogue catalogue, DateTimeOffset asOf)
        : this(catalogue, asOf, null, null, null)
    {
    }

    /// <summary>With what a caller has read already, so that a large store is not read twice; null for what was not.</summary>
    /// <param name="catalogue">The store.</param>
    /// <param name="asOf">As known on that day.</param>
    /// <param name="readAssets">Retired ones included, by id.</param>
    /// <param name="readDeployments">At least those started by then.</param>
    /// <param name="readProblems">All.</param>
    internal EstateRecords(ICatalogue catalogue, DateTimeOffset asOf, IEnumerable<Asset>? readAssets, IReadOnlyList<Deployment>? readDeployments, IEnumerable<Problem>? readProblems)
    {
        Catalogue = catalogue;
        AsOf = asOf;
        everyAsset = new(() => [.. readAssets ?? catalogue.Assets(includeRetired: true)]);
        assets = new(() => [.. EveryAsset.Where(a => a.Retired is null)]);
        byId = new(() => Assets.ToDictionary(a => a.Id, StringComparer.Ordinal));
        deployments = new(() => readDeployments ?? [.. catalogue.Deployments()]);
        // Read before the first item is looked for: the assets may still be under way.
        problems = new(() => [.. (readProblems ?? catalogue.Problems()).ToList().Select(Resolved)]);
        verdicts = new(() => catalogue.Verdicts(asOf));
        incidents = new(() => catalogue.IncidentTable(asOf));
        ids = new(() => EveryAsset.Select(a => a.Id).ToHashSet(StringComparer.Ordinal));
        patched = new(() =>
        {
            var sets = Problems.Where(p => p.IsOpen).SelectMany(p => p.Patches).Distinct(StringComparer.Ordinal).ToDictionary(p => p, _ => new HashSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
            foreach (var one in Deployments)
                if (one.Outcome == DeploymentOutcome.Succeeded && one.Started <= asOf && sets.TryGetValue(one.Patch, out var on)) on.Add(one.Asset);
            return sets;
        });
        names = new(() =>
        {
            var known = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var asset in EveryAsset) known[asset.Id] = asset.Id;
            return known;
        });
    }

    public ICatalogue Catalogue { get; }

    public DateTimeOffset AsOf { get; }

    /// <summary>Retired ones included, by id.</summary>
    public IReadOnlyList<Asset> EveryAsset => everyAsset.Value;

    /// <summary>Not retired, by id.</summary>
    public IReadOnlyList<Asset> Assets => assets.Value;

    /// <summary>Not retired, by id.</summary>
    public IReadOnlyDictionary<string, Asset> AssetsById => byId.Value;

    /// <summary>All that the store holds, in order of start.</summary>
    public IReadOnlyList<Deployment> Deployments => deployments.Value;

    /// <summary>All that the store holds, by id; items are asset ids where anybody knows them.</summary>
    public IReadOnlyList<Problem> Problems => problems.Value;

    /// <summary>Newest verdict of each problem on that day.</summary>
    public IReadOnlyList<(EffectivenessResult Verdict, DateTimeOffset At)> Verdicts => verdicts.Value;

    /// <summary>Opened before that day.</summary>
    public IncidentTable Incidents => incidents.Value;

    /// <summary>Assets that got a patch with success by that day, for each patch that an open problem names.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Patched => patched.Value;

    /// <summary>Asset id for an id, name or alias; the text itself where nobody knows it.</summary>
    public string Resolve(string name)
    {
        if (ids.Value.Contains(name)) return name;
        lock (names)
        {
            if (!names.Value.TryGetValue(name, out var id)) names.Value[name] = id = Catalogue.ResolveAsset(name);
            return id ?? name;
        }
    }

    private Problem Resolved(Problem problem)
    {
        foreach (var item in problem.ConfigurationItems)
            if (Resolve(item) != item) return problem with { ConfigurationItems = [.. problem.ConfigurationItems.Select(Resolve)] };
        return problem;
    }

    /// <summary>Begins to read what most of the time goes to while the caller does something else; who asks for it waits for it.</summary>
    public EstateRecords Ahead()
    {
        // Whoever asks gets the failure too.
        _ = Task.Run(() => Incidents);
        _ = Task.Run(() => Deployments);
        _ = Task.Run(() => Patched);
        _ = Task.Run(() => Verdicts);
        return this;
    }
}
