using System.Globalization;
using System.Runtime.InteropServices;
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
    private readonly ILookup<string, Incident> incidents;
    private readonly ILookup<string, Incident> homeless;
    private readonly ILookup<string, Deployment> deployments;
    private readonly Dictionary<string, string> symptoms = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, int Kind), List<(int Item, Incident Incident)>> showing = [];
    private readonly ILookup<string, Deployment> attempts;
    private readonly ILookup<string, Deployment> answers;
    private readonly Dictionary<string, (int Number, int Kind, string? Role, string? Environment)> kinds = new(StringComparer.Ordinal);
    private readonly List<Asset> numbered = [];
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
            kinds.Add(asset.Id, (numbered.Count, number, role, asset.Environment?.ToString()));
            numbered.Add(asset);
        }
        var all = estate.Incidents;
        from = all.Count > 0 ? all[0].Opened : estate.AsOf;
        // Nothing is known of the hours after the last export: the day of the last incident is the last that may be complete.
        until = all.Count > 0 ? new DateTimeOffset(all[^1].Opened.UtcDateTime.Date, TimeSpan.Zero) : estate.AsOf;
        incidents = all.Where(i => i.ConfigurationItem is not null).ToLookup(i => i.ConfigurationItem!, StringComparer.Ordinal);
        homeless = all.Where(i => i.ConfigurationItem is null && i.Problem is not null).ToLookup(i => i.Problem!, StringComparer.Ordinal);
        deployments = estate.Deployments.ToLookup(d => d.Asset, StringComparer.Ordinal);
        attempts = estate.Deployments.ToLookup(d => d.Patch, StringComparer.Ordinal);
        answers = estate.Deployments.Where(d => d.Problem is not null).ToLookup(d => d.Problem!, StringComparer.Ordinal);
        ReadSymptoms(all);
        dependents = estate.Assets.Values.SelectMany(a => a.DependsOn.Select(d => (On: Resolve(d), a.Id))).ToLookup(d => d.On, d => d.Id, StringComparer.Ordinal);
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

        var symptom = symptoms.GetValueOrDefault(problem.Id);
        var notes = new List<string>();
        var asked = controls.Select(Resolve).Where(c => !affectedSet.Contains(c)).Distinct(StringComparer.Ordinal).ToDictionary(c => c, c => incidents[c].Where(x => Shows(x, problem.Id, symptom)).ToList(), StringComparer.Ordinal);
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
            Incidents = [.. affected.Concat(needing).SelectMany(i => incidents[i]), .. compared.Values.SelectMany(i => i), .. homeless[problem.Id]],
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
        var left = affectedSet.Concat(got).Where(kinds.ContainsKey).Select(a => kinds[a].Number).ToHashSet();
        var found = new Dictionary<int, List<Incident>>();
        void Take(string key, int kind, bool linked)
        {
            foreach (var (item, incident) in CollectionsMarshal.AsSpan(showing.GetValueOrDefault((key, kind))))
            {
                // Those of the problem itself were taken before.
                if (left.Contains(item) || (!linked && incident.Problem == problem.Id)) continue;
                if (found.TryGetValue(item, out var list)) list.Add(incident);
                else if (numbered[item].Retired is null) found.Add(item, [incident]);
            }
        }
        foreach (var kind in affected.Where(kinds.ContainsKey).Select(a => kinds[a].Kind).Distinct())
        {
            Take(Linked(problem.Id), kind, linked: true);
            if (symptom is not null) Take(symptom, kind, linked: false);
        }
        var most = Math.Max(FewestControls, ControlsPerItem * affected.Count);
        if (found.Count <= most) return found.ToDictionary(f => numbered[f.Key].Id, f => f.Value, StringComparer.Ordinal);
        var names = found.Keys.ToArray();
        Array.Sort(names, (one, other) => string.CompareOrdinal(numbered[one].Id, numbered[other].Id));
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"{found.Count} comparable items show the problem; {most} of them, evenly chosen, serve as controls."));
        return Enumerable.Range(0, most).Select(k => names[(int)((long)k * names.Length / most)]).ToDictionary(n => numbered[n].Id, n => found[n], StringComparer.Ordinal);
    }

    private static bool Shows(Incident incident, string problem, string? symptom) => incident.Problem == problem || (symptom is not null && incident.Category == symptom);

    /// <summary>A problem's symptom is the category most of its incidents have.</summary>
    private void ReadSymptoms(IReadOnlyList<Incident> all)
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
            if (incident.Category is { } named) Remember((named, kind.Kind), kind.Number, incident);
            if (incident.Problem is { } linked)
            {
                if (!keys.TryGetValue(linked, out var key)) keys.Add(linked, key = Linked(linked));
                Remember((key, kind.Kind), kind.Number, incident);
            }
        }
        foreach (var (problem, of) in counts) symptoms[problem] = of.MaxBy(c => (c.Value, c.Key)).Key;
    }

    private void Remember((string, int) key, int item, Incident incident)
    {
        if (!showing.TryGetValue(key, out var list)) showing.Add(key, list = []);
        list.Add((item, incident));
    }

    /// <summary>Key of the incidents linked to a problem, apart from those of a category of the same name.</summary>
    private static string Linked(string problem) => "\u001f" + problem;

    /// <summary>Asset id for an id, name or alias; the text itself where nobody knows it.</summary>
    public string Resolve(string name) => estate.Resolve(name);

    private ObservedItem Item(string id, ItemUse use)
    {
        var asset = estate.Assets.GetValueOrDefault(id);
        var (_, _, role, environment) = kinds.GetValueOrDefault(id);
        return new ObservedItem
        {
            Id = id, Use = use, Role = role, Environment = environment, Until = asset?.Retired,
            DependsOn = use == ItemUse.Dependent && asset is not null ? [.. asset.DependsOn.Select(Resolve)] : [],
        };
    }

    private static string? Role(Asset asset) => asset.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase)) ?? asset.OperatingSystem;
}
