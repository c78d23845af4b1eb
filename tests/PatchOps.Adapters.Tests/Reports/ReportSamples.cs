using PatchOps.Core.Kpi;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Reports;

/// <summary>A small estate with names that try to break out of every format.</summary>
internal static class ReportSamples
{
    public const string Hostile = "<script>alert('x')</script> \"q\" & 'a' `b` | =1+1 ]]> --> {{y}} https://evil.example/x.js \u0007\u202E";

    public static DateTimeOffset AsOf { get; } = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static ReportModel Build(ReportKind kind, bool empty = false) => ReportBuilder.Build(kind, Told(kind, empty ? Empty() : Input()), AsOf.AddMinutes(3));

    private static ReportInput Told(ReportKind kind, ReportInput input) => ReportBuilder.TellsAudit(kind) ? input : input with { Audit = null };

    public static ReportInput Empty() => new()
    {
        Facts = new EstateFacts(AsOf, [], [], [], IncidentTable.Empty, [], [], new Dictionary<string, DateTimeOffset>()), Patches = [], Problems = [], OpenProblems = 0, Plans = [], Verdicts = [],
        Audit = new AuditVerdict { Intact = true, Entries = 0 }, Currency = "USD",
    };

    public static ReportInput Input()
    {
        var assets = Enumerable.Range(1, 12).Select(i => new Asset
        {
            Id = $"h{i}", Name = i == 1 ? Hostile : $"host{i:00}.example", Environment = (AssetEnvironment)(i % 4), BusinessUnit = i % 2 == 0 ? "Sales & Ops" : Hostile,
            Regulations = i % 3 == 0 ? ["PCI DSS"] : [], DependsOn = i == 2 ? ["h1"] : [], EndOfSupport = i == 3 ? new DateOnly(2025, 6, 30) : null,
        }).ToList();
        var deployments = Enumerable.Range(0, 60).Select(i => new Deployment
        {
            Id = $"D{i}", Patch = i % 2 == 0 ? "deb:openssl/3.0.11" : Hostile, Asset = $"h{(i % 12) + 1}", Started = AsOf.AddDays(-180 + (3 * i)), Ended = AsOf.AddDays(-180 + (3 * i)).AddMinutes(20),
            Outcome = i % 9 == 0 ? DeploymentOutcome.Failed : i % 13 == 0 ? DeploymentOutcome.RolledBack : DeploymentOutcome.Succeeded, Problem = i % 4 == 0 ? "PRB0001" : null,
        }).ToList();
        var incidents = Enumerable.Range(0, 200).Select(i => new Incident
        {
            Id = $"I{i}", Opened = AsOf.AddDays(-200 + i), Resolved = AsOf.AddDays(-200 + i).AddHours(1 + (i % 7)), ConfigurationItem = i % 10 == 0 ? null : $"h{(i % 12) + 1}", CausedBy = i % 25 == 0 ? "CHG1" : null,
        }).ToList();
        var open = Enumerable.Range(1, 8).Select(i => new OpenPatch($"h{i}", i == 8 ? null : "deb:curl/8.5.0", "curl", Risk($"h{i}", i))).ToList();
        var plan = Plan();
        return new ReportInput
        {
            Facts = new EstateFacts(AsOf, assets, deployments,
                [
                    new Problem { Id = "PRB0001", Title = Hostile, Opened = AsOf.AddDays(-190), Resolved = AsOf.AddDays(-20), ConfigurationItems = ["h1"], Patches = ["deb:openssl/3.0.11"] },
                    new Problem { Id = "PRB0002", Title = "Slow queue", Opened = AsOf.AddDays(-90), ConfigurationItems = ["h2"], Patches = ["deb:curl/8.5.0"] },
                ],
                IncidentTable.Of(incidents), [], open, new Dictionary<string, DateTimeOffset> { ["deb:openssl/3.0.11"] = AsOf.AddDays(-185), ["deb:curl/8.5.0"] = AsOf.AddDays(-40) }),
            Patches = [Risk("deb:curl/8.5.0", 1).WithRank(1), Risk(Hostile, 2).WithRank(2)],
            Problems = [Risk("PRB0002", 1).WithRank(1)],
            OpenProblems = 1,
            Plans = [new PlanProgress(plan, [new Approval { PlanId = plan.Id, PlanHash = plan.Hash, Role = "CAB", Actor = Hostile, Approved = true, At = AsOf.AddDays(-3), Comment = Hostile }], Runs(plan))],
            Verdicts =
            [
                (new EffectivenessResult
                {
                    Problem = "PRB0001", Patch = "deb:openssl/3.0.11", Verdict = EffectivenessVerdict.Effective, BeforeCount = 40, BeforeDays = 900, AfterCount = 4, AfterDays = 600, RateRatio = 0.15, RateRatioLow = 0.04,
                    RateRatioHigh = 0.42, PValue = 0.0001, ProbabilityReduced = 0.9999, ProbabilityUseful = 0.998, MinimumReduction = 0.25, DaysNeeded = 0, Reasons = [Hostile], Design = EffectivenessDesign.SteppedWedge,
                    SideEffects = [new IncidentCluster { Category = Hostile, BeforeCount = 1, BeforeDays = 900, AfterCount = 7, AfterDays = 600, AdjustedPValue = 0.01 }],
                }, AsOf.AddDays(-1)),
                (new EffectivenessResult { Problem = "PRB0002", Patch = "deb:curl/8.5.0", Verdict = EffectivenessVerdict.Inconclusive, BeforeCount = 0, BeforeDays = 0, AfterCount = 2, AfterDays = 10 }, AsOf.AddDays(-1)),
            ],
            Audit = new AuditVerdict { Intact = true, Entries = 1234 },
            Currency = "USD",
        };
    }

    private static PatchRisk Risk(string id, int i) => new()
    {
        Id = id, Score = 90.25 - i, Decision = i == 1 ? PatchDecision.Emergency : PatchDecision.Schedule, Ssvc = "Attend", ExpectedLossPerDay = 1234.567 / i, PatchCost = 80, NetBenefit = -5.5, Cvss = 9.8, Epss = 0.7512, Kev = i == 1,
        Recurrence = 1.25, FailureProbability = 0.031, Assets = 1, AssetIds = ["h1"], DueDate = AsOf.AddDays(i == 2 ? 9 : -i),
    };

    private static PatchPlan Plan() => new()
    {
        Id = "november-1a2b", Name = Hostile, Hash = new string('a', 64), Author = Hostile, Created = AsOf.AddDays(-5), Start = AsOf.AddDays(-2), End = AsOf.AddDays(12),
        Waves =
        [
            .. Enumerable.Range(1, 3).Select(n => new PlanWave
            {
                Number = n, Ring = n == 1 ? WaveRing.Canary : WaveRing.Broad, Stage = n == 1 ? AssetEnvironment.Test : AssetEnvironment.Production, Start = AsOf.AddDays((3 * n) - 4), End = AsOf.AddDays((3 * n) - 4).AddHours(6), BakeTime = TimeSpan.FromHours(24),
                Hosts =
                [
                    .. Enumerable.Range((2 * n) - 1, 2).Select(h => new PlannedHost
                    {
                        Asset = $"h{h}", Name = h == 1 ? Hostile : $"host{h:00}.example", Start = AsOf.AddDays((3 * n) - 4).AddHours(h % 2), LatestStart = AsOf.AddDays((3 * n) - 4).AddHours(5), Median = TimeSpan.FromMinutes(20),
                        NinetiethPercentile = TimeSpan.FromMinutes(45), Patches = [new PlannedPatch { Patch = "deb:curl/8.5.0" }],
                    }),
                ],
                Gates = [], HaltRule = new HaltRule { MaxFailures = 0, MaxFailurePercent = 10 }, Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = TimeSpan.FromMinutes(30) },
            }),
        ],
        Unscheduled = [new UnscheduledItem { Asset = "h9", Patches = ["deb:curl/8.5.0"], Constraint = "NoWindow", Reason = Hostile }], ApprovalsNeeded = [new ApprovalRule { Role = "CAB", Quorum = 1, Because = "Production" }],
        Objective = 4321.5, LowerBound = 4000, Currency = "USD",
    };

    private static IReadOnlyList<HostRun> Runs(PatchPlan plan) =>
    [
        new()
        {
            PlanId = plan.Id, Wave = 1, Asset = "h1", Name = Hostile, State = HostState.RolledBack, Started = AsOf.AddDays(-1), Ended = AsOf.AddDays(-1).AddMinutes(31), Reason = Hostile,
            Evidence = [new Evidence { At = AsOf.AddDays(-1), Step = "Apply", Outcome = "Succeeded" }, new Evidence { At = AsOf.AddDays(-1).AddMinutes(9), Step = "Probe", Outcome = "Failed", Detail = Hostile }],
        },
        new()
        {
            PlanId = plan.Id, Wave = 1, Asset = "h2", Name = "host02.example", State = HostState.Done, Started = AsOf.AddDays(-1).AddHours(1), Ended = AsOf.AddDays(-1).AddHours(1.5),
            Changes = [new AppliedChange { Patch = "deb:curl/8.5.0", Package = "curl", FromVersion = "8.4.0", ToVersion = "8.5.0" }],
        },
    ];
}
