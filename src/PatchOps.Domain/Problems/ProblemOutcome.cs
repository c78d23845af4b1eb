namespace PatchOps.Domain;

/// <summary>What became of a problem's cause.</summary>
public enum RootCauseState
{
    /// <summary>The evidence does not decide.</summary>
    Undecided,
    Removed,

    /// <summary>The symptom is gone, the cause may not be.</summary>
    Masked,
    Remains,
}

/// <summary>One piece of evidence about a root cause, and what it speaks for.</summary>
/// <param name="Speaks">What it speaks for.</param>
/// <param name="Text">One sentence.</param>
public sealed record RootCauseEvidence(RootCauseState Speaks, string Text)
{
    public override string ToString() => $"{Speaks}: {Text}";
}

/// <summary>What a patch did to its problem: the last verdict with its numbers, and where the fix is.</summary>
public sealed record ProblemOutcome
{
    public required EffectivenessVerdict Verdict { get; init; }

    /// <summary>When the verdict was reached.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Patches that were tested together.</summary>
    public IReadOnlyList<string> Patches { get; init => field = Require.Names(value); } = [];

    /// <summary>Versions that carry the fix, for the known-error database.</summary>
    public IReadOnlyList<string> FixedVersions { get; init => field = Require.Names(value); } = [];

    public DateTimeOffset? FirstDeployed { get; init; }

    public DateTimeOffset? LastDeployed { get; init; }

    /// <summary>Ids of the problem's items that have the patch.</summary>
    public IReadOnlyList<string> Deployed { get; init => field = Require.Names(value); } = [];

    /// <summary>Ids of the problem's items that lack it.</summary>
    public IReadOnlyList<string> Missing { get; init => field = Require.Names(value); } = [];

    public long BeforeCount { get; init; }

    /// <summary>Item-days.</summary>
    public double BeforeDays { get; init => field = Require.Finite(value); }

    public long AfterCount { get; init; }

    /// <summary>Item-days.</summary>
    public double AfterDays { get; init => field = Require.Finite(value); }

    public double? RateRatio { get; init => field = Require.Finite(value); }

    public double? RateRatioLow { get; init => field = Require.Finite(value); }

    public double? RateRatioHigh { get; init => field = Require.Finite(value); }

    public RootCauseState RootCause { get; init; }

    /// <summary>What says removed, and what says masked.</summary>
    public IReadOnlyList<RootCauseEvidence> Evidence { get; init; } = [];

    /// <summary>What was learnt, one sentence each.</summary>
    public IReadOnlyList<string> Learnt { get; init; } = [];

    /// <summary>What tests, verification and probes said when it was deployed, one line for each step of each wave.</summary>
    public IReadOnlyList<string> Tests { get; init; } = [];

    /// <summary>Incidents after deployment that PatchOps linked to the problem.</summary>
    public int LinkedIncidents { get; init; }

    /// <summary>Joint investigation that was opened, where the patch did not solve it.</summary>
    public string? Investigation { get; init => field = Require.OptionalText(value); }

    public override string ToString() => FormattableString.Invariant($"{Verdict} {At.UtcDateTime:yyyy-MM-dd}: {BeforeCount} → {AfterCount} incidents, cause {RootCause}, on {Deployed.Count} of {Deployed.Count + Missing.Count} items");
}

/// <summary>One edit of a problem record.</summary>
/// <param name="At">When.</param>
/// <param name="By">Account.</param>
/// <param name="Changes">Such as <c>Status: Open → Closed</c>.</param>
/// <param name="Justification">Why; null where nobody said.</param>
public sealed record ProblemEdit(DateTimeOffset At, string By, IReadOnlyList<string> Changes, string? Justification)
{
    public override string ToString() => FormattableString.Invariant($"{At.UtcDateTime:yyyy-MM-dd HH:mm}Z {By}: {string.Join("; ", Changes)}{(Justification is null ? "" : $" ({Justification})")}");
}
