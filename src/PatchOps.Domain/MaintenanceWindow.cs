using System.Globalization;

namespace PatchOps.Domain;

/// <summary>A stretch of time in which an asset may be changed: half-open [Start, End), UTC, freezes taken out.</summary>
public sealed record MaintenanceWindow
{
    /// <param name="name">What people call the window.</param>
    /// <param name="asset">The asset's id; null for a window that belongs to no one asset.</param>
    /// <param name="start">First usable instant; kept as UTC.</param>
    /// <param name="end">First instant that is no longer usable; kept as UTC.</param>
    /// <param name="source">Where it was written: the rule's text, a calendar file with line, a policy's name.</param>
    /// <param name="zone">IANA id of the zone whose clock it follows.</param>
    /// <param name="wholeStart">Start before freezes and the asked range cut it; null when it was not cut there.</param>
    /// <param name="wholeEnd">End before it was cut; null when it was not cut there.</param>
    /// <param name="frozenBy">Names of the freezes that took a part of the whole window.</param>
    /// <param name="overrides">Ids of the approved exceptions that opened a part of it although a freeze covers it.</param>
    /// <exception cref="ArgumentException">A name, source or zone is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="end"/> does not follow <paramref name="start"/>, or the whole does not hold the part.</exception>
    public MaintenanceWindow(string name, string? asset, DateTimeOffset start, DateTimeOffset end, string source, string zone,
        DateTimeOffset? wholeStart = null, DateTimeOffset? wholeEnd = null, IEnumerable<string>? frozenBy = null, IEnumerable<string>? overrides = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(source);
        ArgumentException.ThrowIfNullOrWhiteSpace(zone);
        if (end <= start) throw new ArgumentOutOfRangeException(nameof(end), end, "A window ends after it starts.");
        if (wholeStart > start) throw new ArgumentOutOfRangeException(nameof(wholeStart), wholeStart, "The whole window starts no later than its part.");
        if (wholeEnd < end) throw new ArgumentOutOfRangeException(nameof(wholeEnd), wholeEnd, "The whole window ends no earlier than its part.");
        Name = name;
        Asset = asset;
        Start = start.ToUniversalTime();
        End = end.ToUniversalTime();
        Source = source;
        Zone = zone;
        WholeStart = (wholeStart ?? start).ToUniversalTime();
        WholeEnd = (wholeEnd ?? end).ToUniversalTime();
        FrozenBy = [.. frozenBy ?? []];
        Overrides = [.. overrides ?? []];
        Id = (asset is null ? "" : asset + "/") + name + "/" + Start.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>Asset, name and start: the same window has the same id whenever it is asked for.</summary>
    public string Id { get; }

    public string Name { get; }

    public string? Asset { get; }

    public DateTimeOffset Start { get; }

    public DateTimeOffset End { get; }

    /// <summary>Elapsed time from start to end.</summary>
    public TimeSpan Duration => End - Start;

    public string Source { get; }

    public string Zone { get; }

    public DateTimeOffset WholeStart { get; }

    public DateTimeOffset WholeEnd { get; }

    /// <summary>Whether a freeze or the asked range took a part of the whole window.</summary>
    public bool IsCut => Start != WholeStart || End != WholeEnd;

    public IReadOnlyList<string> FrozenBy { get; }

    public IReadOnlyList<string> Overrides { get; }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Asset is null ? "" : Asset + " ")}{Name}: {Start:yyyy-MM-dd HH:mm}Z to {End:yyyy-MM-dd HH:mm}Z");
}
