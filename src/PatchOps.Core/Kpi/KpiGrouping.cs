using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>What key figures are broken down by.</summary>
public enum KpiGrouping { Tenant, Environment, BusinessUnit, Vendor, Product }

/// <summary>To which groups a record belongs under one grouping.</summary>
internal sealed class KpiGroups(EstateFacts facts, KpiGrouping by)
{
    /// <summary>One store is one tenant.</summary>
    public const string Whole = "Whole estate";

    /// <summary>Where the asset's record does not say.</summary>
    public const string None = "(not stated)";

    /// <summary>True where the patch decides the group, not the asset.</summary>
    public bool ByPatch => by is KpiGrouping.Vendor or KpiGrouping.Product;

    public string OfAsset(string? id)
    {
        if (by == KpiGrouping.Tenant) return Whole;
        var asset = facts.Asset(id);
        return (by == KpiGrouping.Environment ? asset?.Environment?.ToString() : asset?.BusinessUnit) ?? None;
    }

    public string Of(Deployment deployment) => ByPatch ? OfPatch(deployment.Patch) : OfAsset(deployment.Asset);

    public string Of(OpenPatch open) => !ByPatch ? OfAsset(open.Asset) : open.Patch is { } patch ? OfPatch(patch) : None;

    public string Of(ExceptedFindings excepted) => !ByPatch ? OfAsset(excepted.Asset) : excepted.Patch is { } patch ? OfPatch(patch) : None;

    public IEnumerable<string> Of(Problem problem) =>
        by == KpiGrouping.Tenant ? [Whole] : ByPatch ? problem.Patches.Select(OfPatch).Distinct() : problem.ConfigurationItems.Select(OfAsset).Distinct();

    /// <summary>Null for an incident that says nothing about a vendor or product.</summary>
    public string? Of(Incident incident) => ByPatch ? null : OfAsset(incident.ConfigurationItem);

    public string? Of(Change change, string item) => ByPatch ? (change.Patches.Count > 0 ? OfPatch(change.Patches[0]) : null) : OfAsset(item);

    /// <summary>All groups that occur, in order; the environments in theirs.</summary>
    public IReadOnlyList<string> All()
    {
        if (by == KpiGrouping.Tenant) return [Whole];
        var names = ByPatch
            ? facts.Deployments.Select(Of).Concat(facts.Open.Select(Of)).Concat(facts.Excepted.Select(Of)).Concat(facts.Problems.SelectMany(Of))
            : facts.Assets.Select(a => OfAsset(a.Id)).Concat(facts.Deployments.Select(Of));
        var order = Enum.GetNames<AssetEnvironment>();
        return [.. names.Distinct(StringComparer.Ordinal).OrderBy(n => Array.IndexOf(order, n) is >= 0 and var i ? i : order.Length).ThenBy(n => n == None).ThenBy(n => n, StringComparer.Ordinal)];
    }

    private string OfPatch(string patch) => by == KpiGrouping.Vendor ? PatchNames.Vendor(patch) : PatchNames.Product(patch);
}
