using PatchOps.Core.Problems.Lifecycle;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Problems;

/// <summary>Keeps what verdicts taught, all at once, with an entry in the audit trail for what was opened or linked.</summary>
internal static class ProblemFeedback
{
    /// <returns>Investigations that were opened.</returns>
    public static async Task<IReadOnlyList<PatchInvestigation>> KeepAsync(
        ICatalogue catalogue, ProblemLearning learning, IJournal journal, IAuditLog audit, IReadOnlyList<EffectivenessResult> verdicts, Caller caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var tests = new WaveTests(catalogue, journal);
        var outcomes = new Dictionary<string, ProblemOutcome>(StringComparer.Ordinal);
        var links = new List<IncidentLink>();
        var opened = new List<PatchInvestigation>();
        foreach (var (verdict, learned) in verdicts.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(v => (v, learning.Learn(v))))
        {
            if (verdict.Problem is not { } problem || learned is not { } learnt) continue;
            outcomes[problem] = learnt.Outcome with { Tests = await tests.ReadAsync(learnt.Outcome, cancellationToken).ConfigureAwait(false) };
            links.AddRange(learnt.Links);
            if (learnt.Investigation is not null) opened.Add(learnt.Investigation);
        }
        catalogue.SetOutcomes(outcomes);
        var entries = new List<AuditRecord>();
        if (catalogue.LinkIncidents(links, now) > 0)
            entries.AddRange(links.GroupBy(l => l.Problem, StringComparer.Ordinal).Select(g => new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "IncidentsLinked", g.Key, CanonicalJson.Of(("count", g.Count()), ("first", g.First().Incident)))));
        if (opened.Count > 0) catalogue.SaveInvestigations(opened);
        foreach (var investigation in opened)
        {
            entries.Add(new AuditRecord($"investigation/{investigation.Id}", caller.Account, "InvestigationOpened", investigation.Id, CanonicalJson.Of(
                ("problem", investigation.Problem), ("verdict", investigation.Verdict.ToString()), ("patches", investigation.Patches), ("vendors", investigation.Vendors))));
        }
        if (entries.Count > 0) await audit.AppendAsync(entries, now, cancellationToken).ConfigureAwait(false);
        return opened;
    }
}
