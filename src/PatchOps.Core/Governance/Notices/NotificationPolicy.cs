using PatchOps.Domain;

namespace PatchOps.Core.Governance.Notices;

/// <summary>Kinds of ways out.</summary>
public enum NoticeSinkKind
{
    /// <summary>One JSON file a message in a folder.</summary>
    File,

    /// <summary>HTTP POST of JSON.</summary>
    Webhook,

    /// <summary>A program that reads JSON.</summary>
    Command,
}

/// <summary>A way out for messages.</summary>
public sealed record NoticeSinkRule
{
    public required string Name { get; init; }

    public required NoticeSinkKind Kind { get; init; }

    /// <summary>Folder, URL, or program with its arguments.</summary>
    public required IReadOnlyList<string> Target { get; init => field = value.Count > 0 && !string.IsNullOrWhiteSpace(value[0]) ? value : throw new ArgumentException("notifications: a sink needs a target: a folder, a URL, or a program with its arguments."); }

    /// <summary>Messages that it takes; empty for all but updates of running waves and notices of vendors' failures, which are asked for by name.</summary>
    public IReadOnlyList<OutboxKind> For { get; init; } = [];

    /// <summary>Name of the environment variable that holds a webhook's bearer token; null for none.</summary>
    public string? TokenVariable { get; init; }

    public bool Takes(OutboxKind kind) => For.Count == 0 ? kind is not (OutboxKind.WaveUpdate or OutboxKind.VendorNotice) : For.Contains(kind);
}

/// <summary>Where notices and tickets go. Without sinks nothing is written.</summary>
public sealed record NotificationPolicy
{
    public static NotificationPolicy Default { get; } = new();

    public IReadOnlyList<NoticeSinkRule> Sinks { get; init => field = value.DistinctBy(s => s.Name, StringComparer.OrdinalIgnoreCase).Count() == value.Count ? value : throw new ArgumentException("notifications: two sinks have one name."); } = [];

    /// <summary>Addresses of those who manage a vendor, by vendor as key figures name it; <c>*</c> for all others.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Vendors { get; init => field = new Dictionary<string, IReadOnlyList<string>>(value, StringComparer.OrdinalIgnoreCase); } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whom a vendor's failures are told to; empty where policy names nobody.</summary>
    public IReadOnlyList<string> ManagersOf(string vendor) => Vendors.GetValueOrDefault(vendor) ?? Vendors.GetValueOrDefault("*") ?? [];

    /// <summary>Tries before a message is given up; 1 or more.</summary>
    public int MaxAttempts { get; init => field = value >= 1 ? value : throw new ArgumentException($"notifications: maxAttempts is {value}; it must be 1 or more."); } = 8;

    /// <summary>Time to the second try; it doubles with each further one, up to a day. Longer than zero.</summary>
    public TimeSpan RetryAfter { get; init => field = value > TimeSpan.Zero ? value : throw new ArgumentException($"notifications: retryAfter is {value}; it must be longer than zero."); } = TimeSpan.FromMinutes(5);

    /// <summary>When the next try follows.</summary>
    /// <param name="attempts">Tries so far, 1 or more.</param>
    /// <param name="now">Time of the last one.</param>
    public DateTimeOffset NextAfter(int attempts, DateTimeOffset now)
    {
        var wait = RetryAfter * Math.Pow(2, Math.Min(attempts - 1, 20));
        return now + (wait > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : wait);
    }
}
