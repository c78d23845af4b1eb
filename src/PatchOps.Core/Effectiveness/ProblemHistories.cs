using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness.Gathering;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Gathers from the store what the analysis of each problem needs: one pass over the records for all problems. Safe to ask from several threads.</summary>
public sealed class ProblemHistories
{
    private readonly EstateHistory estate;
    private readonly EstateItems items;
    private readonly IncidentIndex incidents;
    private readonly RowGroups deployments;
    private readonly ILookup<string, int> attempts;
    private readonly ILookup<string, int> answers;
    private readonly ILookup<int, int> dependents;
    private readonly ConcurrentBag<ControlSearch> idle = [];
    private readonly DateTimeOffset from;
    private readonly DateTimeOffset until;

    public ProblemHistories(ICatalogue catalogue, DateTimeOffset asOf)
        : this(new EstateHistory(catalogue, asOf))
    {
    }

    public ProblemHistories(EstateHistory estate)
    {
        this.estate = estate;
        items = new EstateItems(estate);
        var index = Task.Run(() => new IncidentIndex(estate.Incidents, items.OfIncident, items.Kinds));
        from = estate.Incidents.First ?? estate.AsOf;
        // Nothing is known of the hours after the last export: the day of the last incident is the last that may be complete.
        until = estate.Incidents.Last is { } last ? new DateTimeOffset(last.UtcDateTime.Date, TimeSpan.Zero) : estate.AsOf;
        var all = estate.Deployments;
        deployments = new RowGroups(items.OfDeployment, items.Count);
        attempts = Enumerable.Range(0, all.Count).ToLookup(d => all[d].Patch, StringComparer.OrdinalIgnoreCase);
        answers = Enumerable.Range(0, all.Count).Where(d => all[d].Problem is not null).ToLookup(d => all[d].Problem!, StringComparer.Ordinal);
        dependents = estate.Assets.Values.SelectMany(a => a.DependsOn.Select(d => (On: items.Number(Resolve(d)), By: items.Number(a.Id)))).Where(d => d.On >= 0).ToLookup(d => d.On, d => d.By);
        incidents = index.GetAwaiter().GetResult();
    }

    /// <summary>Deployments for a problem that are dated after the day; null where there are none.</summary>
    /// <param name="problem">The problem record.</param>
    /// <param name="patches">Patches under test; empty for the record's own.</param>
    public string? Future(Problem problem, IReadOnlyList<string> patches)
    {
        if (estate.Future.Count == 0) return null;
        var scope = Scope(problem, patches, []);
        var own = scope.Items.ToHashSet(StringComparer.Ordinal);
        var count = estate.Future.Count(d => (d.Problem == problem.Id || (scope.Patches.Count > 0 && own.Contains(d.Asset)))
            && (scope.Patches.Count == 0 || scope.Patches.Contains(d.Patch, StringComparer.OrdinalIgnoreCase)));
        return count == 0 ? null
            : string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "deployment is" : "deployments are")} dated after {estate.AsOf.UtcDateTime:yyyy-MM-dd}, in the future, and left out.");
    }

    /// <summary>Items and patches of a problem: those of its record, and those that deployments and incidents which name the problem add to it.</summary>
    /// <param name="problem">The problem record.</param>
    /// <param name="patches">Patches under test; empty for the record's own.</param>
    /// <param name="controls">Assets that are asked for as controls: only the record itself makes them the problem's.</param>
    public ProblemScope Scope(Problem problem, IReadOnlyList<string> patches, IReadOnlyList<string> controls)
    {
        var recorded = patches.Count > 0 ? patches : problem.Patches;
        var named = answers[problem.Id].ToList();
        List<string> tested = [.. recorded.Count > 0 ? recorded : named.Select(d => estate.Deployments[d].Patch).Distinct(StringComparer.OrdinalIgnoreCase)];
        var all = problem.ConfigurationItems.Select(Resolve).Distinct(StringComparer.Ordinal).ToList();
        var known = all.ToHashSet(StringComparer.Ordinal);
        var stated = all.Count;
        foreach (var control in controls) known.Add(Resolve(control));
        foreach (var d in named)
            if (estate.Deployments[d] is var deployment && (tested.Contains(deployment.Patch, StringComparer.OrdinalIgnoreCase) || tested.Exists(p => estate.Succession.Replaces(deployment.Patch, p, null))) && known.Add(deployment.Asset)) all.Add(deployment.Asset);
        var deployed = all.Count - stated;
        // Where the record names items, others on which it occurred and that never got the patch are its controls.
        HashSet<int>? got = null;
        foreach (ref readonly var incident in incidents.Linked(incidents.Table.ProblemOf(problem.Id)))
        {
            if (incident.Item < 0 || known.Contains(items.Id(incident.Item))) continue;
            got ??= stated == 0 ? [] : [.. tested.SelectMany(p => attempts[p]).Where(d => estate.Deployments[d].Outcome == DeploymentOutcome.Succeeded).Select(d => items.OfDeployment[d])];
            if (stated > 0 && !got.Contains(incident.Item)) continue;
            known.Add(items.Id(incident.Item));
            all.Add(items.Id(incident.Item));
        }
        return new ProblemScope(all, tested, ProblemScope.Say(problem, recorded.Count == 0 ? tested : [], deployed, all.Count - stated - deployed));
    }

    /// <param name="problem">The problem record.</param>
    /// <param name="patches">Patches under test; empty for the record's own.</param>
    /// <param name="controls">Assets to compare with; empty for comparable ones on which the problem occurred and that never got the patch.</param>
    /// <returns>Null where nothing was deployed for it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ProblemHistory? Of(Problem problem, IReadOnlyList<string> patches, IReadOnlyList<string> controls)
    {
        var scope = Scope(problem, patches, controls);
        var tested = scope.Patches;
        // Deployments of what is tested, on whatever item.
        var own = Attempts(tested);
        var search = idle.TryTake(out var rested) ? rested : new ControlSearch(incidents, items);
        try
        {
            var observed = new List<ObservedItem>();
            var affected = new List<int>();
            foreach (var id in scope.Items)
            {
                var item = items.Number(id);
                // Nothing ever happened on an item that nobody knows, but it is one of the problem's.
                observed.Add(item < 0 ? new ObservedItem { Id = id } : items.Observe(item, ItemUse.Affected));
                affected.Add(item);
            }
            search.Begin(affected, incidents.Table.ProblemOf(problem.Id));
            List<string> notes = [.. scope.Notes];
            var got = Got(own);
            if (InPlace(tested, affected, got) is { Count: > 0 } newer)
            {
                notes.Add($"Where {string.Join(", ", tested)} was not installed, {string.Join(", ", newer)} was, which {(newer.Count == 1 ? "contains" : "contain")} it.");
                tested = [.. tested, .. newer];
                got = Got(own = Attempts(tested));
            }
            if (!got.Exists(search.Leaves)) return null;

            IReadOnlyDictionary<int, DateTimeOffset> later = new Dictionary<int, DateTimeOffset>();
            if (incidents.Table.Count == 0) notes.Add("No incident is on record: from when to when incidents were recorded is not known.");
            if (controls.Count > 0) search.Ask(Named(controls, search, notes));
            else if (search.Choose(affected, got, later = Later(own, search)) is { } more) notes.Add(more);
            var needing = new List<int>();
            foreach (var item in affected)
                foreach (var other in item < 0 ? [] : dependents[item])
                    if (!search.Leaves(other) && !search.Chose(other) && !needing.Contains(other)) needing.Add(other);

            var done = new List<Deployment>();
            foreach (var item in affected.Concat(needing))
                foreach (var d in deployments[item]) done.Add(estate.Deployments[d]);
            // Chosen controls never got the patch, so that other patches on them decide nothing; named ones are looked at closely.
            if (controls.Count > 0)
            {
                foreach (var item in search.Chosen)
                    foreach (var d in deployments[item]) done.Add(estate.Deployments[d]);
            }
            else
            {
                foreach (var d in own)
                    if (search.Chose(items.OfDeployment[d]) && !later.ContainsKey(items.OfDeployment[d])) done.Add(estate.Deployments[d]);
            }
            foreach (var item in needing) observed.Add(items.Observe(item, ItemUse.Dependent));
            var borrowed = 0;
            foreach (var item in search.Chosen)
            {
                var control = items.Observe(item, ItemUse.Control);
                if (later.TryGetValue(item, out var patched))
                {
                    borrowed++;
                    if (!(control.Until < patched)) control = control with { Until = patched };
                }
                observed.Add(control);
            }
            if (borrowed > 0) notes.Add(string.Create(CultureInfo.InvariantCulture, $"{borrowed} of the controls got the patch later and {(borrowed == 1 ? "counts" : "count")} until then."));
            return new ProblemHistory
            {
                Problem = problem.Id,
                Patches = tested,
                Items = observed,
                Incidents = search.Gather(observed, [.. affected, .. needing]),
                Deployments = done,
                SymptomCategories = search.Symptom is { } symptom ? [symptom] : [],
                DataFrom = from,
                DataUntil = until,
                Limitations = notes,
            };
        }
        finally
        {
            search.End();
            idle.Add(search);
        }
    }

    private List<int> Attempts(IReadOnlyList<string> tested) => [.. tested.Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(p => attempts[p])];

    private List<int> Got(List<int> own) => own.Where(d => estate.Deployments[d].Outcome == DeploymentOutcome.Succeeded).Select(d => items.OfDeployment[d]).ToList();

    /// <summary>Newer patches that items of the problem got instead of what is tested: they contain it.</summary>
    private List<string> InPlace(IReadOnlyList<string> tested, List<int> affected, List<int> got)
    {
        var found = new List<string>();
        var has = got.ToHashSet();
        foreach (var item in affected)
        {
            if (item < 0 || has.Contains(item)) continue;
            var product = items.AssetOf(item)?.OperatingSystem;
            foreach (var d in deployments[item])
            {
                var deployment = estate.Deployments[d];
                if (deployment.Outcome == DeploymentOutcome.Succeeded && !found.Contains(deployment.Patch, StringComparer.OrdinalIgnoreCase) && tested.Any(p => estate.Succession.Replaces(deployment.Patch, p, product)))
                    found.Add(deployment.Patch);
            }
        }
        return found;
    }

    /// <summary>Items that got the patch after the first of the problem's own, by the time of their first success: until then they show how the rate moved.</summary>
    private Dictionary<int, DateTimeOffset> Later(List<int> own, ControlSearch search)
    {
        var later = new Dictionary<int, DateTimeOffset>();
        var first = DateTimeOffset.MaxValue;
        foreach (var d in own)
        {
            var deployment = estate.Deployments[d];
            if (deployment.Outcome == DeploymentOutcome.Succeeded && search.Leaves(items.OfDeployment[d]) && deployment.Started < first) first = deployment.Started;
        }
        foreach (var d in own)
        {
            var (deployment, item) = (estate.Deployments[d], items.OfDeployment[d]);
            if (deployment.Outcome != DeploymentOutcome.Succeeded || search.Leaves(item)) continue;
            if (!later.TryGetValue(item, out var known) || deployment.Started < known) later[item] = deployment.Started;
        }
        foreach (var (item, start) in later)
            if (start <= first) later.Remove(item);
        return later;
    }

    private List<int> Named(IReadOnlyList<string> controls, ControlSearch search, List<string> notes)
    {
        var known = new List<int>();
        foreach (var name in controls)
        {
            var item = items.Number(Resolve(name));
            if (item < 0) notes.Add($"The control '{name}' is not in the store and was left out.");
            else if (search.Leaves(item)) notes.Add($"The control '{name}' is one of the problem's own items: it counts as a control only until it is patched.");
            else known.Add(item);
        }
        return known;
    }

    /// <summary>Asset id for an id, name or alias; the text itself where nobody knows it.</summary>
    public string Resolve(string name) => estate.Resolve(name);
}
