namespace PatchOps.Domain;

/// <summary>What to do about a patch, the least urgent first.</summary>
public enum PatchDecision
{
    /// <summary>Leave it unpatched: the patch costs more than it saves and is likely to fail.</summary>
    Accept,

    /// <summary>No action of its own; goes along with a later change.</summary>
    Defer,

    /// <summary>The next regular maintenance window.</summary>
    Schedule,

    /// <summary>Ahead of the regular cycle.</summary>
    Expedite,

    /// <summary>Now, by the emergency change procedure.</summary>
    Emergency,
}

/// <summary>One term of a risk, and what the score would be without it.</summary>
public sealed record RiskTerm
{
    /// <param name="name">Such as <c>KEV entry</c>.</param>
    /// <param name="value">In <paramref name="unit"/>.</param>
    /// <param name="unit">Such as <c>per day</c>; empty for a mark.</param>
    /// <param name="because">The fact or the default behind it.</param>
    /// <param name="scoreWithout">0–100; null where the term does not enter the score.</param>
    public RiskTerm(string name, double value, string unit, string because, double? scoreWithout)
    {
        Name = Require.Text(name);
        Value = double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A term is a finite number.");
        Unit = unit;
        Because = Require.Text(because);
        ScoreWithout = scoreWithout;
    }

    public string Name { get; }

    public double Value { get; }

    public string Unit { get; }

    public string Because { get; }

    public double? ScoreWithout { get; }

    public override string ToString() =>
        ScoreWithout is { } score ? FormattableString.Invariant($"{Name}: {Because}; score without it: {score:0.0}") : $"{Name}: {Because}";
}

/// <summary>Explains a risk when somebody asks; a million findings are scored without a sentence being written.</summary>
public interface IRiskExplanation
{
    IReadOnlyList<string> Reasons();

    IReadOnlyList<RiskTerm> Terms();
}

/// <summary>
/// Expected loss of leaving a patch, finding, CVE, problem or asset as it is, read as one comparable score, with a decision and its reasons.
/// The formulas are in <c>docs/risk-model.md</c>.
/// </summary>
public sealed class PatchRisk
{
    private readonly IRiskExplanation? explanation;
    private readonly bool explain;
    // A million of these may be held at once: what may be missing is kept as one number each.
    private readonly double cvss = double.NaN;
    private readonly double epss = double.NaN;
    private readonly long due;
    private IReadOnlyList<string>? reasons;
    private IReadOnlyList<RiskTerm>? terms;

    /// <param name="explanation">Gives reasons when they are read; null where there are none.</param>
    /// <param name="explain">True where <see cref="Terms"/> are wanted as well.</param>
    public PatchRisk(IRiskExplanation? explanation = null, bool explain = false)
    {
        this.explanation = explanation;
        this.explain = explain;
    }

    /// <summary>Patch, asset, CVE or problem; for a finding asset and CVE.</summary>
    public required string Id { get; init => field = Require.Text(value); }

    /// <summary>1 is the most urgent; null where nothing was ranked.</summary>
    public int? Rank { get; init; }

    /// <summary>0–100, one decimal: a fixed monotone reading of <see cref="ExpectedLossPerDay"/>, never relative to the estate.</summary>
    public required double Score { get; init => field = Finite(value, nameof(Score)); }

    public required PatchDecision Decision { get; init; }

    /// <summary>Outcome of the SSVC table that the policy chose; the most urgent of a group. Null without a vulnerability.</summary>
    public string? Ssvc { get; init; }

    /// <summary>What it is for: it closes a vulnerability, fixes a problem, or neither is known.</summary>
    public UpdateKind Kind { get; init; } = UpdateKind.Security;

    /// <summary>In the policy's currency.</summary>
    public required double ExpectedLossPerDay { get; init => field = Finite(value, nameof(ExpectedLossPerDay)); }

    /// <summary>Expected cost of installing it once on each asset, in the policy's currency.</summary>
    public required double PatchCost { get; init => field = Finite(value, nameof(PatchCost)); }

    /// <summary>Loss avoided within the policy's horizon, less <see cref="PatchCost"/>.</summary>
    public required double NetBenefit { get; init => field = Finite(value, nameof(NetBenefit)); }

    /// <summary>Greatest CVSS score on the assets concerned, environment included; null without a vulnerability.</summary>
    public double? Cvss { get => double.IsNaN(cvss) ? null : cvss; init => cvss = value ?? double.NaN; }

    /// <summary>Greatest EPSS, 0–1; null where none is known.</summary>
    public double? Epss { get => double.IsNaN(epss) ? null : epss; init => epss = value ?? double.NaN; }

    /// <summary>True where KEV lists one of the vulnerabilities on the day that was asked for.</summary>
    public bool Kev { get; init; }

    /// <summary>Expected incidents of the linked problems in 30 days if nothing changes.</summary>
    public double Recurrence { get; init => field = Finite(value, nameof(Recurrence)); }

    /// <summary>Chance that one install fails or is rolled back, 0–1.</summary>
    public double FailureProbability { get; init => field = Finite(value, nameof(FailureProbability)); }

    /// <summary>Number of assets concerned.</summary>
    public required int Assets { get; init; }

    /// <summary>Ids of the assets concerned; what a plan of this risk covers.</summary>
    public IReadOnlyList<string> AssetIds { get; init; } = [];

    /// <summary>UTC; null where the decision is to accept. In the past where a service level has been missed.</summary>
    public DateTimeOffset? DueDate { get => due == 0 ? null : new DateTimeOffset(due, TimeSpan.Zero); init => due = value?.UtcTicks ?? 0; }

    public IReadOnlyList<string> Reasons => reasons ??= explanation?.Reasons() ?? [];

    /// <summary>The fact that weighs most, for a table's last column; the first reason only repeats the figures.</summary>
    public string? MainReason => Reasons.FirstOrDefault(r => r.StartsWith("CVE-", StringComparison.OrdinalIgnoreCase)) ?? (Reasons.Count > 0 ? Reasons[0] : null);

    /// <summary>Each term and the score without it; empty unless an explanation was asked for.</summary>
    public IReadOnlyList<RiskTerm> Terms => terms ??= explain && explanation is not null ? explanation.Terms() : [];

    /// <summary>The same risk at its place in a ranking.</summary>
    public PatchRisk WithRank(int rank) => new(explanation, explain)
    {
        Id = Id,
        Rank = rank,
        Kind = Kind,
        Score = Score,
        Decision = Decision,
        Ssvc = Ssvc,
        ExpectedLossPerDay = ExpectedLossPerDay,
        PatchCost = PatchCost,
        NetBenefit = NetBenefit,
        Cvss = Cvss,
        Epss = Epss,
        Kev = Kev,
        Recurrence = Recurrence,
        FailureProbability = FailureProbability,
        Assets = Assets,
        AssetIds = AssetIds,
        DueDate = DueDate,
    };

    public override string ToString() => FormattableString.Invariant($"{Id}: {Score:0.0} {Decision}");

    private static double Finite(double value, string name) =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is a finite number.");
}
