namespace PatchOps.Core.Governance.Exceptions;

/// <summary>Limits on what may be left open on purpose.</summary>
public sealed record ExceptionPolicy
{
    public static ExceptionPolicy Default { get; } = new();

    /// <summary>Longest time from making an exception to its end, in days; above 0, at most 3650.</summary>
    public int MaxDays
    {
        get;
        init => field = value is > 0 and <= 3650 ? value : throw new ArgumentOutOfRangeException(nameof(MaxDays), value, "exceptions.maxDays must lie between 1 and 3650.");
    } = 365;
}
