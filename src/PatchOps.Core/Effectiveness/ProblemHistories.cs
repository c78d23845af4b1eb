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

    private readonly EstateHistory estate;
    private readonly IncidentIndex incidents;
    private readonly ILookup<string, Deployment> deployments;
    private readonly ILookup<string, Deployment> attempts;
    private readonly ILookup<string, Deployment> answers;
    private readonly Dictionary<string, Place> places = new(StringComparer.Ordinal);
    private readonly List<Asset> numbered = [];
    private readonly List<(string Id, int Kind)> kinds = [];
    private readonly int[] ranks;
    private readonly ILookup<string, string> dependents;
    private readonly DateTimeOffset from;
    private readonly DateTimeOffset until;

    public ProblemHistories(ICatalogue catalogue, DateTimeOffset asOf)
        : this(new EstateHistory(catalogue, asOf))
    {
    }

    public ProblemHistories(EstateHistory estate)
    {
        this.estate = estate;
        var numbers = new Dictionary<(string?, AssetEnvironment?), int>();
        foreach (var asset in estate.Assets.Values)
        {
            var role = Role(asset);
            if (!numbers.TryGetValue((role, asset.Environment), out var number)) numbers.Add((role, asset.Environment), number = numbers.Count);
            places.Add(asset.Id, new Place(numbered.Count, number, role, asset.Environment?.ToString()));
            numbered.Add(asset);
            kinds.Add((asset.Id, number));
        }
        // Place of each asset among the ids in order.
        var sorted = Enumerable.Range(0, numbered.Count).OrderBy(i => numbered[i].Id, StringComparer.Ordinal).ToArray();
        ranks = new int[sorted.Length];
        for (var i = 0; i < sorted.Length; i++) ranks[sorted[i]] = i;
        var all = estate.Incidents;
        from = all.Count > 0 ? all[0].Opened : estate.AsOf;
        // Nothing is known of the hours after the last export: the day of the last incident is the last that may be complete.
        until = all.Count > 0 ? new DateTimeOffset(all[^1].Opened.UtcDateTime.Date, TimeSpan.Zero) : estate.AsOf;
        var index = Task.Run(() => new IncidentIndex(all, kinds));
        deployments = estate.Deployments.ToLookup(d => d.Asset, StringComparer.Ordinal);
        attempts = estate.Deployments.ToLookup(d => d.Patch, StringComparer.Ordinal);
        answers = estate.Deployments.Where(d => d.Problem is not null).ToLookup(d => d.Problem!, StringComparer.Ordinal);
        dependents = estate.Assets.Values.SelectMany(a => a.DependsOn.Select(d => (On: Resolve(d), a.Id))).ToLookup(d => d.On, d => d.Id, StringComparer.Ordinal);
        incidents = index.GetAwaiter().GetResult();
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
        // Deployments of what is tested, on whatever item.
        var own = tested.Count == 0 ? answers[problem.Id].ToList() : tested.Distinct(StringComparer.Ordinal).SelectMany(p => attempts[p]).ToList();
        var got = own.Where(d => d.Outcome == DeploymentOutcome.Succeeded).Select(d => d.Asset).ToHashSet(StringComparer.Ordinal);
        if (!affected.Exists(got.Contains)) return null;

        var symptom = incidents.Symptom(problem.Id);
        var notes = new List<string>();
        var asked = controls.Select(Resolve).Where(c => !affectedSet.Contains(c)).Distinct(StringComparer.Ordinal).ToDictionary(c => c, c => incidents.On(c).Where(x => Shows(x, problem.Id, symptom)).ToList(), StringComparer.Ordinal);
        var compared = controls.Count > 0 ? asked : Comparable(problem, affected, affectedSet, symptom, got, notes);
        var needing = affected.SelectMany(a => dependents[a]).Where(d => !affectedSet.Contains(d) && !compared.ContainsKey(d)).Distinct(StringComparer.Ordinal).ToList();
        // Chosen controls never got the patch, so that other patches on them decide nothing; named ones, and those of a problem that names no patch, are looked at closely.
        var onControls = controls.Count > 0 || tested.Count == 0 ? compared.Keys.SelectMany(c => deployments[c]) : own.Where(d => compared.ContainsKey(d.Asset));

        var items = affected.Select(a => Item(a, ItemUse.Affected)).Concat(compared.Keys.Select(c => Item(c, ItemUse.Control))).Concat(needing.Select(n => Item(n, ItemUse.Dependent))).ToList();
        return new ProblemHistory
        {
            Problem = problem.Id,
            Patches = tested,
            Items = items,
            // Of a control only the problem itself is counted; incidents without an item go along to be named.
            Incidents = [.. affected.Concat(needing).SelectMany(incidents.On), .. compared.Values.SelectMany(i => i), .. incidents.Homeless(problem.Id)],
            Deployments = [.. affected.Concat(needing).SelectMany(i => deployments[i]), .. onControls],
            SymptomCategories = symptom is null ? [] : [symptom],
            DataFrom = from,
            DataUntil = until,
            Limitations = notes,
        };
    }

    /// <summary>Items of the same role and environment that show the symptom and never got the patch. Without an incident of it an item says nothing about how the rate moved.</summary>
    private Dictionary<string, List<Incident>> Comparable(Problem problem, List<string> affected, HashSet<string> affectedSet, string? symptom, HashSet<string> got, List<string> notes)
    {
        // Half of the work of a large store is done here: numbers instead of names, and no look at a record that is not needed.
        var left = affectedSet.Concat(got).Where(places.ContainsKey).Select(a => places[a].Number).ToHashSet();
        var found = new Dictionary<int, List<Incident>>();
        void Take(int item, Incident incident)
        {
            if (left.Contains(item)) return;
            if (found.TryGetValue(item, out var list)) list.Add(incident);
            else if (numbered[item].Retired is null) found.Add(item, [incident]);
        }
        foreach (var kind in affected.Where(places.ContainsKey).Select(a => places[a].Kind).Distinct())
        {
            foreach (var (item, incident) in incidents.Linked(problem.Id))
                if (kinds[item].Kind == kind) Take(item, incident);
            if (symptom is null) continue;
            foreach (var (item, incident) in incidents.Showing(symptom, kind))
                if (!left.Contains(item) && incident.Problem != problem.Id) Take(item, incident);
        }
        var most = Math.Max(FewestControls, ControlsPerItem * affected.Count);
        if (found.Count <= most) return found.ToDictionary(f => numbered[f.Key].Id, f => f.Value, StringComparer.Ordinal);
        var names = found.Keys.ToArray();
        Array.Sort(Array.ConvertAll(names, n => ranks[n]), names);
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"{found.Count} comparable items show the problem; {most} of them, evenly chosen, serve as controls."));
        return Enumerable.Range(0, most).Select(k => names[(int)((long)k * names.Length / most)]).ToDictionary(n => numbered[n].Id, n => found[n], StringComparer.Ordinal);
    }

    private static bool Shows(Incident incident, string problem, string? symptom) => incident.Problem == problem || (symptom is not null && incident.Category == symptom);

    /// <summary>Asset id for an id, name or alias; the text itself where nobody knows it.</summary>
    public string Resolve(string name) => estate.Resolve(name);

    private ObservedItem Item(string id, ItemUse use)
    {
        var asset = estate.Assets.GetValueOrDefault(id);
        var place = places.GetValueOrDefault(id);
        return new ObservedItem
        {
            Id = id, Use = use, Role = place.Role, Environment = place.Environment, Until = asset?.Retired,
            DependsOn = use == ItemUse.Dependent && asset is not null ? [.. asset.DependsOn.Select(Resolve)] : [],
        };
    }

    private static string? Role(Asset asset) => asset.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase)) ?? asset.OperatingSystem;

    /// <summary>Number of an asset, and what it is compared by.</summary>
    private readonly record struct Place(int Number, int Kind, string? Role, string? Environment);
}
