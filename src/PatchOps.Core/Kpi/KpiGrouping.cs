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
internal sealed class KpiGroups(EstateFacts facts, KpiGrouping by)
{
    /// <summary>One store is one tenant.</summary>
    public const string Whole = "Whole estate";

    /// <summary>Where the asset's record does not say.</summary>
    public const string None = "(not stated)";

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

    /// <summary>Null for an incident that says nothing about a patch.</summary>
    public string? Of(Incident incident) => OfPatches ? null : OfAsset(incident.ConfigurationItem);

    public string? Of(Change change, string item) => by == KpiGrouping.Decision ? null : ByPatch ? (change.Patches.Count > 0 ? OfPatch(change.Patches[0]) : null) : OfAsset(item);

    /// <summary>All groups that occur, in order; the environments in theirs.</summary>
    public IReadOnlyList<string> All()
    {
        if (by == KpiGrouping.Tenant) return [Whole];
        var names = OfPatches
            ? facts.Deployments.Select(Of).Concat(facts.Open.Select(Of)).Concat(facts.Excepted.Select(Of)).Concat(facts.Problems.SelectMany(Of))
            : facts.Assets.Select(a => OfAsset(a.Id)).Concat(facts.Deployments.Select(Of));
        // Environments in the order of stages, decisions with the most urgent first.
        var order = by == KpiGrouping.Decision ? [.. Enum.GetValues<PatchDecision>().OrderDescending().Select(d => d.ToString())] : Enum.GetNames<AssetEnvironment>();
        return [.. names.Distinct(StringComparer.Ordinal).OrderBy(n => Array.IndexOf(order, n) is >= 0 and var i ? i : order.Length).ThenBy(n => n == None).ThenBy(n => n, StringComparer.Ordinal)];
    }

    private string OfPatch(string patch) => by == KpiGrouping.Vendor ? PatchNames.Vendor(patch) : PatchNames.Product(patch);
}
