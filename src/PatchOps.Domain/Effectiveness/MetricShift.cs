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
    /// <summary>Host or service of the samples; null where the source names none.</summary>
    public string? Series { get; init => field = Require.OptionalText(value); }

    /// <summary>Start of the deployment that the samples were cut at; null where sides were given.</summary>
    public DateTimeOffset? Deployed { get; init; }

    public required MetricShiftVerdict Verdict { get; init; }

    /// <summary>Shift either way that does not matter, in the metric's unit.</summary>
    public double Tolerance { get; init => field = Require.Finite(value); }

    public int BeforeSamples { get; init; }

    public int AfterSamples { get; init; }

    /// <summary>Hodges–Lehmann shift, after − before, in the metric's unit; null without samples on both sides.</summary>
    public double? Shift { get; init => field = Require.Finite(value); }

    public double? ShiftLow { get; init => field = Require.Finite(value); }

    public double? ShiftHigh { get; init => field = Require.Finite(value); }

    /// <summary>Mann–Whitney, two-sided.</summary>
    public double? PValue { get; init => field = Require.Finite(value); }

    public IReadOnlyList<string> Reasons { get; init; } = [];

    public override string ToString() => $"{Series ?? "metric"}: {Verdict}";
}
