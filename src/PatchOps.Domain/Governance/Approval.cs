namespace PatchOps.Domain;

/// <summary>A person's decision on a plan. It counts for exactly one plan hash.</summary>
public sealed record Approval
{
    public required string PlanId { get; init; }

    /// <summary>Hash of the plan that was read.</summary>
    public required string PlanHash { get; init; }

    public required string Role { get; init; }

    public required string Actor { get; init; }

    public required bool Approved { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Comment { get; init; }

    /// <summary>True where author and approver are one person, which the policy allowed.</summary>
    public bool OwnPlan { get; init; }

    /// <summary>Distinguished name of the certificate that signed; null where nothing was signed.</summary>
    public string? Signer { get; init; }

    /// <summary>SHA-256 of that certificate, lower-case hexadecimal.</summary>
    public string? SignerFingerprint { get; init; }

    /// <summary>Detached CMS signature (DER, base64) over the decision's sentence, which names the plan's hash.</summary>
    public string? Signature { get; init; }

    public override string ToString() => $"{(Approved ? "approved" : "denied")} by {Actor} as {Role}{(Signer is null ? "" : $", signed by {Signer}")}";
}

/// <summary>Where one approval that a plan needs stands.</summary>
public enum ApprovalState
{
    /// <summary>The quorum is not reached.</summary>
    Missing,

    /// <summary>It was reached, and approvals have expired since.</summary>
    Expired,
    Denied,
    Given,

    /// <summary>Follows the change, which has not begun.</summary>
    NotDue,

    /// <summary>The change was made; the review has time left.</summary>
    ReviewDue,

    /// <summary>The review should have been made by now.</summary>
    ReviewOverdue,
}

/// <summary>One approval that a plan needs, and who gave it.</summary>
public sealed record ApprovalStatus
{
    public required string PlanId { get; init; }

    public required string Plan { get; init; }

    public required string Role { get; init; }

    public required ApprovalState State { get; init; }

    public required int Quorum { get; init; }

    /// <summary>Different people whose approval counts now.</summary>
    public required int Given { get; init; }

    /// <summary>Those people.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>Decisions that do not count, each with the reason.</summary>
    public IReadOnlyList<string> NotCounted { get; init; } = [];

    /// <summary>For a review: when it is due. For what is given: when it expires. Null where neither is so.</summary>
    public DateTimeOffset? Due { get; init; }

    public bool PeerReview { get; init; }

    public bool Signed { get; init; }

    public required string Because { get; init; }

    /// <summary>True where the plan may not run yet for want of this approval.</summary>
    public bool Blocks => State is ApprovalState.Missing or ApprovalState.Expired or ApprovalState.Denied;

    public override string ToString() => FormattableString.Invariant($"{Role}: {State}, {Given} of {Quorum}");
}
