namespace PatchOps.Core.Exposure.Ranges;

/// <summary>Several ranges about one package: affected where any says so, not affected only where all do.</summary>
public sealed class AnyRange
{
    private readonly VersionRange[] _ranges;

    public AnyRange(IEnumerable<VersionRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        _ranges = [.. ranges];
    }

    /// <summary>The first verdict that says affected; else the first unknown; else the last that says not affected.</summary>
    public RangeVerdict Contains(string version) => Contains(new InstalledVersion(version));

    /// <inheritdoc cref="Contains(string)"/>
    public RangeVerdict Contains(InstalledVersion version)
    {
        if (_ranges.Length == 1) return _ranges[0].Contains(version);
        RangeVerdict? unknown = null, clear = null;
        foreach (var range in _ranges)
        {
            var verdict = range.Contains(version);
            if (verdict.Status == RangeStatus.Affected) return verdict;
            if (verdict.Status == RangeStatus.Unknown) unknown ??= verdict;
            else clear = verdict;
        }
        return unknown ?? clear ?? RangeVerdict.Unknown("no range is given");
    }
}
