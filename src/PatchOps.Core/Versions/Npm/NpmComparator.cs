namespace PatchOps.Core.Versions.Npm;

/// <summary>One bound of an npm range; no version means that anything goes.</summary>
internal sealed record NpmComparator(NpmOperator Operator, NpmVersion? Version)
{
    public static NpmComparator Any { get; } = new(NpmOperator.Equal, null);

    /// <summary>Below the lowest version there is: nothing satisfies it.</summary>
    public static NpmComparator Nothing { get; } = new(NpmOperator.Less, new NpmVersion(0, 0, 0, "0"));

    public bool IsAny => Version is null;

    public bool IsNothing => this == Nothing;

    private bool PointsUp => Operator is NpmOperator.Greater or NpmOperator.GreaterOrEqual;

    private bool PointsDown => Operator is NpmOperator.Less or NpmOperator.LessOrEqual;

    private bool Includes => Operator is NpmOperator.LessOrEqual or NpmOperator.GreaterOrEqual;

    public bool Test(NpmVersion version)
    {
        if (Version is null) return true;
        var result = version.CompareTo(Version);
        return Operator switch
        {
            NpmOperator.Less => result < 0,
            NpmOperator.LessOrEqual => result <= 0,
            NpmOperator.Greater => result > 0,
            NpmOperator.GreaterOrEqual => result >= 0,
            _ => result == 0,
        };
    }

    /// <summary>Whether some version satisfies both.</summary>
    public bool Intersects(NpmComparator other, bool includePrerelease)
    {
        if (Version is null || other.Version is null) return true;
        if (Operator == NpmOperator.Equal) return NpmRange.Satisfies([other], Version, includePrerelease);
        if (other.Operator == NpmOperator.Equal) return NpmRange.Satisfies([this], other.Version, includePrerelease);
        if (IsBelowEverything(includePrerelease) || other.IsBelowEverything(includePrerelease)) return false;
        if (PointsUp == other.PointsUp) return true;
        var result = Version.CompareTo(other.Version);
        return result == 0 ? Includes && other.Includes : result < 0 ? PointsUp && other.PointsDown : PointsDown && other.PointsUp;
    }

    public override string ToString() => Version is null ? "" : Operator switch
    {
        NpmOperator.Less => $"<{Version}",
        NpmOperator.LessOrEqual => $"<={Version}",
        NpmOperator.Greater => $">{Version}",
        NpmOperator.GreaterOrEqual => $">={Version}",
        _ => $"{Version}",
    };

    // Without pre-releases nothing is below 0.0.0, whatever pre-release of it the bound names.
    private bool IsBelowEverything(bool includePrerelease) =>
        includePrerelease ? IsNothing : Operator == NpmOperator.Less && Version is { Major: 0, Minor: 0, Patch: 0 };
}
