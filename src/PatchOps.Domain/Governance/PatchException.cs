namespace PatchOps.Domain;

/// <summary>What an exception is for. All kinds but <see cref="FreezeOverride"/> leave findings open, with the same effect; the kind says what was meant.</summary>
public enum PatchExceptionKind
{
    /// <summary>The risk is carried.</summary>
    RiskAcceptance,

    /// <summary>The patch comes later.</summary>
    Deferral,

    /// <summary>An old version is kept because something depends on it.</summary>
    LegacyPin,

    /// <summary>Changes are allowed in spite of a freeze. Leaves no finding open.</summary>
    FreezeOverride,
}

/// <summary>Whether an exception counts on a day.</summary>
public enum PatchExceptionState { Active, Expired, Revoked, PremiseBroken }

/// <summary>
/// A decision to leave findings open, or to open a freeze, until a date, as long as its premises hold. While it is active its findings are not ranked; when it
/// ends they return, and say why.
/// </summary>
public sealed record PatchException
{
    /// <summary>Such as <c>EXC-1A2B3C4D</c>.</summary>
    public required string Id { get; init => field = Require.Text(value).Trim(); }

    public required PatchExceptionKind Kind { get; init; }

    /// <summary>On the day that was asked for.</summary>
    public PatchExceptionState State { get; init; }

    /// <summary>Why it ended; null while it is active.</summary>
    public string? Reason { get; init; }

    /// <summary>Patch ids covered; empty for every patch.</summary>
    public IReadOnlyList<string> Patch { get; init => field = Require.Names(value); } = [];

    /// <summary>CVE ids covered; empty for every vulnerability.</summary>
    public IReadOnlyList<string> Cve { get; init => field = Require.Names(value); } = [];

    /// <summary>Assets covered by id, name or alias, with wildcards; empty for every asset. A finding must fit patch, CVE and asset.</summary>
    public IReadOnlyList<string> Asset { get; init => field = Require.Names(value); } = [];

    /// <summary>Freezes of the policy that it opens, or <c>*</c> for every one; only of <see cref="PatchExceptionKind.FreezeOverride"/>.</summary>
    public IReadOnlyList<string> Freeze { get; init => field = Require.Names(value); } = [];

    public required string Justification { get; init => field = Require.Text(value).Trim(); }

    /// <summary>What each party holds, in its own words.</summary>
    public IReadOnlyList<string> Position { get; init => field = Require.Names(value); } = [];

    /// <summary>Conditions of the decision: <c>EPSS&lt;0.05</c>, <c>NoKev</c>, <c>NoIncident</c>.</summary>
    public IReadOnlyList<string> Premise { get; init => field = Require.Names(value); } = [];

    public string? ApprovedBy { get; init => field = Require.OptionalText(value); }

    /// <summary>Account that recorded it.</summary>
    public required string Author { get; init => field = Require.Text(value); }

    public required DateTimeOffset Created { get; init; }

    /// <summary>First moment at which it no longer counts. Lies after <see cref="Created"/>.</summary>
    /// <exception cref="ArgumentException">See <see cref="Validated"/>.</exception>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Null while nobody has revoked it.</summary>
    public DateTimeOffset? Revoked { get; init; }

    public string? RevokedBy { get; init => field = Require.OptionalText(value); }

    public string? RevocationJustification { get; init => field = Require.OptionalText(value); }

    /// <summary>This exception, once what single values cannot show has been checked.</summary>
    /// <exception cref="ArgumentException">It covers nothing in particular, ends before it begins, or was revoked before it was made.</exception>
    public PatchException Validated()
    {
        if (Kind == PatchExceptionKind.FreezeOverride ? Freeze.Count == 0 || Patch.Count + Cve.Count > 0 : Freeze.Count > 0 || Patch.Count + Cve.Count + Asset.Count == 0)
            throw new ArgumentException("An exception names a patch, a CVE or an asset; one that opens a freeze names the freeze, and may name assets.");
        if (Until <= Created) throw new ArgumentException("An exception ends after it begins.");
        if (Revoked < Created) throw new ArgumentException("An exception is revoked after it was made.");
        return this;
    }

    public override string ToString() => FormattableString.Invariant($"{Id}: {Kind} until {Until.UtcDateTime:yyyy-MM-dd}, {State}");
}
