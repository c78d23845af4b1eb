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

    private readonly EstateFacts facts;
    private readonly KpiGrouping by;
    private readonly Lazy<IReadOnlyList<string>> all;
    private readonly Lazy<ILookup<string, OpenPatch>> open;
    private readonly Lazy<ILookup<string, ExceptedFindings>> excepted;
    private readonly Lazy<ILookup<string, Asset>> assets;
    private readonly Lazy<int[]> items;

    public KpiGroups(EstateFacts facts, KpiGrouping by)
    {
        (this.facts, this.by) = (facts, by);
        all = new(Names);
        open = new(() => facts.Open.ToLookup(Of, StringComparer.Ordinal));
        excepted = new(() => facts.Excepted.ToLookup(Of, StringComparer.Ordinal));
        assets = new(() => facts.Assets.Where(_ => !OfPatches).ToLookup(a => OfAsset(a.Id), StringComparer.Ordinal));
        items = new(Places);
    }

    public EstateFacts Facts => facts;

    public KpiGrouping By => by;

    /// <summary>All groups that occur, in order; the environments in theirs.</summary>
    public IReadOnlyList<string> All => all.Value;

    public ILookup<string, OpenPatch> Open => open.Value;

    public ILookup<string, ExceptedFindings> Excepted => excepted.Value;

    /// <summary>Empty where a group is about patches.</summary>
    public ILookup<string, Asset> Assets => assets.Value;

    /// <summary>Place in <see cref="All"/> of the group of each item that incidents name, by its place there; the last is of those without an item. Below zero for none.</summary>
    public ReadOnlySpan<int> Items => items.Value;

    /// <summary>True where the patch decides the group, not the asset.</summary>
    public bool ByPatch => by is KpiGrouping.Vendor or KpiGrouping.Product;

    /// <summary>True where a group is about patches, so that assets, incidents and changes as such belong to none.</summary>
    public bool OfPatches => ByPatch || by == KpiGrouping.Decision;

    public string OfAsset(string? id)
    {
        if (by == KpiGrouping.Tenant) return Whole;
        var asset = facts.Asset(id);
        return (by == KpiGrouping.Environment ? asset?.Environment?.ToString() : asset?.BusinessUnit) ?? None;
    }

    public string Of(Deployment deployment) => by == KpiGrouping.Decision ? facts.DecisionOf(deployment)?.ToString() ?? None : ByPatch ? OfPatch(deployment.Patch) : OfAsset(deployment.Asset);

    public string Of(OpenPatch open) => by == KpiGrouping.Decision ? open.Risk.Decision.ToString() : !ByPatch ? OfAsset(open.Asset) : open.Patch is { } patch ? OfPatch(patch) : None;

    public string Of(ExceptedFindings excepted) => by == KpiGrouping.Decision ? None : !ByPatch ? OfAsset(excepted.Asset) : excepted.Patch is { } patch ? OfPatch(patch) : None;

    public IEnumerable<string> Of(Problem problem) =>
        by == KpiGrouping.Tenant ? [Whole] : by == KpiGrouping.Decision ? [] : ByPatch ? problem.Patches.Select(OfPatch).Distinct() : problem.ConfigurationItems.Select(OfAsset).Distinct();

    public string? Of(Change change, string item) => by == KpiGrouping.Decision ? null : ByPatch ? (change.Patches.Count > 0 ? OfPatch(change.Patches[0]) : null) : OfAsset(item);

    private IReadOnlyList<string> Names()
    {
        if (by == KpiGrouping.Tenant) return [Whole];
        var names = OfPatches
            ? facts.Deployments.Select(Of).Concat(facts.Open.Select(Of)).Concat(facts.Excepted.Select(Of)).Concat(facts.Problems.SelectMany(Of))
            : facts.Assets.Select(a => OfAsset(a.Id)).Concat(facts.Deployments.Select(Of));
        // Environments in the order of stages, decisions with the most urgent first.
        var order = by == KpiGrouping.Decision ? [.. Enum.GetValues<PatchDecision>().OrderDescending().Select(d => d.ToString())] : Enum.GetNames<AssetEnvironment>();
        return [.. names.Distinct(StringComparer.Ordinal).OrderBy(n => Array.IndexOf(order, n) is >= 0 and var i ? i : order.Length).ThenBy(n => n == None).ThenBy(n => n, StringComparer.Ordinal)];
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
