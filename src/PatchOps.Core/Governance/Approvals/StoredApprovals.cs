using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Approvals;

/// <summary>Approvals as the store and the journal know them.</summary>
/// <param name="Catalogue">Plans and decisions.</param>
/// <param name="Journal">When a plan first changed a host.</param>
/// <param name="Signatures">Verifies what must be signed.</param>
public sealed record StoredApprovals(ICatalogue Catalogue, IJournal Journal, IApprovalSignatures Signatures)
{
    /// <summary>Null where a plan may run now.</summary>
    public Failure? Check(PatchPlan plan, DateTimeOffset now) =>
        ApprovalCheck.Check(plan, Catalogue.Approvals(plan.Hash), now, Signatures) ?? (ReplacedBy(plan, now) is { } by
            ? new Failure("PlanReplaced", FailureKind.Refused, $"Plan {plan.Id} was replaced by the approved plan {by.Id}.", plan.Id, $"Run that one: Invoke-PatchWave {by.Id}.")
            : null);

    public async Task<IReadOnlyList<ApprovalStatus>> StatusAsync(PatchPlan plan, DateTimeOffset now, CancellationToken cancellationToken) =>
        ApprovalLedger.Of(plan, Catalogue.Approvals(plan.Hash), now, await FirstChangeAsync(plan, cancellationToken).ConfigureAwait(false), Signatures);

    /// <summary>Approvals without which the plan may not run, and that nobody has given; empty where it was denied, replaced, or has nothing to run.</summary>
    public IReadOnlyList<ApprovalStatus> Missing(PatchPlan plan, DateTimeOffset now)
    {
        if (plan.Waves.Count == 0 || plan.End <= now) return [];
        // What is due after the fact is not asked about here, so that no first change has to be looked for.
        var statuses = ApprovalLedger.Of(plan, Catalogue.Approvals(plan.Hash), now, null, Signatures);
        if (statuses.Any(s => s.State == ApprovalState.Denied) || ReplacedBy(plan, now) is not null) return [];
        return [.. statuses.Where(s => s.State is ApprovalState.Missing or ApprovalState.Expired)];
    }

    /// <summary>When the plan first began a change on a host; null where it has not.</summary>
    public async Task<DateTimeOffset?> FirstChangeAsync(PatchPlan plan, CancellationToken cancellationToken)
    {
        await foreach (var entry in Journal.ReadAsync(plan.Id, null, 0, cancellationToken).ConfigureAwait(false))
            if (entry.Asset is not null && entry.Step == nameof(Waves.State.HostStep.Apply)) return entry.At;
        return null;
    }

    /// <summary>The approved plan that has taken this one's place; null where there is none.</summary>
    public PatchPlan? ReplacedBy(PatchPlan plan, DateTimeOffset now) =>
        Catalogue.Replacements(plan.Id).FirstOrDefault(p => ApprovalCheck.Check(p, Catalogue.Approvals(p.Hash), now, Signatures) is null);
}
