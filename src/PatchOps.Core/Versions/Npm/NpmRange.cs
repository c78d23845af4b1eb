using PatchOps.Domain;

namespace PatchOps.Core.Versions.Npm;

/// <summary>A range in npm's language: comparators, hyphens, x, tilde and caret, alternatives by <c>||</c> (node-semver's README, "Ranges").</summary>
public sealed class NpmRange
{
    private readonly NpmComparator[][] _sets;
    private readonly bool _loose;
    private readonly bool _includePrerelease;

    private NpmRange(NpmComparator[][] sets, bool loose, bool includePrerelease)
    {
        _sets = sets;
        _loose = loose;
        _includePrerelease = includePrerelease;
    }

    /// <param name="range">Such as <c>^1.2 || 2.x</c>; empty means any release.</param>
    /// <param name="loose">Forgive what npm forgives in versions and drop comparators that are none.</param>
    /// <param name="includePrerelease">Let pre-releases in wherever they fall between the bounds, not only next to a bound that names one.</param>
    /// <exception cref="FailureException">Code <c>RangeInvalid</c>.</exception>
    public static NpmRange Parse(string range, bool loose = false, bool includePrerelease = false)
    {
        ArgumentNullException.ThrowIfNull(range);
        return TryParse(range, loose, includePrerelease) ?? throw new FailureException(
            "RangeInvalid",
            FailureKind.InvalidInput,
            $"'{range}' is not an npm version range.",
            range,
            "Write comparators such as >=1.2.0 <2.0.0, ^1.2, ~1.2.3, 1.x or 1.0.0 - 2.0.0, alternatives separated by ||.");
    }

    /// <summary>As <see cref="Parse"/>, but null where the text is no range.</summary>
    public static NpmRange? TryParse(string range, bool loose = false, bool includePrerelease = false)
    {
        ArgumentNullException.ThrowIfNull(range);
        var sets = new NpmRangeParser(loose, includePrerelease).Read(range);
        return sets is null ? null : new NpmRange(sets, loose, includePrerelease);
    }

    /// <exception cref="FailureException">Code <c>VersionInvalid</c>: npm takes the text for no version.</exception>
    public bool Contains(string version) => Contains(ReadVersion(version));

    /// <summary>Whether some version lies in both ranges.</summary>
    public bool Intersects(NpmRange other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var includePrerelease = _includePrerelease || other._includePrerelease;
        return Array.Exists(_sets, mine => CanBeMet(mine, includePrerelease) && Array.Exists(other._sets, theirs =>
            CanBeMet(theirs, includePrerelease) && Array.TrueForAll(mine, m => Array.TrueForAll(theirs, t => m.Intersects(t, includePrerelease)))));
    }

    /// <summary>Whether the version is older than everything in the range.</summary>
    /// <exception cref="FailureException">Code <c>VersionInvalid</c>.</exception>
    public bool IsAbove(string version)
    {
        var read = ReadVersion(version);
        return !Contains(read) && Array.TrueForAll(_sets, set => IsAbove(set, read));
    }

    /// <summary>The range spelled out in comparators, as node-semver spells it.</summary>
    public override string ToString()
    {
        var text = string.Join("||", _sets.Select(set => string.Join(' ', set.Select(c => c.ToString()))));
        return text.Length == 0 ? "*" : text;
    }

    internal static bool Satisfies(NpmComparator[] set, NpmVersion version, bool includePrerelease)
    {
        if (!Array.TrueForAll(set, c => c.Test(version))) return false;
        if (version.Label.Length == 0 || includePrerelease) return true;
        // A pre-release is wanted only by who names a pre-release of the same version.
        return Array.Exists(set, c => c.Version is { Label.Length: > 0 } named && named.SameNumbers(version));
    }

    private static bool CanBeMet(NpmComparator[] set, bool includePrerelease)
    {
        for (var i = set.Length - 1; i > 0; i--)
        {
            for (var j = 0; j < i; j++)
            {
                if (!set[i].Intersects(set[j], includePrerelease)) return false;
            }
        }
        return true;
    }

    private static bool IsAbove(NpmComparator[] set, NpmVersion version)
    {
        var bounds = Array.ConvertAll(set, c => c.Version is null ? new NpmComparator(NpmOperator.GreaterOrEqual, new NpmVersion(0, 0, 0, "")) : c);
        NpmComparator lowest = bounds[0], highest = bounds[0];
        foreach (var bound in bounds)
        {
            if (bound.Version!.CompareTo(lowest.Version) < 0) lowest = bound;
            else if (bound.Version.CompareTo(highest.Version) > 0) highest = bound;
        }
        if (lowest.Operator is NpmOperator.Less or NpmOperator.LessOrEqual) return false;
        return highest.Operator switch
        {
            NpmOperator.Equal or NpmOperator.Less => version.CompareTo(highest.Version) < 0,
            NpmOperator.LessOrEqual => version.CompareTo(highest.Version) <= 0,
            _ => true,
        };
    }

    private bool Contains(NpmVersion version) => Array.Exists(_sets, set => Satisfies(set, version, _includePrerelease));

    private NpmVersion ReadVersion(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return NpmVersion.Read(version, _loose) ?? throw new FailureException(
            "VersionInvalid",
            FailureKind.InvalidInput,
            $"'{version}' is not a Npm version: {NpmText.Fault(version, _loose)}.",
            version,
            "Write it as three numbers and an optional pre-release, such as 1.2.3-beta.1.");
    }
}
