using PatchOps.Core.Risk.Rules;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>
/// Every number of the risk model. The defaults are stated with their sources in <c>docs/risk-model.md</c>; what is marked a judgement
/// there is the first thing to replace by own figures. Lists by exposure run Isolated, Internal, Partner, Internet.
/// </summary>
public sealed record RiskPolicy
{
    public static RiskPolicy Default { get; } = new();

    /// <summary>Currency of all amounts.</summary>
    public string Currency { get; init; } = "USD";

    /// <summary>30-day chance for a CVE without an EPSS: the mean of all that KEV does not list (0.028 and 0.027 on two full days).</summary>
    public double UnknownEpss { get; init; } = 0.027;

    /// <summary>Least 30-day chance of a CVE in KEV: the mean EPSS of KEV's entries (0.45 and 0.53).</summary>
    public double KevFloor { get; init; } = 0.5;

    /// <summary>Least 30-day chance where KEV knows ransomware use: the mean EPSS of those entries (0.59 and 0.68).</summary>
    public double RansomwareFloor { get; init; } = 0.65;

    /// <summary>Least 30-day chance where the CVE record's SSVC options say Active and KEV has no entry. A judgement.</summary>
    public double ActiveFloor { get; init; } = 0.25;

    /// <summary>Chance that an asset is attacked with success on a day on which exploitation goes on somewhere, by exposure.</summary>
    public IReadOnlyList<double> Reach { get; init; } = [0.00002, 0.0002, 0.0007, 0.002];

    /// <summary>Share of that reach by where the attacker must be: Network, Adjacent, Local, Physical. A judgement.</summary>
    public IReadOnlyList<double> VectorReach { get; init; } = [1, 0.3, 0.1, 0.01];

    /// <summary>How far a loss spreads from the asset, by exposure: its value is multiplied by this. A judgement.</summary>
    public IReadOnlyList<double> Spread { get; init; } = [0.5, 1, 1, 1];

    /// <summary>What the complete loss of an asset costs, for criticality 1–5. A judgement.</summary>
    public IReadOnlyList<double> Value { get; init; } = [1_600, 8_000, 40_000, 200_000, 1_000_000];

    /// <summary>Share of the table's value for Development, Test, Staging, Production; a value of the asset's own is taken as it is.</summary>
    public IReadOnlyList<double> EnvironmentShare { get; init; } = [0.2, 0.2, 0.5, 1];

    /// <summary>CVSS score taken where a vulnerability has neither vector nor score: the mean of 8,812 scores of 2023 in NVD is 7.07.</summary>
    public double UnknownCvss { get; init; } = 7.0;

    public int DefaultCriticality { get; init; } = 3;

    public AssetExposure DefaultExposure { get; init; } = AssetExposure.Internal;

    public AssetEnvironment DefaultEnvironment { get; init; } = AssetEnvironment.Production;

    /// <summary>Environmental metrics that an asset adds to a vector.</summary>
    public CvssContextTable Context { get; init; } = CvssContextTable.Default;

    /// <summary>Age at which an incident counts a half, in days.</summary>
    public double RecurrenceHalfLifeDays { get; init; } = 90;

    /// <summary>Incidents per day of a problem on an item before any is counted: one a year.</summary>
    public double RecurrencePriorPerDay { get; init; } = 1 / 365.0;

    /// <summary>How many incidents that prior is worth.</summary>
    public double RecurrencePriorShape { get; init; } = 0.5;

    /// <summary>Chance that a patch fixes its problem before any verdict: even odds.</summary>
    public double FixPrior { get; init; } = 0.5;

    /// <summary>Cost of one incident for priority 1–5. A judgement.</summary>
    public IReadOnlyList<double> IncidentCost { get; init; } = [10_000, 2_500, 500, 150, 75];

    /// <summary>Priority of a problem for which none is stated.</summary>
    public int DefaultPriority { get; init; } = 3;

    /// <summary>Chance that an install fails or is rolled back before any outcome: near the share of security fixes that Li and Paxson
    /// (2017) found to do harm.</summary>
    public double FailurePrior { get; init; } = 0.05;

    /// <summary>Trials that the prior of each level is worth; see <see cref="ShrinkageStrength"/> for learning it.</summary>
    public double ShrinkageTrials { get; init; } = 20;

    /// <summary>Hours until a failed install is undone. A judgement.</summary>
    public double OutageHours { get; init; } = 2;

    /// <summary>Cost of an hour's outage as a share of the asset's value. A judgement.</summary>
    public double OutageShareOfValue { get; init; } = 0.002;

    /// <summary>Planned downtime of one install in minutes, where the patch does not say.</summary>
    public double DowntimeMinutes { get; init; } = 10;

    /// <summary>Cost of planned downtime as a share of that of an outage.</summary>
    public double PlannedShare { get; init; } = 0.1;

    /// <summary>Work of one automated install. A judgement.</summary>
    public double WorkPerInstall { get; init; } = 5;

    /// <summary>Days for which a patch's benefit is counted before another replaces it.</summary>
    public double BenefitDays { get; init; } = 180;

    /// <summary>Loss per day at which the score leaves zero: the unit of the logarithm.</summary>
    public double ScoreUnit { get; init; } = 0.01;

    /// <summary>Loss per day that scores 100. With the unit of 0.01, a tenfold loss adds 16.7 points.</summary>
    public double ScoreTop { get; init; } = 10_000;

    /// <summary>Score from which a patch with a net benefit is an emergency: about 100 a day.</summary>
    public double EmergencyScore { get; init; } = 66;

    /// <summary>Score from which a patch with a net benefit is expedited: about 10 a day.</summary>
    public double ExpediteScore { get; init; } = 50;

    /// <summary>Score from which a patch is scheduled whatever it costs: about 0.1 a day.</summary>
    public double ScheduleScore { get; init; } = 17;

    /// <summary>Score below which a patch may be accepted as not worth its risk …</summary>
    public double AcceptScore { get; init; } = 10;

    /// <summary>… if it fails at least this often and costs more than it saves …</summary>
    public double AcceptFailureProbability { get; init; } = 0.2;

    /// <summary>… and if its problems are rare: expected incidents in 30 days at most. A judgement.</summary>
    public double AcceptRecurrence { get; init; } = 0.5;

    /// <summary>Exposure of assets that state none; the first that fits counts.</summary>
    public IReadOnlyList<ExposureTier> Tiers { get; init; } = [];

    /// <summary>How urgent each kind of update must and may be. Only a vulnerability makes an emergency.</summary>
    public IReadOnlyDictionary<UpdateKind, UpdateUrgency> Updates { get; init; } = new Dictionary<UpdateKind, UpdateUrgency>
    {
        [UpdateKind.Security] = new(),
        [UpdateKind.BugFix] = new() { AtMost = PatchDecision.Expedite },
        [UpdateKind.Feature] = new() { AtMost = PatchDecision.Schedule },
    };

    /// <summary>deployer, coordinator or bod-26-04.</summary>
    public string SsvcTable { get; init; } = "deployer";

    /// <summary>How facts become values of decision points; its defaults for unknown assets are replaced by those of this policy.</summary>
    public SsvcPolicy Ssvc { get; init; } = SsvcPolicy.Default;

    /// <summary>Least decision by SSVC outcome.</summary>
    public IReadOnlyDictionary<string, PatchDecision> SsvcFloor { get; init; } = new Dictionary<string, PatchDecision>
    {
        ["Attend"] = PatchDecision.Schedule,
        ["Act"] = PatchDecision.Expedite,
        ["OutOfCycle"] = PatchDecision.Schedule,
        ["Immediate"] = PatchDecision.Expedite,
        ["14 days"] = PatchDecision.Schedule,
        ["3 days"] = PatchDecision.Expedite,
        ["3 days & forensic investigation"] = PatchDecision.Expedite,
    };

    /// <summary>Days that an SSVC outcome allows at most, counted from the same day as the service level.</summary>
    public IReadOnlyDictionary<string, int> SsvcDays { get; init; } = new Dictionary<string, int>
    {
        ["60 days"] = 60,
        ["14 days"] = 14,
        ["3 days"] = 3,
        ["3 days & forensic investigation"] = 3,
    };

    public ServiceLevels ServiceLevels { get; init; } = new();
}

/// <summary>Days to the due date for Defer, Schedule, Expedite, Emergency, by class of asset; the strictest class of an asset counts.</summary>
public sealed record ServiceLevels
{
    public IReadOnlyList<int> Standard { get; init; } = [90, 30, 7, 2];

    /// <summary>Assets that the Internet reaches.</summary>
    public IReadOnlyList<int> Internet { get; init; } = [60, 15, 5, 2];

    /// <summary>Assets that hold data of <see cref="SensitiveFrom"/> or more.</summary>
    public IReadOnlyList<int> Sensitive { get; init; } = [90, 21, 5, 2];

    public DataSensitivity SensitiveFrom { get; init; } = DataSensitivity.Restricted;

    /// <summary>Assets under a regulation.</summary>
    public IReadOnlyList<int> Regulated { get; init; } = [60, 14, 3, 1];

    /// <summary>Tests that regulated assets skip to meet an Emergency; the waiver is recorded.</summary>
    public IReadOnlyList<string> WaivedForEmergency { get; init; } = ["staging soak", "user acceptance"];

    /// <summary>Tests that regulated assets skip to meet an Expedite; the waiver is recorded.</summary>
    public IReadOnlyList<string> WaivedForExpedite { get; init; } = ["user acceptance"];

    /// <summary>Tests that a regulated asset skips for a decision.</summary>
    public IReadOnlyList<string> Waived(PatchDecision decision) => decision switch
    {
        PatchDecision.Emergency => WaivedForEmergency,
        PatchDecision.Expedite => WaivedForExpedite,
        _ => [],
    };
}
