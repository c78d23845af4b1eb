using PatchOps.Core.Exposure;
using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Intake;
using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>What a plan covers: hosts with their open patches, from risks or from the ranking.</summary>
public sealed class PlanItems
{
    private readonly ICatalogue catalogue;
    private readonly EstateRisk risk;
    private readonly DurationHistory durations;
    private readonly Dictionary<string, Asset> assets;
    private readonly ILookup<string, string> guests;
    private readonly Lazy<List<PatchFact>> facts;
    private readonly Dictionary<string, SupersedenceGraph> articles = new(StringComparer.OrdinalIgnoreCase);

    public PlanItems(ICatalogue catalogue, EstateRisk risk, PlanningPolicy policy)
    {
        this.catalogue = catalogue;
        this.risk = risk;
        assets = catalogue.Assets().ToDictionary(a => a.Id, StringComparer.Ordinal);
        durations = new DurationHistory(catalogue.Deployments(), a => assets.GetValueOrDefault(catalogue.ResolveAsset(a) ?? a) is { } asset ? RingAssignment.Kind(asset) : null, policy);
        guests = assets.Values.Where(a => a.Hypervisor is not null).Select(a => (On: catalogue.ResolveAsset(a.Hypervisor!), a.Id, a.Name)).Where(g => g.On is not null && g.On != g.Id)
            .OrderBy(g => g.Name, StringComparer.Ordinal).ToLookup(g => g.On!, g => g.Name, StringComparer.Ordinal);
        facts = new(() => [.. catalogue.Patches("KB*")]);
    }

    /// <param name="wanted">Which findings are covered.</param>
    /// <param name="riskOf">The risk that a finding is covered for: its due date and how urgent it is; null where there is none.</param>
    public IReadOnlyList<PlanItem> Of(Func<Finding, bool> wanted, Func<Finding, PatchRisk?> riskOf)
    {
        var byAsset = new SortedDictionary<string, List<Finding>>(StringComparer.Ordinal);
        foreach (var finding in risk.OpenFindings(f => f.Patch is not null && wanted(f)))
        {
            if (!assets.ContainsKey(finding.Asset)) continue;
            if (!byAsset.TryGetValue(finding.Asset, out var list)) byAsset[finding.Asset] = list = [];
            list.Add(finding);
        }
        var items = new List<PlanItem>(byAsset.Count);
        foreach (var (id, findings) in byAsset)
        {
            var patches = Heads(findings);
            var (median, p90) = durations.Of(patches.Select(p => p.Patch), RingAssignment.Kind(assets[id]));
            items.Add(new PlanItem
            {
                Asset = assets[id],
                Patches = patches,
                LossPerDay = risk.LossPerDay(findings),
                Due = findings.Select(f => riskOf(f)?.DueDate).Where(d => d is not null).Min(),
                Waived = TestWaivers.On(assets[id], patches, findings, riskOf, risk.Model.Policy.ServiceLevels),
                Median = median,
                NinetiethPercentile = p90,
                Guests = [.. guests[id]],
            });
        }
        return items;
    }

    /// <summary>Of several fixes of one package only the newest is installed: it contains the others.</summary>
    private List<PlannedPatch> Heads(List<Finding> findings)
    {
        var head = new Dictionary<string, Finding>(StringComparer.Ordinal);
        var others = new SortedDictionary<string, List<PackageVersion>>(StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            if (finding.FixedVersion is null || finding.InstalledVersion is null)
            {
                // A patch that the provider resolves itself, or a package version that nobody inventoried.
                if (!others.ContainsKey(finding.Patch!)) others[finding.Patch!] = finding.FixedVersion is null ? [] : [new PackageVersion(finding.Package, finding.FixedVersion)];
                continue;
            }
            if (!head.TryGetValue(finding.Package, out var known) || Newer(finding, known)) head[finding.Package] = finding;
        }
        foreach (var finding in head.Values.OrderBy(f => f.Package, StringComparer.Ordinal))
        {
            if (!others.TryGetValue(finding.Patch!, out var packages)) others[finding.Patch!] = packages = [];
            packages.RemoveAll(p => p.Package == finding.Package);
            packages.Add(new PackageVersion(finding.Package, finding.FixedVersion!));
        }
        // Of articles that replace each other only the newest is installed, too.
        var kbs = others.Keys.Where(p => p.StartsWith("KB", StringComparison.OrdinalIgnoreCase)).ToList();
        if (kbs.Count > 1)
        {
            var chain = Articles(assets[findings[0].Asset].OperatingSystem);
            foreach (var older in kbs.Where(k => chain.SupersededBy(k).Any(newer => kbs.Contains(newer, StringComparer.OrdinalIgnoreCase) && !chain.SupersededBy(newer).Contains(k, StringComparer.OrdinalIgnoreCase)))) others.Remove(older);
        }
        return [.. others.Select(p => new PlannedPatch { Patch = p.Key, Packages = p.Value })];
    }

    /// <summary>Chains of one product: an update may replace another on one release and not on the next.</summary>
    private SupersedenceGraph Articles(string? product)
    {
        if (articles.TryGetValue(product ?? "", out var known)) return known;
        var own = facts.Value.Where(p => p.Products.Count == 0 || product is null || p.Products.Contains(product, StringComparer.OrdinalIgnoreCase));
        return articles[product ?? ""] = new SupersedenceGraph(own.SelectMany(p => p.Supersedes.Select(s => new SupersedenceEdge(p.Id, s))));
    }

    private static bool Newer(Finding one, Finding other) => FixOrder.Compare(null, one.Patch!, one.FixedVersion!, other.FixedVersion!) > 0;
}
