using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using PatchOps.Core.Exposure;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Scores an estate: gathers what is known on a day and feeds the risk model. Findings stream through; none is held but the few that are asked about together.</summary>
public sealed class EstateRisk
{
    // The first findings come at once; later ones are asked about in greater numbers, which takes less time each.
    private const int FirstChunk = 32, LargestChunk = 8192, ProblemsAtOnce = 1024;

    private readonly EstateRecords records;
    private readonly RiskModel model;
    // Problems are scored on several threads.
    private readonly ConcurrentDictionary<string, AssetFacts?> assets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CveFacts?> cves = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string Asset, string? Patch, string Package), int> excepted = [];
    private readonly OutcomeLedger outcomes;
    private readonly ProblemLinks problems;
    private readonly ExceptionLedger exceptions;
    private readonly bool includeExcepted;
    private readonly ContentExclusions? content;
    private readonly SortedDictionary<string, int> leftOut = new(StringComparer.Ordinal);

    /// <param name="includeExcepted">True where findings that an active exception covers count as well.</param>
    /// <param name="content">What the policy leaves out; null where everything counts, as in key figures.</param>
    public EstateRisk(ICatalogue catalogue, RiskPolicy policy, DateTimeOffset asOf, bool includeExcepted = false, ContentPolicy? content = null)
        : this(new EstateRecords(catalogue, asOf), policy, includeExcepted, content)
    {
    }

    /// <inheritdoc cref="EstateRisk(ICatalogue, RiskPolicy, DateTimeOffset, bool, ContentPolicy)"/>
    public EstateRisk(EstateRecords records, RiskPolicy policy, bool includeExcepted = false, ContentPolicy? content = null)
    {
        this.includeExcepted = includeExcepted;
        this.content = content?.Filters.Any(f => f.AlsoSecurity) == true ? new ContentExclusions(records.Catalogue, content, securityOnly: true) : null;
        this.records = records;
        var asOf = records.AsOf;
        model = new RiskModel(policy, asOf);
        // How a deployment ended was not known before it had ended.
        outcomes = new OutcomeLedger(records.Deployments.Where(d => (d.Ended ?? d.Started) <= asOf && d.Started <= asOf), records.Verdicts.Select(v => v.Verdict));
        problems = new ProblemLinks(records, policy, outcomes);
        exceptions = new ExceptionLedger(records.Catalogue, asOf);
    }

    /// <summary>What it is made from.</summary>
    public EstateRecords Records => records;

    public RiskModel Model => model;

    /// <summary>Findings that active exceptions kept out of the last enumeration of <see cref="OpenFindings"/>, by asset, patch and package.</summary>
    public IReadOnlyDictionary<(string Asset, string? Patch, string Package), int> Excepted => excepted;

    /// <summary>Open findings of the assets and vulnerabilities asked for, without those that an active exception covers.</summary>
    /// <param name="watch">Is told every verdict on the way; null for nobody.</param>
    public IEnumerable<Finding> OpenFindings(Func<Finding, bool> wanted, Action<PackageVerdict>? watch = null)
    {
        excepted.Clear();
        foreach (var finding in new EstateExposure(records).Findings(FindingFilter.Open, watch))
        {
            if (!wanted(finding) || !Belongs(finding)) continue;
            if (includeExcepted || !exceptions.Excepts(finding)) yield return finding;
            else CollectionsMarshal.GetValueRefOrAddDefault(excepted, (finding.Asset, finding.Patch, finding.Package), out _)++;
        }
    }

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
        foreach (var chunk in Chunks(OpenFindings(wanted)))
        {
            Learn(chunk.Select(Vulnerability).OfType<string>());
            foreach (var finding in chunk)
                if (Input(finding) is { } input) yield return model.Assess($"{finding.Asset}/{finding.Cve ?? finding.Patch}", input, explain);
        }
    }

    /// <summary>One risk for each group that a key names; a finding without a key is left out.</summary>
    /// <param name="watch">Is told every verdict on the way; null for nobody.</param>
    public IEnumerable<PatchRisk> By(Func<Finding, IEnumerable<string>> keys, Func<Finding, bool> wanted, bool explain, Action<PackageVerdict>? watch = null)
    {
        // A patch is installed once on an asset whatever it closes there, so its vulnerabilities are combined before they are added up.
        var groups = new FindingGroups();
        foreach (var finding in OpenFindings(wanted, watch))
        {
            var notes = Notes(finding);
            foreach (var key in keys(finding)) groups.Add(key, finding, Vulnerability(finding), notes);
        }
        Learn(groups.Vulnerabilities);
        var known = new Dictionary<int, List<CveFacts>>();
        foreach (var key in groups.Keys)
        {
            var totals = new RiskTotals(model, explain);
            foreach (var ((asset, patch), gathered) in groups[key])
            {
                if (!known.TryGetValue(gathered.List, out var closed)) known[gathered.List] = closed = [.. groups.Of(gathered.List).Select(Facts).OfType<CveFacts>()];
                if (Input(asset, patch, groups.Of(gathered.List), closed, gathered.FixAvailable, gathered.Notes) is { } input) totals.Add(input);
            }
            if (totals.Assets > 0) yield return totals.ToRisk(key);
        }
    }

    /// <summary>One risk for each open problem, whether or not a vulnerability stands behind it.</summary>
    public IEnumerable<PatchRisk> ByProblem(Func<string, bool> wanted, Func<Finding, bool> findingWanted, bool explain)
    {
        var concerns = Concerning(wanted);
        return ByProblem(wanted, OpenFindings(f => concerns(f) && findingWanted(f)), explain);
    }

    /// <summary>Tells the findings that the problems asked for can be about, and begins to read what <see cref="ByProblem(Func{string, bool}, IEnumerable{Finding}, bool)"/> will need.</summary>
    public Func<Finding, bool> Concerning(Func<string, bool> wanted)
    {
        problems.Ahead();
        var asked = problems.Problems.Where(p => wanted(p.Id)).ToList();
        var items = asked.SelectMany(p => p.ConfigurationItems).ToHashSet(StringComparer.Ordinal);
        var patches = asked.SelectMany(p => p.Patches).ToHashSet(StringComparer.Ordinal);
        var named = asked.SelectMany(p => p.Cves).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return f => items.Contains(f.Asset) && ((f.Patch is not null && patches.Contains(f.Patch)) || (f.Cve is not null && named.Contains(f.Cve)));
    }

    /// <summary>The same from open findings that went by before.</summary>
    /// <param name="wanted">Problems, by id.</param>
    /// <param name="findings">At least those that <see cref="Concerning"/> tells.</param>
    /// <param name="explain">Whether reasons are wanted.</param>
    public IEnumerable<PatchRisk> ByProblem(Func<string, bool> wanted, IEnumerable<Finding> findings, bool explain)
    {
        var open = findings.ToLookup(f => f.Asset, StringComparer.Ordinal);
        Learn(open.SelectMany(g => g).Select(Vulnerability).OfType<string>());
        foreach (var part in problems.Of(wanted).OrderBy(p => p.Problem.Id, StringComparer.Ordinal).Chunk(ProblemsAtOnce))
        {
            var risks = new PatchRisk?[part.Length];
            Parallel.For(0, part.Length, i => risks[i] = Score(part[i]));
            foreach (var risk in risks)
                if (risk is not null) yield return risk;
        }

        PatchRisk? Score(ProblemLinks.OpenProblem one)
        {
            var problem = one.Problem;
            var totals = new RiskTotals(model, explain);
            var named = problem.Patches.Count > 0 ? problem.Patches[0] : null;
            var installs = outcomes.Installs(named);
            foreach (var link in one.Items)
            {
                List<Finding> on = open.Contains(link.Asset) ? [.. open[link.Asset].Where(f => (f.Patch is not null && problem.Patches.Contains(f.Patch)) || (f.Cve is not null && problem.Cves.Contains(f.Cve, StringComparer.OrdinalIgnoreCase)))] : [];
                if (on.Count > 0 && Input(link.Asset, on[0].Patch, on) is { } input) totals.Add(input with { Problems = [problems.On(link)] });
                else if (on.Count == 0 && AssetOf(link.Asset) is { } alone) totals.Add(new RiskInput { Asset = alone, Cves = [], Problems = [problems.On(link)], Installs = installs, Notes = [] });
            }
            return totals.Assets > 0 ? totals.ToRisk(problem.Id) : null;
        }
    }

    /// <summary>Expected loss per day that findings of one asset carry together, patch by patch.</summary>
    public double LossPerDay(IEnumerable<Finding> ofOneAsset)
    {
        var total = default(RiskFigures);
        foreach (var group in ofOneAsset.GroupBy(f => f.Patch, StringComparer.Ordinal))
            if (Input(group.First().Asset, group.Key, group.ToList()) is { } input) total += model.Figures(input);
        return total.ExpectedLossPerDay;
    }

    /// <summary>Open problems that a finding belongs to.</summary>
    public IReadOnlyList<string> ProblemsOf(Finding finding) =>
        problems.For(finding.Asset, finding.Patch, finding.Cve is null ? [] : [finding.Cve])?.Select(p => p.Id).ToList() ?? [];

    private RiskInput? Input(Finding finding)
    {
        if (AssetOf(finding.Asset) is not { } facts) return null;
        return new RiskInput
        {
            Asset = facts, Cve = Vulnerability(finding) is { } id ? Facts(id) : null, Installs = outcomes.Installs(finding.Patch), FixAvailable = finding.FixAvailable,
            Problems = problems.On(finding.Asset) ? problems.For(finding.Asset, finding.Patch, finding.Cve is null ? [] : [finding.Cve]) : null,
            Notes = Notes(finding),
        };
    }

    private RiskInput? Input(string asset, string? patch, IReadOnlyList<Finding> findings)
    {
        var names = findings.Select(Vulnerability).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return Input(asset, patch, names, [.. names.Select(Facts).OfType<CveFacts>()], findings.Min(f => f.FixAvailable), [.. findings.SelectMany(f => Notes(f) ?? []).Distinct(StringComparer.Ordinal)]);
    }

    private RiskInput? Input(string asset, string? patch, IReadOnlyList<string> names, IReadOnlyList<CveFacts> closed, DateTimeOffset? fix, IReadOnlyList<string>? notes) =>
        AssetOf(asset) is not { } facts ? null : new RiskInput
        {
            Asset = facts, Cves = closed, Problems = problems.On(asset) ? problems.For(asset, patch, names) : null, Installs = outcomes.Installs(patch), FixAvailable = fix, Notes = notes,
        };

    /// <summary>Facts of an asset, once; null where it is unknown or retired.</summary>
    private AssetFacts? AssetOf(string id) =>
        assets.GetOrAdd(id, static (id, risk) => risk.records.AssetsById.TryGetValue(id, out var asset) ? AssetFacts.From(asset, policy: risk.model.Policy) : null, this);

    /// <summary>What exceptions say of a finding, and which scanner reported it; null for nothing.</summary>
    private IReadOnlyList<string>? Notes(Finding finding)
    {
        var notes = exceptions.All.Count == 0 ? null : exceptions.Notes([finding]);
        return finding.Scanner is { } scanner ? [.. notes ?? [], $"reported by {scanner}"] : notes;
    }

    private static IEnumerable<List<Finding>> Chunks(IEnumerable<Finding> findings)
    {
        var (chunk, size) = (new List<Finding>(FirstChunk), FirstChunk);
        foreach (var finding in findings)
        {
            chunk.Add(finding);
            if (chunk.Count < size) continue;
            yield return chunk;
            size = Math.Min(size * 4, LargestChunk);
            chunk = new List<Finding>(size);
        }
        if (chunk.Count > 0) yield return chunk;
    }

    /// <summary>The vulnerability that a finding is about. An update from a security archive closes something, even where no feed says what: the policy's unknown stands for it.</summary>
    private static string? Vulnerability(Finding finding) =>
        finding.Cve ?? (finding.Evidence?.Contains("security archive", StringComparison.Ordinal) == true ? $"unnamed in {finding.Patch ?? finding.Package}" : null);

    /// <summary>Asks for everything that is to be scored at once.</summary>
    private void Learn(IEnumerable<string> ids)
    {
        var unknown = ids.Where(id => !cves.ContainsKey(id)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (unknown.Count == 0) return;
        var threats = records.Catalogue.Threats(unknown, records.AsOf);
        foreach (var id in unknown) cves[id] = threats.TryGetValue(id, out var threat) ? ThreatReading.Facts(id, threat) : new CveFacts { Id = id };
    }

    /// <summary>Facts of a vulnerability, once; null where it was rejected.</summary>
    private CveFacts? Facts(string id)
    {
        if (cves.TryGetValue(id, out var known)) return known;
        Learn([id]);
        return cves[id];
    }
}
