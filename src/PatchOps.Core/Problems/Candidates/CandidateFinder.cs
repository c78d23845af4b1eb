using System.Security.Cryptography;
using System.Text;
using PatchOps.Core.Exposure;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Problems.Matching;
using PatchOps.Core.Problems.Triggers;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Candidates;

/// <summary>
/// Which problems would gain most from a patch: incidents in groups, groups tied to problem records and to the vulnerabilities that are open
/// on the items they hit, and the incidents that each patch is expected to avoid.
/// </summary>
public sealed class CandidateFinder
{
    /// <summary>Linked incidents of which a group must hold this share for the problem to claim the group's others.</summary>
    private const double Dominates = 0.5;

    private readonly ICatalogue catalogue;
    private readonly RiskPolicy risk;
    private readonly ProblemPolicy policy;
    private readonly DateTimeOffset asOf;
    private readonly CancellationToken cancellationToken;
    private readonly OutcomeLedger outcomes;

    public CandidateFinder(ICatalogue catalogue, RiskPolicy risk, ProblemPolicy policy, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        this.catalogue = catalogue;
        this.risk = risk;
        this.policy = policy;
        this.asOf = asOf;
        this.cancellationToken = cancellationToken;
        outcomes = new OutcomeLedger(catalogue.Deployments().Where(d => d.Started <= asOf), catalogue.Verdicts(asOf).Select(v => v.Verdict));
    }

    /// <summary>Every candidate, those with most incidents to avoid first, ranked from 1.</summary>
    public IReadOnlyList<PatchCandidate> Find()
    {
        var from = asOf.AddDays(-policy.CandidateDays);
        var groups = new IncidentGroups(catalogue, from, asOf, cancellationToken);
        var open = Open();
        var drafts = Drafts(groups);
        var counts = drafts.ConvertAll(d => (IReadOnlyDictionary<string, int>)d.Incidents.Where(i => i.ConfigurationItem is not null)
            .GroupBy(i => i.ConfigurationItem!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal));
        var lacking = open.Where(f => f.Patch is not null).GroupBy(f => f.Patch!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => (IReadOnlySet<string>)g.Select(f => f.Asset).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var associations = new PatchAssociations(groups.Assets, lacking).Find(counts, policy.FalseAssociationRate, cancellationToken);
        var named = Named(drafts);
        var byAsset = open.ToLookup(f => f.Asset, StringComparer.Ordinal);
        var began = groups.All.Count > 0 && groups.All[0].Opened > from ? groups.All[0].Opened : from;
        var found = new List<PatchCandidate>();
        for (var i = 0; i < drafts.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Judge(drafts[i], groups, byAsset, associations[i], named, lacking, began) is { } candidate) found.Add(candidate);
        }
        return [.. found.OrderByDescending(c => c.IncidentsAvoided).ThenByDescending(c => c.IncidentsPerMonth).ThenBy(c => c.Id, StringComparer.Ordinal).Select((c, i) => c with { Rank = i + 1 })];
    }

    private List<Finding> Open()
    {
        var exceptions = new ExceptionLedger(catalogue, asOf);
        return [.. new EstateExposure(catalogue, asOf).Findings(FindingFilter.Open).Where(f => !exceptions.Excepts(f))];
    }

    /// <summary>A problem claims its linked incidents, and the unlinked ones of the groups it dominates on its own items; the rest of a group stands alone.</summary>
    private List<CandidateDraft> Drafts(IncidentGroups groups)
    {
        var problems = catalogue.Problems().Where(p => !(p.Opened > asOf)).ToDictionary(p => p.Id, StringComparer.Ordinal);
        var claimed = problems.Values.Where(p => p.IsOpen).ToDictionary(p => p.Id, _ => (Linked: new List<Incident>(), Similar: new List<Incident>()), StringComparer.Ordinal);
        foreach (var incident in groups.All)
            if (incident.Problem is { } id && claimed.TryGetValue(id, out var own)) own.Linked.Add(incident);
        var drafts = new List<CandidateDraft>();
        var items = problems.Values.ToDictionary(p => p.Id, p => p.ConfigurationItems.Select(i => catalogue.ResolveAsset(i) ?? i).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var group in groups.Groups)
        {
            var linked = group.Incidents.Where(i => i.Problem is not null).GroupBy(i => i.Problem!, StringComparer.Ordinal).Select(g => (Id: g.Key, Count: g.Count())).OrderByDescending(g => g.Count).ThenBy(g => g.Id, StringComparer.Ordinal).ToList();
            var alone = new List<Incident>();
            foreach (var incident in group.Incidents)
            {
                if (incident.Problem is not null) continue;
                // Of the problems linked in this group, the one that prevails on this very item.
                var here = linked.Where(l => incident.ConfigurationItem is { } item && items.TryGetValue(l.Id, out var own) && own.Contains(item)).ToList();
                var owner = here.Count > 0 && here[0].Count >= Dominates * here.Sum(h => h.Count) && here[0].Count >= 2 ? here[0].Id : null;
                if (owner is null) alone.Add(incident);
                else if (claimed.TryGetValue(owner, out var claims)) claims.Similar.Add(incident);
            }
            if (alone.Count >= policy.MinimumIncidents) drafts.Add(new CandidateDraft(null, alone, alone.Count));
        }
        foreach (var (id, (linked, similar)) in claimed.OrderBy(c => c.Key, StringComparer.Ordinal))
            drafts.Add(new CandidateDraft(problems[id], [.. linked.Concat(similar).OrderBy(i => i.Opened)], similar.Count) { Items = items[id] });
        return drafts;
    }

    /// <summary>What the texts name of what is open on the item.</summary>
    private Dictionary<string, IncidentMatch> Named(List<CandidateDraft> drafts)
    {
        var matcher = new IncidentMatcher(catalogue);
        foreach (var incident in drafts.SelectMany(d => d.Incidents)) matcher.Observe(incident with { Problem = null });
        return matcher.Match(catalogue, asOf, cancellationToken).ToDictionary(m => m.Incident, StringComparer.Ordinal);
    }

    private PatchCandidate? Judge(CandidateDraft draft, IncidentGroups groups, ILookup<string, Finding> open, IReadOnlyList<PatchAssociation> associations, Dictionary<string, IncidentMatch> named,
        Dictionary<string, IReadOnlySet<string>> lacking, DateTimeOffset began)
    {
        var hit = draft.Incidents.Select(i => i.ConfigurationItem).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var here = hit.Union(draft.Items).SelectMany(a => open[a]).ToList();
        var options = new PatchOptions(draft, here, named, associations, lacking).All();
        if (draft.Problem is null && options.Count == 0) return null;
        var evidence = options.Count > 0 ? options.Max(o => o.Evidence) : CandidateEvidence.None;
        var weighed = Recurrence.Weigh(draft.Incidents.Select(i => i.Opened), began, asOf, risk.RecurrenceHalfLifeDays);
        var judged = options.Where(o => o.Evidence == evidence && o.Patch is not null)
            .Select(o => (Option: o, Gain: Gain(draft, o, began))).OrderByDescending(o => o.Gain.Avoided.Mean).ThenBy(o => o.Option.Patch, StringComparer.Ordinal).ToList();
        var best = judged.Count > 0 ? judged[0] : default;
        var candidate = new PatchCandidate
        {
            Id = draft.Problem?.Id ?? "CL-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(draft.Incidents[0].Id)))[..8],
            Problem = draft.Problem?.Id,
            Terms = groups.Terms(draft.Incidents),
            Category = draft.Incidents.Where(i => i.Category is not null).GroupBy(i => i.Category!, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).FirstOrDefault()?.Key,
            Incidents = draft.Incidents.Count,
            Unlinked = draft.Unlinked,
            IncidentsPerMonth = weighed.Days > 0 ? 30 * weighed.Incidents / weighed.Days : 0,
            FirstSeen = draft.Incidents.Count > 0 ? draft.Incidents[0].Opened : null,
            LastSeen = draft.Incidents.Count > 0 ? draft.Incidents[^1].Opened : null,
            AssetIds = hit,
            Cves = [.. options.Where(o => o.Evidence == evidence).SelectMany(o => o.Cves).Distinct(StringComparer.OrdinalIgnoreCase)],
            Patches = [.. judged.Select(j => j.Option.Patch!)],
            Evidence = evidence,
            IncidentsAvoided = best.Gain.Avoided.Mean,
            IncidentsAvoidedLow = best.Gain.Avoided.Low,
            IncidentsAvoidedHigh = best.Gain.Avoided.High,
            Confidence = best.Gain.Chance,
        };
        candidate = candidate with
        {
            Title = draft.Problem?.Title ?? string.Join(' ', candidate.Terms),
            Reasons = CandidateReasons.Of(draft, candidate, best.Option, best.Gain, hit.Count),
        };
        var kev = catalogue.Threats([.. candidate.Cves], asOf).Values.Any(t => t.KevAdded is not null);
        var failure = ShrunkProbability.Estimate(outcomes.Installs(candidate.Patch), risk.FailurePrior, risk.ShrinkageTrials).Mean;
        return TriggerRules.Apply(policy.Triggers, new TriggerFacts(candidate, draft.Problem?.Priority, kev, failure));
    }

    private PatchGain Gain(CandidateDraft draft, PatchOption option, DateTimeOffset began)
    {
        var exposed = draft.Incidents.Where(i => i.ConfigurationItem is { } item && option.Assets.Contains(item)).ToList();
        var weighed = Recurrence.Weigh(exposed.Select(i => i.Opened), began, asOf, risk.RecurrenceHalfLifeDays);
        var fix = ShrunkProbability.Estimate(outcomes.Fixes(option.Patch), risk.FixPrior, risk.ShrinkageTrials);
        var (low, high) = fix.Interval();
        var avoided = exposed.Count == 0 ? default : AvoidedIncidents.Estimate(weighed.Incidents, weighed.Days, (fix.Mean, low, high), option.Share);
        return new PatchGain(avoided, fix.Mean * option.Share, exposed.Count, fix.Mean);
    }
}

/// <summary>Incidents of a problem, or of a group without one.</summary>
internal sealed record CandidateDraft(Problem? Problem, IReadOnlyList<Incident> Incidents, int Unlinked)
{
    public IReadOnlySet<string> Items { get; init; } = new HashSet<string>();
}

/// <summary>What a patch would gain.</summary>
/// <param name="Incidents">Those on items that lack the patch.</param>
internal readonly record struct PatchGain(AvoidedIncidents Avoided, double Chance, int Incidents, double Fix);
