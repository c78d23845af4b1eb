using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Ranges;

/// <summary>The version bounds of an NVD CPE match; a bound that is missing is open.</summary>
public sealed class NvdRange : VersionRange
{
    private readonly RangeEvent? _start;
    private readonly RangeEvent? _end;
    private readonly ParsedVersion? _startVersion;
    private readonly ParsedVersion? _endVersion;

    private NvdRange(VersionScheme scheme, RangeEvent? start, RangeEvent? end)
        : base(scheme)
    {
        _start = start;
        _end = end;
        _startVersion = start is null ? null : Bound(start);
        _endVersion = end is null || end == start ? _startVersion : Bound(end);
        if (end is null) _endVersion = null;
    }

    /// <summary>From NVD's four bounds. Where a feed gives both forms of one bound, the narrower holds.</summary>
    public static NvdRange Between(
        VersionScheme scheme, string? startIncluding = null, string? startExcluding = null, string? endIncluding = null, string? endExcluding = null)
    {
        var order = VersionSchemes.Get(scheme);
        var start = Narrower(order, Event(RangeEventKind.IntroducedAfter, startExcluding), Event(RangeEventKind.Introduced, startIncluding), 1);
        var end = Narrower(order, Event(RangeEventKind.Fixed, endExcluding), Event(RangeEventKind.LastAffected, endIncluding), -1);
        return new NvdRange(scheme, start, end);
    }

    /// <summary>The one version of a CPE name that carries it.</summary>
    public static NvdRange Exactly(VersionScheme scheme, string version)
    {
        var at = new RangeEvent(RangeEventKind.Exactly, version);
        return new NvdRange(scheme, at, at);
    }

    private protected override RangeVerdict Decide(ParsedVersion version)
    {
        if (_startVersion is not null)
        {
            var result = version.CompareTo(_startVersion);
            if (result < 0 || (result == 0 && _start!.Kind == RangeEventKind.IntroducedAfter))
                return new RangeVerdict(RangeStatus.NotAffected, _start, null, $"below the range: {_start}");
        }
        if (_endVersion is not null)
        {
            var result = version.CompareTo(_endVersion);
            if (result > 0 || (result == 0 && _end!.Kind == RangeEventKind.Fixed))
                return new RangeVerdict(RangeStatus.NotAffected, _end, null, $"above the range: {_end}");
        }
        var fix = _end is { Kind: RangeEventKind.Fixed } ? _end.Version : null;
        return new RangeVerdict(RangeStatus.Affected, _start ?? _end, fix, (_start, _end) switch
        {
            (null, null) => "every version is affected",
            ({ } start, null) => $"{start}, no end named",
            (null, { } end) => $"{end}",
            ({ Kind: RangeEventKind.Exactly } at, _) => $"{at}",
            ({ } start, { } end) => $"{start}, {end}",
        });
    }

    private static RangeEvent? Event(RangeEventKind kind, string? version) => string.IsNullOrWhiteSpace(version) ? null : new RangeEvent(kind, version);

    // The bound that excludes comes first: where both name one version, it is the narrower.
    private static RangeEvent? Narrower(IVersionScheme order, RangeEvent? excluding, RangeEvent? including, int direction)
    {
        if (excluding is null || including is null) return excluding ?? including;
        // A bound that cannot be read is kept, so that the range says why it cannot be evaluated.
        if (!order.TryValidate(excluding.Version, out _)) return excluding;
        if (!order.TryValidate(including.Version, out _)) return including;
        return order.Compare(excluding.Version, including.Version) * direction >= 0 ? excluding : including;
    }
}
