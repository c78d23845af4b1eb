using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>Messages that must leave the house. Laws: what was added is never lost; the same message again changes nothing; two senders never have one message at the same time.</summary>
public interface IOutbox
{
    /// <summary>Adds messages in one durable transaction, and returns how many are new.</summary>
    /// <exception cref="FailureException"><c>KeyConflict</c>: a key exists with other content; then none is added.</exception>
    ValueTask<int> AddAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken);

    /// <summary>Takes messages that are due, oldest first, for one sender until a time; after it another sender may take them.</summary>
    ValueTask<IReadOnlyList<OutboxMessage>> ClaimAsync(string sender, int limit, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Records what came of a claimed message; false where another sender has taken it since.</summary>
    ValueTask<bool> RecordAsync(string sender, OutboxMessage message, CancellationToken cancellationToken);

    /// <summary>Has messages that were given up tried again from <paramref name="now"/> on, and returns how many.</summary>
    ValueTask<int> RetryFailedAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>All messages, oldest first.</summary>
    IEnumerable<OutboxMessage> Messages();
}

/// <summary>What came of one delivery.</summary>
/// <param name="Delivered">The receiver has it.</param>
/// <param name="Final">Not delivered, and trying again would not help.</param>
/// <param name="Reason">Why not.</param>
public sealed record DeliveryResult(bool Delivered, bool Final, string? Reason)
{
    public static DeliveryResult Done { get; } = new(true, true, null);

    public static DeliveryResult Later(string reason) => new(false, false, reason);

    public static DeliveryResult Refused(string reason) => new(false, true, reason);
}

/// <summary>A way out of the house. Never throws for what the other side does.</summary>
public interface INoticeSink
{
    Task<DeliveryResult> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken);
}
