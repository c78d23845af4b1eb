namespace PatchOps.Domain;

/// <summary>Did the patch remove the problem? One verdict with the numbers it rests on.</summary>
/// <remarks>
/// A number that is not defined is null, never NaN; an upper limit that does not exist (infinity) is null as well, so that every
/// value can be written as JSON. The lower limit of a rate ratio is 0 where nothing bounds it from below.
/// </remarks>
public sealed record EffectivenessResult
{
    /// <summary>Id of the problem record; null when only counts were given.</summary>
    public string? Problem { get; init => field = Require.OptionalText(value); }

    /// <summary>What the verdict is about where many problems were put together: the patch, plan, product or vendor; null otherwise.</summary>
    public string? Group { get; init => field = Require.OptionalText(value); }

    /// <summary>Problems put together under <see cref="Group"/>.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Patch under test; several are joined with a comma.</summary>
    public string? Patch { get; init => field = Require.OptionalText(value); }

    public required EffectivenessVerdict Verdict { get; init; }

    /// <summary>Incidents before deployment.</summary>
    public long BeforeCount { get; init; }

    /// <summary>Exposure before deployment in item-days of 86 400 s.</summary>
    public double BeforeDays { get; init => field = Require.Finite(value); }

    /// <summary>Incidents after deployment and washout.</summary>
    public long AfterCount { get; init; }

    /// <summary>Exposure after deployment and washout in item-days.</summary>
    public double AfterDays { get; init => field = Require.Finite(value); }

    /// <summary>Rate after ÷ rate before, adjusted by controls where there are any. Null where undefined or infinite (nothing before).</summary>
    public double? RateRatio { get; init => field = Require.Finite(value); }

    /// <summary>Lower confidence limit of <see cref="RateRatio"/>; null where there is no exposure.</summary>
    public double? RateRatioLow { get; init => field = Require.Finite(value); }

    /// <summary>Upper confidence limit of <see cref="RateRatio"/>; null where there is none (infinite) or no exposure.</summary>
    public double? RateRatioHigh { get; init => field = Require.Finite(value); }

    /// <summary>Two-sided p-value of "the rate did not change" (central: twice the smaller tail, at most 1).</summary>
    public double? PValue { get; init => field = Require.Finite(value); }

    /// <summary><see cref="PValue"/> after Benjamini–Hochberg, where a list of problems was tested.</summary>
    public double? AdjustedPValue { get; init => field = Require.Finite(value); }

    /// <summary>Posterior probability that the rate fell at all.</summary>
    public double? ProbabilityReduced { get; init => field = Require.Finite(value); }

    /// <summary>Posterior probability that the rate fell by at least <see cref="MinimumReduction"/>.</summary>
    public double? ProbabilityUseful { get; init => field = Require.Finite(value); }

    /// <summary>Smallest useful reduction under the policy, 0–1.</summary>
    public double MinimumReduction { get; init => field = Require.Finite(value); }

    /// <summary>Rate ratio of the controls over the same time; null without controls.</summary>
    public double? ControlRatio { get; init => field = Require.Finite(value); }

    /// <summary>Incidents after deployment in clusters that rose against their own baseline: side effects, or the mask.</summary>
    public long NewIncidents { get; init; }

    /// <summary>Further days until a verdict is possible at the present rate; 0 where there is one, null where none is in sight.</summary>
    public int? DaysNeeded { get; init; }

    /// <summary>Earliest date of a possible verdict: the last complete day of data plus <see cref="DaysNeeded"/>.</summary>
    public DateTimeOffset? EarliestVerdict { get; init; }

    /// <summary>Smallest reduction (0–1) that these data would have shown with a probability of 0.8; null where not even a total fix would.</summary>
    public double? DetectableReduction { get; init => field = Require.Finite(value); }

    /// <summary>Probability that these exposure times would have shown a total fix (two-sided test).</summary>
    public double? PowerForTotalFix { get; init => field = Require.Finite(value); }

    public EffectivenessDesign Design { get; init; }

    public CountModel Model { get; init; }

    /// <summary>Variance of the counts over that of a Poisson process; 1 where not over-dispersed.</summary>
    public double Dispersion { get; init => field = Require.Finite(value); } = 1;

    /// <summary>Change of the rate per 30 days during the baseline (1 = flat); null where it cannot be estimated.</summary>
    public double? PreTrend { get; init => field = Require.Finite(value); }

    /// <summary>Items that contributed exposure both before and after.</summary>
    public int Items { get; init; }

    /// <summary>Items that served as controls at some time.</summary>
    public int Controls { get; init; }

    /// <summary>When the rate came back, for <see cref="EffectivenessVerdict.Recurred"/>.</summary>
    public DateTimeOffset? ChangePoint { get; init; }

    /// <summary>Other patches deployed on the same items at about the same time.</summary>
    public IReadOnlyList<string> ConfoundedBy { get; init; } = [];

    /// <summary>Incident clusters that rose after deployment.</summary>
    public IReadOnlyList<IncidentCluster> SideEffects { get; init; } = [];

    /// <summary>Why this verdict, and what limits it; one sentence each.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    public override string ToString() => $"{Problem ?? Group ?? "counts"}: {Verdict}";
}

/// <summary>Incidents of one category on the patched items, or on items that depend on them, before and after deployment.</summary>
public sealed record IncidentCluster
{
    public required string Category { get; init => field = Require.Text(value); }

    /// <summary>True where the incidents are on items that depend on the patched ones.</summary>
    public bool OnDependents { get; init; }

    public long BeforeCount { get; init; }

    /// <summary>Item-days.</summary>
    public double BeforeDays { get; init => field = Require.Finite(value); }

    public long AfterCount { get; init; }

    /// <summary>Item-days.</summary>
    public double AfterDays { get; init => field = Require.Finite(value); }

    /// <summary>Rate after ÷ before; null where there was nothing before.</summary>
    public double? RateRatio { get; init => field = Require.Finite(value); }

    /// <summary>P-value after Benjamini–Hochberg over the clusters looked at.</summary>
    public double AdjustedPValue { get; init => field = Require.Finite(value); }

    public override string ToString() => $"{Category} {BeforeCount} → {AfterCount}";
}
