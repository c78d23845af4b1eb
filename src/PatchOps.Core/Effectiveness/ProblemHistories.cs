using System.Collections.Concurrent;
using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Gathers from the store what the analysis of each problem needs: one pass over the records for all problems. Safe to ask from several threads.</summary>
public sealed class ProblemHistories
{
    /// <summary>So many times the patched items as controls: more make no verdict surer, since the patched items' own scatter remains.</summary>
    private const int ControlsPerItem = 10;

    private const int FewestControls = 60;

    private readonly Dictionary<string, Asset> assets;
    private readonly ILookup<string, Incident> incidents;
    private readonly ILookup<string, Incident> homeless;
    private readonly ILookup<string, Deployment> deployments;
    private readonly Dictionary<string, string> symptoms = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, int Kind), List<string>> itemsOf = [];
    private readonly Dictionary<string, int> kinds = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> dependents;
    private readonly ConcurrentDictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly DateTimeOffset from;
    private readonly DateTimeOffset until;
    private readonly ICatalogue catalogue;

    public ProblemHistories(ICatalogue catalogue, DateTimeOffset asOf)
    {
        this.catalogue = catalogue;
        assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        foreach (var id in assets.Keys) names.TryAdd(id, id);
        var numbers = new Dictionary<(string?, AssetEnvironment?), int>();
        foreach (var asset in assets.Values)
        {
            var kind = (Role(asset), asset.Environment);
            if (!numbers.TryGetValue(kind, out var number)) numbers.Add(kind, number = numbers.Count);
            kinds.Add(asset.Id, number);
        }
        // Texts repeat by the thousand, and descriptions decide nothing: a million incidents must fit in memory.
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        string? One(string? text) => text is null ? null : texts.TryGetValue(text, out var known) ? known : texts[text] = text;
        var all = catalogue.Incidents(to: asOf)
            .Select(i => i with { ConfigurationItem = One(i.ConfigurationItem), Category = One(i.Category), Problem = One(i.Problem), Priority = null, CausedBy = null, Description = null }).ToList();
        from = all.Count > 0 ? all[0].Opened : asOf;
        // Nothing is known of the hours after the last export: the day of the last incident is the last that may be complete.
        until = all.Count > 0 ? new DateTimeOffset(all[^1].Opened.UtcDateTime.Date, TimeSpan.Zero) : asOf;
        incidents = all.Where(i => i.ConfigurationItem is not null).ToLookup(i => i.ConfigurationItem!, StringComparer.Ordinal);
        homeless = all.Where(i => i.ConfigurationItem is null && i.Problem is not null).ToLookup(i => i.Problem!, StringComparer.Ordinal);
        deployments = catalogue.Deployments().Where(d => d.Started <= asOf)
            .Select(d => d with { Asset = One(d.Asset)!, Patch = One(d.Patch)!, Problem = One(d.Problem), Change = null }).ToLookup(d => d.Asset, StringComparer.Ordinal);
        ReadSymptoms(all);
        dependents = assets.Values.SelectMany(a => a.DependsOn.Select(d => (On: Resolve(d), a.Id))).ToLookup(d => d.On, d => d.Id, StringComparer.Ordinal);
    }

    /// <param name="problem">The problem record.</param>
    /// <param name="patches">Patches under test; empty for the record's own.</param>
    /// <param name="controls">Assets to compare with; empty for comparable ones on which the problem occurred and that never got the patch.</param>
    /// <returns>Null where nothing was deployed for it.</returns>
    public ProblemHistory? Of(Problem problem, IReadOnlyList<string> patches, IReadOnlyList<string> controls)
    {
        var tested = patches.Count > 0 ? patches : problem.Patches;
        var affected = problem.ConfigurationItems.Select(Resolve).Distinct(StringComparer.Ordinal).ToList();
        var affectedSet = affected.ToHashSet(StringComparer.Ordinal);
        if (!affected.Exists(a => deployments[a].Any(d => Tests(d, tested, problem.Id)))) return null;

        var symptom = symptoms.GetValueOrDefault(problem.Id);
        var notes = new List<string>();
        var compared = controls.Count > 0
            ? controls.Select(Resolve).Where(c => !affectedSet.Contains(c)).Distinct(StringComparer.Ordinal).ToList()
            : Comparable(problem, affected, affectedSet, symptom, tested, notes);
        var comparedSet = compared.ToHashSet(StringComparer.Ordinal);
        var needing = affected.SelectMany(a => dependents[a]).Where(d => !affectedSet.Contains(d) && !comparedSet.Contains(d)).Distinct(StringComparer.Ordinal).ToList();

        var items = affected.Select(a => Item(a, ItemUse.Affected)).Concat(compared.Select(c => Item(c, ItemUse.Control))).Concat(needing.Select(n => Item(n, ItemUse.Dependent))).ToList();
        return new ProblemHistory
        {
            Problem = problem.Id,
            Patches = tested,
            Items = items,
            // Of a control only the problem itself is counted; incidents without an item go along to be named.
            Incidents = [.. items.SelectMany(i => i.Use == ItemUse.Control ? incidents[i.Id].Where(x => Shows(x, problem.Id, symptom)) : incidents[i.Id]), .. homeless[problem.Id]],
            Deployments = [.. items.SelectMany(i => deployments[i.Id])],
            SymptomCategories = symptom is null ? [] : [symptom],
            DataFrom = from,
            DataUntil = until,
            Limitations = notes,
        };
    }

    /// <summary>Items of the same role and environment that show the symptom and never got the patch. Without an incident of it an item says nothing about how the rate moved.</summary>
    private List<string> Comparable(Problem problem, List<string> affected, HashSet<string> affectedSet, string? symptom, IReadOnlyList<string> tested, List<string> notes)
    {
        var found = new List<string>();
        foreach (var kind in affected.Where(kinds.ContainsKey).Select(a => kinds[a]).Distinct())
        {
            IEnumerable<string> showing = itemsOf.GetValueOrDefault((Linked(problem.Id), kind)) ?? [];
            if (symptom is not null) showing = showing.Concat(itemsOf.GetValueOrDefault((symptom, kind)) ?? []).Distinct(StringComparer.Ordinal);
            found.AddRange(showing.Where(a => !affectedSet.Contains(a) && assets[a].Retired is null && !deployments[a].Any(d => Tests(d, tested, problem.Id))));
        }
        var most = Math.Max(FewestControls, ControlsPerItem * affected.Count);
        if (found.Count <= most) return found;
        found.Sort(StringComparer.Ordinal);
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"{found.Count} comparable items show the problem; {most} of them, evenly chosen, serve as controls."));
        return [.. Enumerable.Range(0, most).Select(k => found[(int)((long)k * found.Count / most)])];
    }

    private static bool Shows(Incident incident, string problem, string? symptom) => incident.Problem == problem || (symptom is not null && incident.Category == symptom);

    private static bool Tests(Deployment deployment, IReadOnlyList<string> tested, string problem) =>
        deployment.Outcome == DeploymentOutcome.Succeeded && (tested.Contains(deployment.Patch) || (tested.Count == 0 && deployment.Problem == problem));

    /// <summary>A problem's symptom is the category most of its incidents have.</summary>
    private void ReadSymptoms(List<Incident> all)
    {
        var counts = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var incident in all)
        {
            if (incident is { Problem: { } problem, Category: { } category })
            {
                var of = counts.TryGetValue(problem, out var known) ? known : counts[problem] = new Dictionary<string, int>(1, StringComparer.Ordinal);
                of[category] = of.GetValueOrDefault(category) + 1;
            }
            if (incident.ConfigurationItem is not { } item || !kinds.TryGetValue(item, out var kind)) continue;
            if (incident.Category is { } named) Remember((named, kind), item);
            if (incident.Problem is { } linked)
            {
                if (!keys.TryGetValue(linked, out var key)) keys.Add(linked, key = Linked(linked));
                Remember((key, kind), item);
            }
        }
        foreach (var key in itemsOf.Keys.ToList()) itemsOf[key] = [.. itemsOf[key].Distinct(StringComparer.Ordinal)];
        foreach (var (problem, of) in counts) symptoms[problem] = of.MaxBy(c => (c.Value, c.Key)).Key;
    }

    private void Remember((string, int) key, string item)
    {
        if (!itemsOf.TryGetValue(key, out var items)) itemsOf.Add(key, items = []);
        items.Add(item);
    }

    /// <summary>Key of the items with incidents linked to a problem, apart from those of a category of the same name.</summary>
    private static string Linked(string problem) => "\u001f" + problem;

    /// <summary>Asset id for an id, name or alias; the text itself where nobody knows it.</summary>
    public string Resolve(string name) => names.TryGetValue(name, out var known) ? known : names.GetOrAdd(name, catalogue.ResolveAsset(name) ?? name);

    private ObservedItem Item(string id, ItemUse use)
    {
        var asset = assets.GetValueOrDefault(id);
        return new ObservedItem
        {
            Id = id, Use = use, Role = Role(asset), Environment = asset?.Environment?.ToString(), Until = asset?.Retired,
            DependsOn = use == ItemUse.Dependent && asset is not null ? [.. asset.DependsOn.Select(Resolve)] : [],
        };
    }

    private static string? Role(Asset? asset) => asset?.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase)) ?? asset?.OperatingSystem;
}
