using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Ranges;

/// <summary>A range written as events (OSV schema 1.6, "Evaluation"), and the versions listed beside it.</summary>
/// <remarks>
/// Events are sorted by version, those at one version in the order given. The last one that applies decides: introduced and fixed
/// apply from their version on, last_affected and "introduced after" above it. A version at or above the highest limit is not affected.
/// </remarks>
public sealed class OsvRange : VersionRange
{
    private static readonly RangeVerdict Before = new(RangeStatus.NotAffected, null, null, "before every version that the range names");

    private readonly (RangeEvent Event, ParsedVersion? Version)[] _events;
    private readonly (RangeEvent Event, ParsedVersion Version)? _limit;
    private readonly HashSet<string>? _listed;
    private readonly RangeVerdict?[] _verdicts;

    /// <param name="scheme">Null for an ecosystem whose order is not known: then only the listed versions are recognised.</param>
    /// <param name="events">In the source's order.</param>
    /// <param name="versions">OSV's enumerated versions, affected whatever the events say.</param>
    public OsvRange(VersionScheme? scheme, IEnumerable<RangeEvent> events, IEnumerable<string>? versions = null)
        : base(scheme)
    {
        ArgumentNullException.ThrowIfNull(events);
        _listed = versions is null or ICollection<string> { Count: 0 } ? null : [.. versions];
        var bounds = new List<(RangeEvent Event, ParsedVersion? Version)>();
        var unlimited = false;
        foreach (var at in events)
        {
            if (at is { Kind: RangeEventKind.Limit, Version: "*" })
            {
                unlimited = true;
                continue;
            }
            // OSV's zero is not a version: it stands before all of them, whatever the scheme.
            var version = at is { Kind: RangeEventKind.Introduced, Version: "0" } ? null : Bound(at);
            if (at.Kind != RangeEventKind.Limit) bounds.Add((at, version));
            else if (version is not null && (_limit is null || version > _limit.Value.Version)) _limit = (at, version);
        }
        if (unlimited) _limit = null;
        _events = Fault is null && scheme is not null ? [.. bounds.OrderBy(b => b.Version, Comparer<ParsedVersion?>.Create(Compare))] : [];
        _verdicts = new RangeVerdict?[_events.Length];
    }

    private protected override RangeVerdict? Listed(string version) => _listed is not null && _listed.Contains(version)
        ? new RangeVerdict(RangeStatus.Affected, new RangeEvent(RangeEventKind.Exactly, version), FixAfterListed(version), $"version {version} is listed as affected")
        : null;

    private protected override RangeVerdict Decide(ParsedVersion version)
    {
        if (_limit is { } limit && version >= limit.Version)
            return new RangeVerdict(RangeStatus.NotAffected, limit.Event, null, $"at or above the range's {limit.Event}");
        var index = LastApplying(version);
        if (index < 0) return Before;
        // The same event decides for every version in its stretch, so its verdict is made once.
        return _verdicts[index] ??= Verdict(index);
    }

    private RangeVerdict Verdict(int index)
    {
        var decided = _events[index].Event;
        if (decided.Kind is not (RangeEventKind.Introduced or RangeEventKind.IntroducedAfter)) return new RangeVerdict(RangeStatus.NotAffected, decided, null, $"{decided}");
        var fix = FixAfter(index + 1);
        return new RangeVerdict(RangeStatus.Affected, decided, fix, fix is null ? $"{decided}, no fixed version named" : $"{decided}, fixed {fix}");
    }

    private static bool AppliesAbove(RangeEvent at) => at.Kind is RangeEventKind.LastAffected or RangeEventKind.IntroducedAfter;

    private static int Compare(ParsedVersion? left, ParsedVersion? right) => left is null ? (right is null ? 0 : -1) : left.CompareTo(right);

    /// <summary>The place of the last event that applies to the version, or -1.</summary>
    private int LastApplying(ParsedVersion version)
    {
        int low = 0, high = _events.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Compare(_events[middle].Version, version) <= 0) low = middle + 1;
            else high = middle;
        }
        var index = low - 1;
        // What is last affected still is: such an event applies only above its version.
        while (index >= 0 && AppliesAbove(_events[index].Event) && Compare(_events[index].Version, version) == 0) index--;
        return index;
    }

    // A fix counts only where the range does not reopen at the same version.
    private string? FixAfter(int index)
    {
        for (var i = index; i < _events.Length; i++)
        {
            var (at, version) = _events[i];
            if (at.Kind == RangeEventKind.LastAffected) return null;
            if (at.Kind != RangeEventKind.Fixed) continue;
            var last = i;
            while (last + 1 < _events.Length && Compare(_events[last + 1].Version, version) == 0) last++;
            while (AppliesAbove(_events[last].Event)) last--;
            if (_events[last].Event.Kind == RangeEventKind.Fixed) return at.Version;
            i = last;
        }
        return null;
    }

    private string? FixAfterListed(string version)
    {
        if (Fault is not null || Scheme is not { } scheme) return null;
        var order = VersionSchemes.Get(scheme);
        return order.TryValidate(version, out _) ? FixAfter(LastApplying(order.Parse(version)) + 1) : null;
    }
}
