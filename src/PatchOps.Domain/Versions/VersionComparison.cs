namespace PatchOps.Domain.Versions;

/// <summary>The outcome of comparing two versions under one scheme.</summary>
public sealed record VersionComparison
{
    /// <param name="left">The left version as it was given.</param>
    /// <param name="right">The right version as it was given.</param>
    /// <param name="scheme">The rules applied.</param>
    /// <param name="result">-1 when <paramref name="left"/> is older, 0 when they are the same, 1 when it is newer.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="result"/> is not -1, 0 or 1.</exception>
    public VersionComparison(string left, string right, VersionScheme scheme, int result)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentOutOfRangeException.ThrowIfLessThan(result, -1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(result, 1);
        Left = left;
        Right = right;
        Scheme = scheme;
        Result = result;
    }

    public string Left { get; }

    public string Right { get; }

    public VersionScheme Scheme { get; }

    /// <summary>-1, 0 or 1.</summary>
    public int Result { get; }

    public override string ToString() => $"{Left} {(Result < 0 ? '<' : Result > 0 ? '>' : '=')} {Right} ({Scheme})";
}
