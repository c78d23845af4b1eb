using System.Collections.Concurrent;
using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Assets, incidents and deployments of a store as known on one day, read once for all who count them. Safe to ask from several threads.</summary>
public sealed class EstateHistory
{
    private readonly ICatalogue catalogue;
    private readonly ConcurrentDictionary<string, string> names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lazy<ILookup<string, Deployment>> byPatch;

    public EstateHistory(ICatalogue catalogue, DateTimeOffset asOf)
    {
        this.catalogue = catalogue;
        AsOf = asOf;
        // The incidents are most of a store: what else is needed is read meanwhile.
        var incidents = Task.Run(() => catalogue.IncidentRecords(asOf));
        try
        {
            Assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
            foreach (var id in Assets.Keys) names.TryAdd(id, id);
            List<Deployment> known = [], future = [];
            foreach (var deployment in catalogue.Deployments()) (deployment.Started <= asOf ? known : future).Add(deployment);
            (Deployments, Future) = (known, future);
        }
        finally
        {
            Incidents = incidents.GetAwaiter().GetResult();
        }
        Succession = new PatchSuccession(catalogue);
        byPatch = new(() => Deployments.ToLookup(d => d.Patch, StringComparer.OrdinalIgnoreCase));
    }

    public DateTimeOffset AsOf { get; }

    /// <summary>By id, retired ones included.</summary>
    public IReadOnlyDictionary<string, Asset> Assets { get; }

    /// <summary>Opened before the day, in order of opening.</summary>
    public IncidentRecords Incidents { get; }

    /// <summary>Started by the day, in order of start.</summary>
    public IReadOnlyList<Deployment> Deployments { get; }

    /// <summary>Started after the day: dirt where the day is today, and not known yet where it is a past one.</summary>
    public IReadOnlyList<Deployment> Future { get; }

    /// <summary><see cref="Deployments"/> by patch, in any case.</summary>
    public ILookup<string, Deployment> DeploymentsOf => byPatch.Value;

    /// <summary>Which patches contain which older ones.</summary>
    public PatchSuccession Succession { get; }

    /// <summary>Asset id for an id, name or alias; the text itself where nobody knows it.</summary>
    public string Resolve(string name) => Assets.ContainsKey(name) ? name : names.TryGetValue(name, out var known) ? known : names.GetOrAdd(name, catalogue.ResolveAsset(name) ?? name);
}
