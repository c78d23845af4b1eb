namespace PatchOps.Domain;

/// <summary>What a message is about.</summary>
public enum OutboxKind
{
    /// <summary>A plan tells a business unit ahead of its change.</summary>
    PlanNotice,

    /// <summary>An approved plan as a change record for the ticket system.</summary>
    ChangeTicket,

    /// <summary>A review after the fact is overdue.</summary>
    ReviewOverdue,

    /// <summary>An approval is missing: a reminder to its role, or before the first start an escalation.</summary>
    ApprovalMissing,

    /// <summary>A wave began, stopped or ended, or one of its hosts failed.</summary>
    WaveUpdate,

    /// <summary>A vendor's patch failed: for those who manage the vendor.</summary>
    VendorNotice,
}

/// <summary>Where a message stands.</summary>
public enum OutboxState
{
    /// <summary>Its time has not come, or it is to be tried (again).</summary>
    Waiting,
    Delivered,

    /// <summary>Given up: refused for good, or too many tries.</summary>
    Failed,

    /// <summary>Never sent, because its ground is gone: the plan was denied, replaced, or is over.</summary>
    Withdrawn,
}

/// <summary>A message on its way to one sink. It is delivered at least once; the key tells a receiver what it has seen before.</summary>
public sealed record OutboxMessage
{
    /// <summary>Unique; the same message always has the same key.</summary>
    public required string Key { get; init => field = Require.Text(value); }

    public required OutboxKind Kind { get; init; }

    /// <summary>Name of the policy's sink that it goes to.</summary>
    public required string Sink { get; init => field = Require.Text(value); }

    /// <summary>Plan that it is about; of a vendor notice the investigation, or the patch.</summary>
    public required string PlanId { get; init; }

    /// <summary>Business unit or role that it is for; of a vendor notice the vendor.</summary>
    public required string Audience { get; init; }

    /// <summary>Addresses of the audience, for sinks that need them.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    public required string Subject { get; init; }

    /// <summary>Plain text; for a change ticket a change record as JSON in the canonical columns.</summary>
    public required string Text { get; init; }

    /// <summary>Not sent earlier, UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    public OutboxState State { get; init; }

    /// <summary>Tries so far.</summary>
    public int Attempts { get; init; }

    /// <summary>Next try; null where none follows.</summary>
    public DateTimeOffset? Next { get; init; }

    public DateTimeOffset? Delivered { get; init; }

    /// <summary>Why the last try failed, or why it was withdrawn.</summary>
    public string? Reason { get; init; }

    public override string ToString() => $"{Kind} to {Audience} by {Sink}: {State}";
}
