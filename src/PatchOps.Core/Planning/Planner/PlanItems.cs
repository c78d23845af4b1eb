using PatchOps.Core.Exposure;
using PatchOps.Core.Exposure.Supersedence;
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
    private readonly PatchSuccession succession;
    private readonly Dictionary<(string Newer, string Older), int> replacements = [];

    public PlanItems(ICatalogue catalogue, EstateRisk risk, PlanningPolicy policy)
    {
        this.catalogue = catalogue;
        this.risk = risk;
        assets = catalogue.Assets().ToDictionary(a => a.Id, StringComparer.Ordinal);
        durations = new DurationHistory(catalogue.Deployments(), a => assets.GetValueOrDefault(catalogue.ResolveAsset(a) ?? a) is { } asset ? RingAssignment.Kind(asset) : null, policy);
        guests = assets.Values.Where(a => a.Hypervisor is not null).Select(a => (On: catalogue.ResolveAsset(a.Hypervisor!), a.Id, a.Name)).Where(g => g.On is not null && g.On != g.Id)
            .OrderBy(g => g.Name, StringComparer.Ordinal).ToLookup(g => g.On!, g => g.Name, StringComparer.Ordinal);
        succession = new PatchSuccession(catalogue);
    }

    /// <summary>Patches that nobody asked for, but which are open and replace one that was asked for, with that one and the number of hosts; of the last call of <see cref="Of"/>.</summary>
    public IReadOnlyDictionary<(string Newer, string Older), int> Replacements => replacements;

    /// <param name="eligible">Which findings a plan may be about at all.</param>
    /// <param name="covered">Which of them it is asked to close.</param>
    /// <param name="riskOf">The risk that a finding is covered for: its due date and how urgent it is; null where there is none.</param>
    /// <param name="closes">Is told what each planned patch closes.</param>
    /// <param name="exact">True where what is covered is installed even if something newer that is not covered replaces it.</param>
    public IReadOnlyList<PlanItem> Of(Func<Finding, bool> eligible, Func<Finding, bool> covered, Func<Finding, PatchRisk?> riskOf, Action<string, Finding> closes, bool exact)
    {
        replacements.Clear();
        var byAsset = new SortedDictionary<string, (List<Finding> Covered, List<Finding> Others)>(StringComparer.Ordinal);
        foreach (var finding in risk.OpenFindings(f => f.Patch is not null && eligible(f)))
        {
            if (!assets.ContainsKey(finding.Asset)) continue;
            if (!byAsset.TryGetValue(finding.Asset, out var lists)) byAsset[finding.Asset] = lists = ([], []);
            (covered(finding) ? lists.Covered : lists.Others).Add(finding);
        }
        var items = new List<PlanItem>(byAsset.Count);
        foreach (var (id, (asked, others)) in byAsset)
        {
            if (asked.Count == 0) continue;
            List<Finding> findings = [.. asked, .. Closed(asked, others, assets[id].OperatingSystem)];
            var patches = Heads(findings);
            if (findings.Count > asked.Count) Note(asked, patches);
            if (exact) (findings, patches) = (asked, Heads(asked));
            var closed = Answered(patches, findings).ToLookup(a => a.Patch, a => a.Finding, StringComparer.Ordinal);
            foreach (var patch in closed)
                foreach (var finding in patch) closes(patch.Key, finding);
            var (median, p90) = durations.Of(patches.Select(p => p.Patch), RingAssignment.Kind(assets[id]));
            items.Add(new PlanItem
            {
                Asset = assets[id],
                Patches = patches,
                LossPerDay = risk.LossPerDay(findings),
                Due = findings.Select(f => riskOf(f)?.DueDate).Where(d => d is not null).Min(),
                Waived = TestWaivers.On(assets[id], patches, closed, riskOf, risk.Model.Policy.ServiceLevels),
                Median = median,
                NinetiethPercentile = p90,
                Guests = [.. guests[id]],
            });
        }
        return items;
    }

    /// <summary>What is closed as well, because the newest fix of a package closes all that is open on it, and the newest article all that it replaces.</summary>
    private IEnumerable<Finding> Closed(List<Finding> asked, List<Finding> others, string? product)
    {
        if (others.Count == 0) return [];
        var packages = asked.Where(HasVersions).Select(f => f.Package).ToHashSet(StringComparer.Ordinal);
        var newer = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var article in asked.Select(f => f.Patch!).Where(PatchSuccession.IsArticle).Distinct(StringComparer.OrdinalIgnoreCase)) newer.UnionWith(succession.Articles(product).SupersededBy(article));
        return others.Where(f => (HasVersions(f) && packages.Contains(f.Package)) || newer.Contains(f.Patch!));
    }

    private void Note(List<Finding> asked, List<PlannedPatch> patches)
    {
        var known = asked.Select(f => f.Patch!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in Answered(patches, asked).Where(a => !known.Contains(a.Patch)).Select(a => (a.Patch, a.Finding.Patch!)).Distinct())
            replacements[pair] = replacements.GetValueOrDefault(pair) + 1;
    }

    /// <summary>Each finding with the planned patch that closes it.</summary>
    private IEnumerable<(string Patch, Finding Finding)> Answered(List<PlannedPatch> patches, List<Finding> findings)
    {
        var packages = new Dictionary<string, string>(StringComparer.Ordinal);
        var planned = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var patch in patches)
        {
            planned.Add(patch.Patch);
            foreach (var package in patch.Packages) packages.TryAdd(package.Package, patch.Patch);
        }
        foreach (var finding in findings)
        {
            var own = finding.Patch!;
            var patch = HasVersions(finding) && packages.TryGetValue(finding.Package, out var head) ? head
                : planned.Contains(own) || !PatchSuccession.IsArticle(own) ? own
                : succession.Articles(assets[finding.Asset].OperatingSystem).SupersededBy(own).FirstOrDefault(planned.Contains) ?? own;
            yield return (patch, finding);
        }
    }

    /// <summary>Of several fixes of one package only the newest is installed: it contains the others.</summary>
    private List<PlannedPatch> Heads(List<Finding> findings)
    {
        var head = new Dictionary<string, Finding>(StringComparer.Ordinal);
        var others = new SortedDictionary<string, List<PackageVersion>>(StringComparer.Ordinal);
        foreach (var finding in findings)
        {
            if (!HasVersions(finding))
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
        var kbs = others.Keys.Where(PatchSuccession.IsArticle).ToList();
        if (kbs.Count > 1)
        {
            var chain = succession.Articles(assets[findings[0].Asset].OperatingSystem);
            foreach (var older in kbs.Where(k => chain.SupersededBy(k).Any(newer => kbs.Contains(newer, StringComparer.OrdinalIgnoreCase) && !chain.SupersededBy(newer).Contains(k, StringComparer.OrdinalIgnoreCase)))) others.Remove(older);
        }
        return [.. others.Select(p => new PlannedPatch { Patch = p.Key, Packages = p.Value })];
    }

    private static bool HasVersions(Finding finding) => finding.FixedVersion is not null && finding.InstalledVersion is not null;

    private static bool Newer(Finding one, Finding other) => FixOrder.Compare(null, one.Patch!, one.FixedVersion!, other.FixedVersion!) > 0;
}
