namespace PatchOps.Domain;

/// <summary>
/// How one way of choosing what to remediate would have done over a period of the store's history, each day judged by what was known on it.
/// Shares are 0–1 with 95 % intervals. The definitions are in <c>docs/risk-model.md</c>.
/// </summary>
public sealed record PolicyBacktest
{
    /// <summary><c>Policy</c>, <c>CVSS ≥ 7</c>, <c>CVSS ≥ 9</c>, <c>EPSS ≥ 0.1</c> or <c>KEV only</c>.</summary>
    public required string Strategy { get; init => field = Require.Text(value); }

    /// <summary>First day that was replayed.</summary>
    public required DateOnly From { get; init; }

    /// <summary>First day that was not replayed any more.</summary>
    public required DateOnly To { get; init; }

    /// <summary>n of <see cref="Effort"/>: vulnerabilities that could be judged and that KEV did not list yet.</summary>
    public required int Vulnerabilities { get; init; }

    /// <summary>n of <see cref="Coverage"/> and <see cref="ExposureDays"/>: those of them that KEV listed within the period.</summary>
    public required int Exploited { get; init; }

    /// <summary>n of <see cref="Efficiency"/>: how many of them the strategy chose on some day.</summary>
    public required int Chosen { get; init; }

    /// <summary>Share of the vulnerabilities that the strategy chose.</summary>
    public double? Effort { get; init; }

    public double? EffortLow { get; init; }

    public double? EffortHigh { get; init; }

    /// <summary>Share of the exploited ones that it had chosen before KEV listed them.</summary>
    public double? Coverage { get; init; }

    public double? CoverageLow { get; init; }

    public double? CoverageHigh { get; init; }

    /// <summary>Share of the chosen ones that KEV listed afterwards within the period.</summary>
    public double? Efficiency { get; init; }

    public double? EfficiencyLow { get; init; }

    public double? EfficiencyHigh { get; init; }

    /// <summary>Mean days that an exploited vulnerability stayed open after its entry in KEV, until the end of the period at most.</summary>
    public double? ExposureDays { get; init; }

    public double? ExposureDaysLow { get; init; }

    public double? ExposureDaysHigh { get; init; }

    /// <summary>n of <see cref="KnownCoverage"/>: all that KEV listed by the end, those of before the period as well.</summary>
    public required int KnownExploited { get; init; }

    /// <summary>Share of all vulnerabilities chosen, those of before the period as well.</summary>
    public double? KnownEffort { get; init; }

    /// <summary>Share of all that KEV listed by the end which the strategy chose on any day: the hindsight that published figures use.</summary>
    public double? KnownCoverage { get; init; }

    public double? KnownCoverageLow { get; init; }

    public double? KnownCoverageHigh { get; init; }

    /// <summary>Share of the chosen ones that KEV listed by the end.</summary>
    public double? KnownEfficiency { get; init; }

    public double? KnownEfficiencyLow { get; init; }

    public double? KnownEfficiencyHigh { get; init; }

    /// <summary>What was replayed, what was left out, and why.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    public override string ToString() => FormattableString.Invariant($"{Strategy}: effort {Effort:P1}, coverage {Coverage:P1}, efficiency {Efficiency:P2}, {ExposureDays:0.#} days exposed");
}
