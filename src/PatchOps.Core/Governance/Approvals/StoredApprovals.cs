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
        ApprovalCheck.Check(plan, Catalogue.Approvals(plan.Hash), now, Signatures) ?? (Replacement(plan, now) is { } by
            ? new Failure("PlanReplaced", FailureKind.Refused, $"Plan {plan.Id} was replaced by the approved plan {by.Id}.", plan.Id, $"Run that one: Invoke-PatchWave {by.Id}.")
            : null);

    public async Task<IReadOnlyList<ApprovalStatus>> StatusAsync(PatchPlan plan, DateTimeOffset now, CancellationToken cancellationToken) =>
        ApprovalLedger.Of(plan, Catalogue.Approvals(plan.Hash), now, await FirstChangeAsync(plan, cancellationToken).ConfigureAwait(false), Signatures);

    /// <summary>When the plan first began a change on a host; null where it has not.</summary>
    public async Task<DateTimeOffset?> FirstChangeAsync(PatchPlan plan, CancellationToken cancellationToken)
    {
        await foreach (var entry in Journal.ReadAsync(plan.Id, null, 0, cancellationToken).ConfigureAwait(false))
            if (entry.Asset is not null && entry.Step == nameof(Waves.State.HostStep.Apply)) return entry.At;
        return null;
    }

    /// <summary>The approved plan that has taken this one's place; null where there is none.</summary>
    private PatchPlan? Replacement(PatchPlan plan, DateTimeOffset now) =>
        Catalogue.Replacements(plan.Id).FirstOrDefault(p => ApprovalCheck.Check(p, Catalogue.Approvals(p.Hash), now, Signatures) is null);
}
