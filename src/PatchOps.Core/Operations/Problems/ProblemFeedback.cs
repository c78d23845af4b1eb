using PatchOps.Core.Problems.Lifecycle;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Problems;

/// <summary>Keeps what a verdict taught, with an entry in the audit trail for what it opened or linked.</summary>
internal static class ProblemFeedback
{
    /// <returns>The investigation, where one was opened.</returns>
    public static async Task<PatchInvestigation?> KeepAsync(ICatalogue catalogue, IJournal journal, IAuditLog audit, LearntOutcome? learnt, string problem, Caller caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (learnt is null) return null;
        catalogue.SetOutcome(problem, learnt.Outcome with { Tests = await WaveTests.ReadAsync(catalogue, journal, learnt.Outcome, cancellationToken).ConfigureAwait(false) });
        if (learnt.Links.Count > 0 && catalogue.LinkIncidents(learnt.Links, now) is > 0 and var linked)
            await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "IncidentsLinked", problem, CanonicalJson.Of(("count", linked), ("first", learnt.Links[0].Incident))), now, cancellationToken).ConfigureAwait(false);
        if (learnt.Investigation is { } investigation)
        {
            catalogue.SaveInvestigation(investigation);
            await audit.AppendAsync(new AuditRecord($"investigation/{investigation.Id}", caller.Account, "InvestigationOpened", investigation.Id, CanonicalJson.Of(
                ("problem", problem), ("verdict", investigation.Verdict.ToString()), ("patches", investigation.Patches), ("vendors", investigation.Vendors))), now, cancellationToken).ConfigureAwait(false);
        }
        return learnt.Investigation;
    }
}
