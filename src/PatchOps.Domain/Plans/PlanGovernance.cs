namespace PatchOps.Domain;

/// <summary>Category of a change, in ITIL's terms; policy derives it from what a plan installs.</summary>
public enum ChangeCategory
{
    /// <summary>Pre-authorised, low risk, done by the book.</summary>
    Standard,

    /// <summary>Assessed and approved one by one.</summary>
    Normal,

    /// <summary>Takes the emergency path: windows may be left, review follows after the fact.</summary>
    Emergency,
}

/// <summary>How much a change could harm, by the policy's thresholds.</summary>
public enum ChangeRisk { Low, Medium, High }

/// <summary>What must be approved, by whom, before a plan may run.</summary>
public sealed record ApprovalRule
{
    public required string Role { get; init; }

    /// <summary>How many different people; one or more.</summary>
    public required int Quorum { get; init; }

    public required string Because { get; init; }

    /// <summary>True where the author's own approval does not count (separation of duties).</summary>
    public bool OtherThanAuthor { get; init; }

    /// <summary>True for the review of hosts with high impact by a peer: the sign-off is recorded on its own.</summary>
    public bool PeerReview { get; init; }

    /// <summary>Hosts that made the rule necessary; empty where the whole plan did.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    /// <summary>True where only a certificate's signature over the plan's hash counts.</summary>
    public bool Signed { get; init; }

    /// <summary>SHA-256 fingerprints of the root certificates that count, lower-case hexadecimal.</summary>
    public IReadOnlyList<string> TrustedRoots { get; init; } = [];

    /// <summary>How long an approval counts; null for as long as the plan.</summary>
    public TimeSpan? ValidFor { get; init; }

    /// <summary>True where the decision follows the change: the plan may run before it, and it is due <see cref="Within"/> after the first host was changed.</summary>
    public bool AfterTheFact { get; init; }

    public TimeSpan? Within { get; init; }

    public override string ToString() => $"{Quorum} × {Role}{(Signed ? ", signed" : "")}{(AfterTheFact ? $", within {Within} after the change" : "")}: {Because}";
}

/// <summary>A notice that a plan sends ahead: to whom, when, about which hosts, with the way back.</summary>
public sealed record PlanNotice
{
    /// <summary>Business unit or team that is told.</summary>
    public required string Audience { get; init; }

    /// <summary>Where the policy says that they are reached; empty where it names nobody.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    /// <summary>When it is to be sent, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    public required string Subject { get; init; }

    /// <summary>Services, duration and fallback, in plain text.</summary>
    public required string Text { get; init; }

    /// <summary>Hosts that it is about.</summary>
    public required IReadOnlyList<string> Assets { get; init; }

    public override string ToString() => $"{Audience}: {Subject}";
}

/// <summary>What became of a host between a plan and the one that replaces it.</summary>
public enum PlanDifferenceKind
{
    /// <summary>The earlier plan has changed it already; it is left out.</summary>
    Kept,
    Added,
    Removed,
    Moved,

    /// <summary>It gets other patches.</summary>
    Changed,
}

/// <summary>One difference between a plan and the one it replaces, with its reason.</summary>
public sealed record PlanDifference
{
    public required string Asset { get; init; }

    public required string Name { get; init; }

    public required PlanDifferenceKind Kind { get; init; }

    public required string Reason { get; init; }

    /// <summary>Planned start before and now, UTC; null where the host was or is in no wave.</summary>
    public DateTimeOffset? Before { get; init; }

    public DateTimeOffset? Now { get; init; }

    public override string ToString() => $"{Kind} {Name}: {Reason}";
}
