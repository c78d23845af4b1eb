using PatchOps.Core.Exposure;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Scores an estate: gathers what is known on a day and feeds the risk model.</summary>
public sealed class EstateRisk
{
    private readonly ICatalogue catalogue;
    private readonly RiskModel model;
    private readonly DateTimeOffset asOf;
    private readonly Dictionary<string, AssetFacts> assets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CveFacts?> cves = new(StringComparer.OrdinalIgnoreCase);
    private readonly OutcomeLedger outcomes;
    private readonly ProblemLinks problems;
    private readonly ExceptionLedger exceptions;
    private readonly bool includeExcepted;
    private readonly ContentExclusions? content;
    private readonly SortedDictionary<string, int> leftOut = new(StringComparer.Ordinal);

    /// <param name="includeExcepted">True where findings that an active exception covers count as well, as in key figures: accepted is not closed.</param>
    /// <param name="content">What the policy leaves out; null where everything counts, as in key figures.</param>
    public EstateRisk(ICatalogue catalogue, RiskPolicy policy, DateTimeOffset asOf, bool includeExcepted = false, ContentPolicy? content = null)
    {
        this.includeExcepted = includeExcepted;
        this.content = content?.Filters.Any(f => f.AlsoSecurity) == true ? new ContentExclusions(catalogue, content, securityOnly: true) : null;
        this.catalogue = catalogue;
        this.asOf = asOf;
        model = new RiskModel(policy, asOf);
        foreach (var asset in catalogue.Assets()) assets[asset.Id] = AssetFacts.From(asset);
        outcomes = new OutcomeLedger(catalogue.Deployments().Where(d => d.Started <= asOf), catalogue.Verdicts(asOf).Select(v => v.Verdict));
        problems = new ProblemLinks(catalogue, policy, asOf, outcomes);
        exceptions = new ExceptionLedger(catalogue, asOf);
    }

    public RiskModel Model => model;

    /// <summary>True where somebody has left findings open on purpose, whether or not that still counts.</summary>
    public bool HasExceptions => exceptions.All.Count > 0;

    /// <summary>Open findings of the assets and vulnerabilities asked for, without those that an active exception covers.</summary>
    public IEnumerable<Finding> OpenFindings(Func<Finding, bool> wanted) =>
        new EstateExposure(catalogue, asOf).Findings(FindingFilter.Open).Where(f => (includeExcepted || !exceptions.Excepts(f)) && wanted(f) && Belongs(f));

    /// <summary>How many findings each filter of the policy has left out so far.</summary>
    public IReadOnlyDictionary<string, int> LeftOut => leftOut;

    private bool Belongs(Finding finding)
    {
        if (content?.On(finding) is not { } filter) return true;
        leftOut[filter.Name] = leftOut.GetValueOrDefault(filter.Name) + 1;
        return false;
    }

    /// <summary>One risk for each finding, as they come.</summary>
    public IEnumerable<PatchRisk> ByFinding(Func<Finding, bool> wanted, bool explain)
    {
        foreach (var finding in OpenFindings(wanted))
            if (Input(finding.Asset, finding.Patch, [finding]) is { } input)
                yield return model.Assess($"{finding.Asset}/{finding.Cve ?? finding.Patch}", input, explain);
    }

    /// <summary>One risk for each group that a key names; null leaves a finding out.</summary>
    public IEnumerable<PatchRisk> By(Func<Finding, IEnumerable<string>> keys, Func<Finding, bool> wanted, bool explain)
    {
        // A patch is installed once on an asset whatever it closes there, so its vulnerabilities are combined before they are added up.
        var groups = new SortedDictionary<string, Dictionary<(string Asset, string? Patch), List<Finding>>>(StringComparer.Ordinal);
        foreach (var finding in OpenFindings(wanted))
        {
            foreach (var key in keys(finding))
            {
                if (!groups.TryGetValue(key, out var group)) groups[key] = group = [];
                var place = (finding.Asset, finding.Patch);
                if (!group.TryGetValue(place, out var findings)) group[place] = findings = [];
                findings.Add(finding);
            }
        }
        Learn(groups.Values.SelectMany(g => g.Values).SelectMany(f => f));
        foreach (var (key, group) in groups)
        {
            var totals = new RiskTotals(model, explain);
            foreach (var ((asset, patch), findings) in group)
                if (Input(asset, patch, findings) is { } input) totals.Add(input);
            if (totals.Assets > 0) yield return totals.ToRisk(key);
        }
    }

    /// <summary>One risk for each open problem, whether or not a vulnerability stands behind it.</summary>
    public IEnumerable<PatchRisk> ByProblem(Func<string, bool> wanted, Func<Finding, bool> findingWanted, bool explain)
    {
        var open = OpenFindings(findingWanted).ToLookup(f => f.Asset, StringComparer.Ordinal);
        foreach (var group in problems.All.Where(p => wanted(p.Problem.Id)).GroupBy(p => p.Problem.Id, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var totals = new RiskTotals(model, explain);
            foreach (var (problem, asset, facts) in group)
            {
                var findings = open[asset].Where(f => (f.Patch is not null && problem.Patches.Contains(f.Patch)) || (f.Cve is not null && problem.Cves.Contains(f.Cve, StringComparer.OrdinalIgnoreCase))).ToList();
                var patch = findings.Count > 0 ? findings[0].Patch : problem.Patches.Count > 0 ? problem.Patches[0] : null;
                if (Input(asset, patch, findings) is { } input) totals.Add(input with { Problems = [facts] });
            }
            if (totals.Assets > 0) yield return totals.ToRisk(group.Key);
        }
    }

    /// <summary>Expected loss per day that findings of one asset carry together, patch by patch.</summary>
    public double LossPerDay(IEnumerable<Finding> ofOneAsset)
    {
        var total = default(RiskFigures);
        foreach (var group in ofOneAsset.GroupBy(f => f.Patch, StringComparer.Ordinal))
            if (Input(group.First().Asset, group.Key, [.. group]) is { } input) total += model.Figures(input);
        return total.ExpectedLossPerDay;
    }

    /// <summary>Open problems that a finding belongs to.</summary>
    public IReadOnlyList<string> ProblemsOf(Finding finding) =>
        problems.For(finding.Asset, finding.Patch, finding.Cve is null ? [] : [finding.Cve])?.Select(p => p.Id).ToList() ?? [];

    private RiskInput? Input(string asset, string? patch, List<Finding> findings)
    {
        if (!assets.TryGetValue(asset, out var facts)) return null;
        var closed = new List<CveFacts>(findings.Count);
        DateTimeOffset? available = null;
        foreach (var finding in findings)
        {
            if (finding.FixAvailable is { } date && (available is null || date < available)) available = date;
            var cve = Facts(Vulnerability(finding));
            if (cve is not null && !closed.Contains(cve)) closed.Add(cve);
        }
        return new RiskInput
        {
            Asset = facts,
            Cves = closed,
            Problems = problems.For(asset, patch, [.. findings.Select(f => f.Cve).OfType<string>()]),
            Installs = outcomes.Installs(patch),
            FixAvailable = available,
            Notes = Notes(findings),
        };
    }

    private IReadOnlyList<string>? Notes(List<Finding> findings)
    {
        var notes = exceptions.Notes(findings);
        if (!findings.Exists(f => f.Scanner is not null)) return notes;
        return [.. notes ?? [], .. findings.Select(f => f.Scanner).OfType<string>().Distinct(StringComparer.Ordinal).Select(s => $"reported by {s}")];
    }

    /// <summary>Facts of a vulnerability, once; null where it was rejected.</summary>
    private CveFacts? Facts(string id)
    {
        if (cves.TryGetValue(id, out var known)) return known;
        var facts = catalogue.Threats([id], asOf).TryGetValue(id, out var threat) ? ThreatReading.Facts(id, threat) : new CveFacts { Id = id };
        return cves[id] = facts;
    }

    /// <summary>Asks for everything that is to be scored at once: a hundred thousand questions one by one take many seconds.</summary>
    private void Learn(IEnumerable<Finding> findings)
    {
        var ids = findings.Select(Vulnerability).Where(id => !cves.ContainsKey(id)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (ids.Count == 0) return;
        var threats = catalogue.Threats(ids, asOf);
        foreach (var id in ids) cves[id] = threats.TryGetValue(id, out var threat) ? ThreatReading.Facts(id, threat) : new CveFacts { Id = id };
    }

    // An update from a security archive closes something, even where no feed says what: the policy's unknown stands for it.
    private static string Vulnerability(Finding finding) => finding.Cve ?? $"unnamed in {finding.Patch ?? finding.Package}";
}
