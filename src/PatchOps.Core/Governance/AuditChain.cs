using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Domain;

namespace PatchOps.Core.Governance;

/// <summary>The audit chain's arithmetic: each entry covers its payload's hash and the entry before it.</summary>
public static class AuditChain
{
    public static string Genesis { get; } = new('0', 64);

    /// <summary>SHA-256 of UTF-8 text, lower-case hexadecimal.</summary>
    public static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();

    public static AuditEntry Link(AuditEntry? previous, DateTimeOffset at, string actor, string action, string subject, string payload)
    {
        var sequence = (previous?.Sequence ?? 0) + 1;
        var payloadHash = HashOf(payload);
        var previousHash = previous?.Hash ?? Genesis;
        return new AuditEntry
        {
            Sequence = sequence, At = at.ToUniversalTime(), Actor = actor, Action = action, Subject = subject, Payload = payload,
            PayloadHash = payloadHash, PreviousHash = previousHash, Hash = EntryHash(sequence, at, actor, action, subject, payloadHash, previousHash),
        };
    }

    /// <summary>Checks order, links, entry hashes, and payloads where they are still kept.</summary>
    public static async ValueTask<AuditVerdict> VerifyAsync(IAsyncEnumerable<AuditEntry> entries, CancellationToken cancellationToken)
    {
        long count = 0;
        var previous = Genesis;
        await foreach (var entry in entries.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var reason =
                entry.Sequence != count + 1 ? $"entry {count + 1} is missing"
                : entry.PreviousHash != previous ? "it does not follow the entry before it"
                : entry.Payload is not null && HashOf(entry.Payload) != entry.PayloadHash ? "its payload was changed"
                : EntryHash(entry.Sequence, entry.At, entry.Actor, entry.Action, entry.Subject, entry.PayloadHash, entry.PreviousHash) != entry.Hash ? "its fields were changed"
                : null;
            if (reason is not null) return new AuditVerdict { Intact = false, Entries = count, FirstBroken = count + 1, Reason = reason };
            previous = entry.Hash;
            count++;
        }
        return new AuditVerdict { Intact = true, Entries = count };
    }

    // Length-prefixed fields: no two different entries share one text.
    private static string EntryHash(long sequence, DateTimeOffset at, string actor, string action, string subject, string payloadHash, string previousHash)
    {
        var text = new StringBuilder();
        foreach (var field in new[] { sequence.ToString(CultureInfo.InvariantCulture), at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture), actor, action, subject, payloadHash, previousHash })
            text.Append(CultureInfo.InvariantCulture, $"{field.Length}:{field};");
        return HashOf(text.ToString());
    }
}
