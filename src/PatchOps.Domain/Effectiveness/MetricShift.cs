namespace PatchOps.Domain;

/// <summary>What a patch did to a performance metric.</summary>
public enum MetricShiftVerdict
{
    /// <summary>The interval reaches over a tolerance limit: more samples are needed.</summary>
    Inconclusive,

    /// <summary>The shift lies within the tolerance.</summary>
    Unchanged,

    /// <summary>The metric rose by more than the tolerance.</summary>
    Higher,

    /// <summary>The metric fell by more than the tolerance.</summary>
    Lower,
}

/// <summary>A metric before and after deployment: typical shift with interval, against a tolerance.</summary>
public sealed record MetricShift
{
    public required MetricShiftVerdict Verdict { get; init; }

    public int BeforeSamples { get; init; }

    public int AfterSamples { get; init; }

    /// <summary>Hodges–Lehmann shift, after − before, in the metric's unit; null without samples on both sides.</summary>
    public double? Shift { get; init => field = Require.Finite(value); }

    public double? ShiftLow { get; init => field = Require.Finite(value); }

    public double? ShiftHigh { get; init => field = Require.Finite(value); }

    /// <summary>Mann–Whitney, two-sided.</summary>
    public double? PValue { get; init => field = Require.Finite(value); }

    public IReadOnlyList<string> Reasons { get; init; } = [];
}
