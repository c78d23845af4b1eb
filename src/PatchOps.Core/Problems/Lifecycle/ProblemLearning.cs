using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Exposure;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Lifecycle;

/// <summary>What one verdict taught.</summary>
/// <param name="Links">Incidents after deployment that belong to the problem.</param>
/// <param name="Investigation">Joint investigation, where the patch did not solve it; null otherwise.</param>
public sealed record LearntOutcome(ProblemOutcome Outcome, IReadOnlyList<IncidentLink> Links, PatchInvestigation? Investigation);

/// <summary>
/// Carries verdicts back to where people look: the outcome and its numbers into the problem record, fixed versions and scope into the known
/// error, incidents after deployment to their problem, and a joint investigation where a patch failed. One serves all verdicts, from several threads too.
/// </summary>
public sealed class ProblemLearning
{
    private const int LearntLimit = 20;

    private readonly EstateHistory estate;
    private readonly Func<Problem, IReadOnlyList<string>, IReadOnlyList<string>> itemsOf;
    private readonly DateTimeOffset now;
    private readonly Dictionary<string, Problem> problems;
    private readonly Dictionary<string, List<int>> unlinked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> linked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> symptoms;
    private readonly HashSet<string> investigated;
    private readonly Lazy<ILookup<string, Finding>> findings;
    private readonly ILookup<string, string> dependents;

    /// <param name="itemsOf">Items of a problem where these patches are tested.</param>
    public ProblemLearning(ICatalogue catalogue, EstateHistory estate, Func<Problem, IReadOnlyList<string>, IReadOnlyList<string>> itemsOf, IEnumerable<Problem> known, DateTimeOffset now)
    {
        this.itemsOf = itemsOf;
        this.estate = estate;
        this.now = now;
        problems = known.ToDictionary(p => p.Id, StringComparer.Ordinal);
        symptoms = ReadIncidents();
        investigated = catalogue.Investigations().Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var concerned = problems.Values.SelectMany(p => p.Patches).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var cves = problems.Values.SelectMany(p => p.Cves).ToHashSet(StringComparer.OrdinalIgnoreCase);
        findings = new Lazy<ILookup<string, Finding>>(() => new EstateExposure(new EstateRecords(catalogue, now, estate.Assets.Values, estate.Deployments, problems.Values)).Findings()
            .Where(f => (f.Patch is not null && concerned.Contains(f.Patch)) || (f.Cve is not null && cves.Contains(f.Cve))).ToLookup(f => f.Asset, StringComparer.Ordinal));
        dependents = estate.Assets.Values.Where(a => a.Retired is null).SelectMany(a => a.DependsOn.Select(d => (On: estate.Resolve(d), a.Id))).ToLookup(d => d.On, d => d.Id, StringComparer.Ordinal);
    }

    /// <summary>Gathers now what the first verdict would wait for.</summary>
    public ProblemLearning Prepare()
    {
        _ = findings.Value;
        _ = estate.DeploymentsOf;
        return this;
    }

    /// <summary>One pass, of which only what may be linked is kept.</summary>
    /// <returns>Most frequent category of each problem's own incidents.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Dictionary<string, string> ReadIncidents()
    {
        var patched = estate.Deployments.Where(d => d.Outcome == DeploymentOutcome.Succeeded).Select(d => d.Asset).ToHashSet(StringComparer.Ordinal);
        var table = estate.Incidents;
        var isPatched = table.Items.Select(patched.Contains).ToArray();
        var counts = new Dictionary<(int Problem, int Category), int>();
        var rows = table.Rows;
        for (var row = 0; row < rows.Length; row++)
        {
            var (problem, category, item) = (rows[row].Problem, rows[row].Category, rows[row].Item);
            if (table.LinkedHere(row)) linked[table.Problems[problem]] = linked.GetValueOrDefault(table.Problems[problem]) + 1;
            else if (category < 0) continue;
            else if (problem >= 0) CollectionsMarshal.GetValueRefOrAddDefault(counts, (problem, category), out _)++;
            else if (item >= 0 && isPatched[item])
            {
                if (!unlinked.TryGetValue(table.Items[item], out var list)) unlinked[table.Items[item]] = list = [];
                list.Add(row);
            }
        }
        return counts.GroupBy(c => c.Key.Problem).ToDictionary(g => table.Problems[g.Key], g => g.Select(c => (c.Value, Name: table.Categories[c.Key.Category])).Max().Name, StringComparer.Ordinal);
    }

    /// <summary>What a verdict means for its problem; null for one without a record, or without a verdict.</summary>
    public LearntOutcome? Learn(EffectivenessResult result)
    {
        if (result.Problem is null || result.Verdict == EffectivenessVerdict.Inconclusive || !problems.TryGetValue(result.Problem, out var problem)) return null;
        var patches = result.Patch?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var items = itemsOf(problem, patches);
        var tried = patches.SelectMany(p => estate.DeploymentsOf[p]).Where(d => items.Contains(d.Asset)).OrderBy(d => d.Started).ToList();
        var done = tried.Where(d => d.Outcome == DeploymentOutcome.Succeeded).GroupBy(d => d.Asset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Min(d => d.Ended ?? d.Started), StringComparer.Ordinal);
        var open = done.Keys.Count(a => findings.Value[a].Any(f => f.Status == FindingStatus.Affected && IsNamed(problem, f)));
        var (cause, evidence) = RootCauseAudit.Of(problem, result, open, done.Count);
        var links = Links(problem, done);
        var investigation = result.Verdict == EffectivenessVerdict.Effective ? null : Investigate(problem, result, patches, items, tried, done, links.Count, open);
        var outcome = new ProblemOutcome
        {
            Verdict = result.Verdict,
            At = now,
            Patches = patches,
            FixedVersions = Versions(patches, items),
            FirstDeployed = done.Count > 0 ? done.Values.Min() : null,
            LastDeployed = done.Count > 0 ? done.Values.Max() : null,
            Deployed = [.. done.Keys.Order(StringComparer.Ordinal)],
            Missing = [.. items.Where(i => !done.ContainsKey(i)).Order(StringComparer.Ordinal)],
            BeforeCount = result.BeforeCount,
            BeforeDays = result.BeforeDays,
            AfterCount = result.AfterCount,
            AfterDays = result.AfterDays,
            RateRatio = result.RateRatio,
            RateRatioLow = result.RateRatioLow,
            RateRatioHigh = result.RateRatioHigh,
            RootCause = cause,
            Evidence = evidence,
            LinkedIncidents = linked.GetValueOrDefault(problem.Id) + links.Count,
            Investigation = investigation?.Id ?? (result.Verdict == EffectivenessVerdict.Effective ? null : IdOf(problem.Id, patches, result.Verdict)),
        };
        return new LearntOutcome(outcome with { Learnt = Learnt(problem, result, tried, outcome) }, links, investigation);
    }

    /// <summary>Unlinked incidents with the problem's own symptom, on patched items, after their deployment.</summary>
    private List<IncidentLink> Links(Problem problem, Dictionary<string, DateTimeOffset> done)
    {
        if (!symptoms.TryGetValue(problem.Id, out var symptom)) return [];
        var table = estate.Incidents;
        var category = table.CategoryOf(symptom);
        return [.. done.OrderBy(d => d.Key, StringComparer.Ordinal).SelectMany(d => unlinked.GetValueOrDefault(d.Key, []).Where(i => table.Rows[i].Category == category && table.Rows[i].Opened > d.Value.UtcTicks)
            .Select(i => new IncidentLink(table.Id(i), problem.Id, FormattableString.Invariant($"'{symptom}' on a patched item after the deployment of {d.Value.UtcDateTime:yyyy-MM-dd}"))))];
    }

    private IReadOnlyList<string> Versions(IReadOnlyList<string> patches, IReadOnlyList<string> items)
    {
        var versions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var patch in patches)
        {
            var fixes = items.SelectMany(i => findings.Value[i]).Where(f => f.Patch == patch && f.FixedVersion is not null).Select(f => $"{f.Package} {f.FixedVersion}").ToHashSet(StringComparer.Ordinal);
            var at = patch.LastIndexOfAny(['/', '@']);
            if (fixes.Count > 0) versions.UnionWith(fixes);
            else if (at > 0) versions.Add(patch[(patch.IndexOf(':', StringComparison.Ordinal) + 1)..at] + " " + patch[(at + 1)..]);
            else versions.Add(patch);
        }
        return [.. versions];
    }

    private static bool IsNamed(Problem problem, Finding finding) =>
        (finding.Cve is not null && problem.Cves.Contains(finding.Cve, StringComparer.OrdinalIgnoreCase)) || (finding.Patch is not null && problem.Patches.Contains(finding.Patch, StringComparer.OrdinalIgnoreCase));

    private static IReadOnlyList<string> Learnt(Problem problem, EffectivenessResult result, List<Deployment> tried, ProblemOutcome outcome)
    {
        var learnt = new List<string>();
        void Add(FormattableString text) => learnt.Add(text.ToString(CultureInfo.InvariantCulture));
        var patch = result.Patch ?? "The patch";
        switch (result.Verdict)
        {
            case EffectivenessVerdict.Effective when result.RateRatio is { } ratio:
                Add($"{patch} took away {100 * (1 - ratio):0} % of the incidents on {outcome.Deployed.Count} items.");
                break;
            case EffectivenessVerdict.NotEffective:
                Add($"{patch} does not remove this problem{(problem.RootCause is { } cause ? $": the recorded cause '{cause}' is not the one, or not the only one" : "")}.");
                break;
            case EffectivenessVerdict.Worse:
                Add($"{patch} made it worse: {result.BeforeCount} incidents in {result.BeforeDays:0} item-days before, {result.AfterCount} in {result.AfterDays:0} after. Hold it back on the other items.");
                break;
            case EffectivenessVerdict.Masked:
                Add($"{patch} hides the symptom: {string.Join(", ", result.SideEffects.Select(s => s.Category).Distinct())} took its place.");
                break;
            case EffectivenessVerdict.Recurred when result.ChangePoint is { } back:
                Add($"{patch} held until about {back.UtcDateTime:yyyy-MM-dd}: look for what was changed on these items then.");
                break;
        }
        var failed = tried.Count(t => t.Outcome != DeploymentOutcome.Succeeded);
        if (tried.Count > 0) Add($"{failed} of {tried.Count} deployments failed or were rolled back.");
        if (outcome.Missing.Count > 0) Add($"{outcome.Missing.Count} of the problem's items do not have it yet.");
        foreach (var cluster in result.SideEffects.Take(3)) Add($"Watch '{cluster.Category}' after such patches: {cluster.BeforeCount} incidents before, {cluster.AfterCount} after.");
        // What earlier verdicts taught stays, so that nobody has to learn it again.
        return [.. learnt.Concat(problem.Outcome is { } last && last.Verdict != result.Verdict ? last.Learnt.Select(l => l.StartsWith("Before ", StringComparison.Ordinal) ? l : FormattableString.Invariant($"Before {outcome.At.UtcDateTime:yyyy-MM-dd}: {l}")) : []).Take(LearntLimit)];
    }

    private PatchInvestigation? Investigate(Problem problem, EffectivenessResult result, IReadOnlyList<string> patches, IReadOnlyList<string> items, List<Deployment> tried,
        Dictionary<string, DateTimeOffset> done, int linked, int open)
    {
        var id = IdOf(problem.Id, patches, result.Verdict);
        if (investigated.Contains(id)) return null;
        return new PatchInvestigation
        {
            Id = id, Problem = problem.Id, Patches = patches, Vendors = [.. patches.Select(PatchNames.Vendor)], Verdict = result.Verdict, Opened = now,
            Evidence = [.. InvestigationEvidence.Of(problem, result, items, tried, done, linked, open, items.SelectMany(i => findings.Value[i]).Where(f => IsNamed(problem, f)).ToList(), dependents)
                .Select(e => new InvestigationNote(e.Team, now, null, e.Text))],
        };
    }

    private static string IdOf(string problem, IReadOnlyList<string> patches, EffectivenessVerdict verdict) =>
        "INV-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{problem}\n{string.Join(',', patches)}\n{verdict}")))[..8];
}
