using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>
/// The numbers of one score, or of several added together. Losses and costs add up over assets; the rest keeps what decides. Holds no
/// text, so a million cost nothing to make.
/// </summary>
public readonly record struct RiskFigures
{
    /// <summary>Chance that at least one of the vulnerabilities is used against an asset on a day.</summary>
    public double AttackPerDay { get; init; }

    /// <summary>Expected loss per day from attacks.</summary>
    public double AttackLoss { get; init; }

    /// <summary>Expected loss per day from incidents of the problems that the patch would prevent.</summary>
    public double ProblemLoss { get; init; }

    public double ExpectedLossPerDay => AttackLoss + ProblemLoss;

    public double PatchCost { get; init; }

    /// <summary>Expected incidents of the linked problems per day.</summary>
    public double IncidentsPerDay { get; init; }

    /// <summary>Mean over the installs that were added.</summary>
    public double FailureProbability => Installs == 0 ? 0 : failures / Installs;

    /// <summary>How many inputs were added.</summary>
    public int Installs { get; init; }

    /// <summary>Greatest CVSS score; null where none is known.</summary>
    public double? Cvss { get; init; }

    public double? Epss { get; init; }

    /// <summary>Latest KEV entry that counts on the day.</summary>
    public DateOnly? KevAdded { get; init; }

    /// <summary>Most urgent place in the SSVC table's outcomes; -1 without a vulnerability.</summary>
    public int SsvcOutcome { get; init; }

    /// <summary>Earliest day on which a fix could be had.</summary>
    public DateTimeOffset? FixAvailable { get; init; }

    public bool Regulated { get; init; }

    public bool Internet { get; init; }

    /// <summary>True where an asset holds data that the policy's service levels call sensitive.</summary>
    public bool Sensitive { get; init; }

    /// <summary>The most urgent kind of what was added.</summary>
    public UpdateKind Kind { get; init; }

    private readonly double failures;

    internal RiskFigures(double failureProbability)
    {
        Installs = 1;
        failures = failureProbability;
        SsvcOutcome = -1;
    }

    private RiskFigures(double failures, int installs)
    {
        this.failures = failures;
        Installs = installs;
    }

    public static RiskFigures operator +(in RiskFigures one, in RiskFigures other)
    {
        if (one.Installs == 0) return other;
        if (other.Installs == 0) return one;
        return new RiskFigures(one.failures + other.failures, one.Installs + other.Installs)
        {
            AttackPerDay = one.AttackPerDay + (other.AttackPerDay * (1 - one.AttackPerDay)),
            AttackLoss = one.AttackLoss + other.AttackLoss,
            ProblemLoss = one.ProblemLoss + other.ProblemLoss,
            PatchCost = one.PatchCost + other.PatchCost,
            IncidentsPerDay = one.IncidentsPerDay + other.IncidentsPerDay,
            Cvss = Greater(one.Cvss, other.Cvss),
            Epss = Greater(one.Epss, other.Epss),
            KevAdded = one.KevAdded is null || other.KevAdded > one.KevAdded ? other.KevAdded : one.KevAdded,
            SsvcOutcome = Math.Max(one.SsvcOutcome, other.SsvcOutcome),
            FixAvailable = one.FixAvailable is null || other.FixAvailable < one.FixAvailable ? other.FixAvailable : one.FixAvailable,
            Regulated = one.Regulated || other.Regulated,
            Internet = one.Internet || other.Internet,
            Sensitive = one.Sensitive || other.Sensitive,
            Kind = one.Kind > other.Kind ? one.Kind : other.Kind,
        };
    }

    internal static double? Greater(double? one, double? other) => one is null || other > one ? other : one;
}

/// <summary>The decision about figures, and what it rests on.</summary>
/// <param name="Decision">Under the policy's thresholds, not below the floor of the SSVC outcome.</param>
/// <param name="DueDate">UTC; null where the decision is to accept.</param>
/// <param name="RaisedBySsvc">True where the SSVC outcome asks for more than loss and cost do.</param>
/// <param name="WaivedTests">Tests that regulated assets skip to meet the date; recorded with the change.</param>
public readonly record struct RiskDecision(
    PatchDecision Decision, DateTimeOffset? DueDate, bool RaisedBySsvc, IReadOnlyList<string> WaivedTests)
{
    /// <summary>True where the kind of update (security, bug fix, feature) raised or lowered it.</summary>
    public bool BoundByKind { get; init; }
}
