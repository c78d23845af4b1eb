using System.Runtime.InteropServices;
using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>What key figures are broken down by.</summary>
public enum KpiGrouping
{
    /// <summary>One store is one tenant.</summary>
    Tenant,
    Environment,
    BusinessUnit,
    Vendor,
    Product,

    /// <summary>What the patch called for: of an installed one when the day of its deployment began, of a missing one on the day asked for.</summary>
    Decision,
}

/// <summary>To which groups a record belongs under one grouping.</summary>
internal sealed class KpiGroups
{
    /// <summary>One store is one tenant.</summary>
    public const string Whole = "Whole estate";

    /// <summary>Where the asset's record does not say.</summary>
    public const string None = "(not stated)";

    private static readonly string[] Environments = Enum.GetNames<AssetEnvironment>();

    private readonly EstateFacts facts;
    private readonly KpiGrouping by;
    private readonly Lazy<(IReadOnlyList<string> Names, int[] Deployments)> all;
    private readonly Lazy<ILookup<string, OpenPatch>> open;
    private readonly Lazy<ILookup<string, ExceptedFindings>> excepted;
    private readonly Lazy<Dictionary<string, int>> assets;
    private readonly Lazy<int[]> items;

    public KpiGroups(EstateFacts facts, KpiGrouping by)
    {
        (this.facts, this.by) = (facts, by);
        all = new(Find);
        open = new(() => facts.Open.ToLookup(Of, StringComparer.Ordinal));
        excepted = new(() => facts.Excepted.ToLookup(Of, StringComparer.Ordinal));
        assets = new(() => OfPatches ? [] : facts.Assets.GroupBy(OfAsset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal));
        items = new(Places);
    }

    public EstateFacts Facts => facts;

    public KpiGrouping By => by;

    /// <summary>All groups that occur, in order; the environments in theirs.</summary>
    public IReadOnlyList<string> All => all.Value.Names;

    /// <summary>Place in <see cref="All"/> of the group of each deployment.</summary>
    public ReadOnlySpan<int> Deployments => all.Value.Deployments;

    public ILookup<string, OpenPatch> Open => open.Value;

    public ILookup<string, ExceptedFindings> Excepted => excepted.Value;

    /// <summary>Number of assets by group; empty where a group is about patches.</summary>
    public IReadOnlyDictionary<string, int> Assets => assets.Value;

    /// <summary>Place in <see cref="All"/> of the group of each item that incidents name, by its place there; the last is of those without an item. Below zero for none.</summary>
    public ReadOnlySpan<int> Items => items.Value;

    /// <summary>True where the patch decides the group, not the asset.</summary>
    public bool ByPatch => by is KpiGrouping.Vendor or KpiGrouping.Product;

    /// <summary>True where a group is about patches, so that assets, incidents and changes as such belong to none.</summary>
    public bool OfPatches => ByPatch || by == KpiGrouping.Decision;

    public string OfAsset(string? id) => by == KpiGrouping.Tenant ? Whole : OfAsset(facts.Asset(id));

    private string OfAsset(Asset? asset) => by switch
    {
        KpiGrouping.Tenant => Whole,
        KpiGrouping.Environment => asset?.Environment is { } environment ? Environments[(int)environment] : None,
        _ => asset?.BusinessUnit ?? None,
    };

    public string Of(OpenPatch open) => by == KpiGrouping.Decision ? open.Risk.Decision.ToString() : !ByPatch ? OfAsset(open.Asset) : open.Patch is { } patch ? OfPatch(patch) : None;

    public string Of(ExceptedFindings excepted) => by == KpiGrouping.Decision ? None : !ByPatch ? OfAsset(excepted.Asset) : excepted.Patch is { } patch ? OfPatch(patch) : None;

    public IEnumerable<string> Of(Problem problem) =>
        by == KpiGrouping.Tenant ? [Whole] : by == KpiGrouping.Decision ? [] : ByPatch ? problem.Patches.Select(OfPatch).Distinct() : problem.ConfigurationItems.Select(OfAsset).Distinct();

    public string? Of(Change change, string item) => by == KpiGrouping.Decision ? null : ByPatch ? (change.Patches.Count > 0 ? OfPatch(change.Patches[0]) : null) : OfAsset(item);

    private (IReadOnlyList<string> Names, int[] Deployments) Find()
    {
        var own = new int[facts.Deployments.Count];
        if (by == KpiGrouping.Tenant) return ([Whole], own);
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        // Many deployments have few assets and patches.
        var (numbers, known) = (facts.Numbers, ByPatch ? facts.Numbers.Patches.Select(OfPatch).ToList() : by == KpiGrouping.Decision ? [] : facts.Numbers.Assets.Select(OfAsset).ToList());
        for (var i = 0; i < own.Length; i++)
            own[i] = Number(by == KpiGrouping.Decision ? facts.DecisionOf(facts.Deployments[i])?.ToString() ?? None : known[ByPatch ? numbers.Patch(i) : numbers.Asset(i)]);
        foreach (var name in OfPatches ? facts.Open.Select(Of).Concat(facts.Excepted.Select(Of)).Concat(facts.Problems.SelectMany(Of)) : Assets.Keys) Number(name);
        // Environments in the order of stages, decisions with the most urgent first.
        var order = by == KpiGrouping.Decision ? [.. Enum.GetValues<PatchDecision>().OrderDescending().Select(d => d.ToString())] : Environments;
        var sorted = found.Keys.OrderBy(n => Array.IndexOf(order, n) is >= 0 and var i ? i : order.Length).ThenBy(n => n == None).ThenBy(n => n, StringComparer.Ordinal).ToList();
        var places = new int[sorted.Count];
        for (var i = 0; i < sorted.Count; i++) places[found[sorted[i]]] = i;
        for (var i = 0; i < own.Length; i++) own[i] = places[own[i]];
        return (sorted, own);

        int Number(string name)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(found, name, out var exists);
            if (!exists) number = found.Count - 1;
            return number;
        }
    }

    /// <summary>An incident says nothing about a patch.</summary>
    private int[] Places()
    {
        var names = facts.Incidents.Items;
        var places = new int[names.Count + 1];
        if (OfPatches)
        {
            Array.Fill(places, -1);
            return places;
        }
        var groups = All.Select((name, place) => (name, place)).ToDictionary(g => g.name, g => g.place, StringComparer.Ordinal);
        for (var i = 0; i < places.Length; i++) places[i] = groups.GetValueOrDefault(OfAsset(i < names.Count ? names[i] : null), -1);
        return places;
    }

    private string OfPatch(string patch) => by == KpiGrouping.Vendor ? PatchNames.Vendor(patch) : PatchNames.Product(patch);
}
