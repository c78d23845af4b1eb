namespace PatchOps.Core.Exposure.Ranges;

/// <summary>What a range says of one version, with its evidence.</summary>
public sealed record RangeVerdict
{
    /// <param name="status">Affected, not affected, or unknown.</param>
    /// <param name="decidedBy">The event that decided; null when the version lies before every event, or nothing could be decided.</param>
    /// <param name="fixedVersion">For an affected version: the first later version that the range calls fixed, where it names one.</param>
    /// <param name="reason">Why, as a clause for a person.</param>
    public RangeVerdict(RangeStatus status, RangeEvent? decidedBy, string? fixedVersion, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Status = status;
        DecidedBy = decidedBy;
        FixedVersion = fixedVersion;
        Reason = reason;
    }

    public RangeStatus Status { get; }

    public RangeEvent? DecidedBy { get; }

    public string? FixedVersion { get; }

    public string Reason { get; }

    public static RangeVerdict Unknown(string reason) => new(RangeStatus.Unknown, null, null, reason);

    public override string ToString() => $"{Status}: {Reason}";
}
