using System.Globalization;
using System.Reflection;
using System.Text;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Risk;
using PatchOps.Core.Risk.Rules;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Risk;

/// <summary>Every key of the risk section changes something that a user sees: a key without effect is a defect.</summary>
public class PolicyEffectTests
{
    private static readonly RiskPolicy Default = RiskPolicy.Default;

    /// <summary>A change of each key, and what must be set beside it for the change to matter.</summary>
    private static readonly Dictionary<string, (Func<RiskPolicy, RiskPolicy> Change, Func<RiskPolicy, RiskPolicy>? Beside)> Changes = new(StringComparer.Ordinal)
    {
        ["Currency"] = (p => p with { Currency = "EUR" }, null),
        ["UnknownEpss"] = (p => p with { UnknownEpss = 0.2 }, null),
        ["KevFloor"] = (p => p with { KevFloor = 0.6 }, null),
        ["RansomwareFloor"] = (p => p with { RansomwareFloor = 0.9 }, null),
        ["ActiveFloor"] = (p => p with { ActiveFloor = 0.4 }, null),
        ["Reach"] = (p => p with { Reach = [0.00003, 0.0003, 0.0008, 0.003] }, null),
        ["VectorReach"] = (p => p with { VectorReach = [1, 0.4, 0.2, 0.02] }, null),
        ["Spread"] = (p => p with { Spread = [0.6, 1, 1.5, 2] }, null),
        ["Value"] = (p => p with { Value = [2_000, 9_000, 50_000, 300_000, 2_000_000] }, null),
        ["EnvironmentShare"] = (p => p with { EnvironmentShare = [0.1, 0.2, 0.6, 1] }, null),
        ["UnknownCvss"] = (p => p with { UnknownCvss = 5 }, null),
        ["DefaultCriticality"] = (p => p with { DefaultCriticality = 4 }, null),
        ["DefaultExposure"] = (p => p with { DefaultExposure = AssetExposure.Internet }, null),
        ["DefaultEnvironment"] = (p => p with { DefaultEnvironment = AssetEnvironment.Test }, null),
        ["Context"] = (p => p with { Context = new CvssContextTable(new Dictionary<int, string> { [5] = "CR:L" }, new Dictionary<DataSensitivity, string>(), new Dictionary<AssetExposure, string>()) }, null),
        ["RecurrenceHalfLifeDays"] = (p => p with { RecurrenceHalfLifeDays = 30 }, null),
        ["RecurrencePriorPerDay"] = (p => p with { RecurrencePriorPerDay = 0.01 }, null),
        ["RecurrencePriorShape"] = (p => p with { RecurrencePriorShape = 2 }, null),
        ["FixPrior"] = (p => p with { FixPrior = 0.8 }, null),
        ["IncidentCost"] = (p => p with { IncidentCost = [20_000, 5_000, 900, 300, 100] }, null),
        ["DefaultPriority"] = (p => p with { DefaultPriority = 2 }, null),
        ["FailurePrior"] = (p => p with { FailurePrior = 0.1 }, null),
        ["ShrinkageTrials"] = (p => p with { ShrinkageTrials = 5 }, null),
        ["OutageHours"] = (p => p with { OutageHours = 5 }, null),
        ["OutageShareOfValue"] = (p => p with { OutageShareOfValue = 0.01 }, null),
        ["DowntimeMinutes"] = (p => p with { DowntimeMinutes = 40 }, null),
        ["PlannedShare"] = (p => p with { PlannedShare = 0.5 }, null),
        ["WorkPerInstall"] = (p => p with { WorkPerInstall = 50 }, null),
        ["BenefitDays"] = (p => p with { BenefitDays = 30 }, null),
        ["ScoreUnit"] = (p => p with { ScoreUnit = 0.1 }, null),
        ["ScoreTop"] = (p => p with { ScoreTop = 100_000 }, null),
        ["EmergencyScore"] = (p => p with { EmergencyScore = 99 }, null),
        ["ExpediteScore"] = (p => p with { ExpediteScore = 65 }, null),
        ["ScheduleScore"] = (p => p with { ScheduleScore = 45 }, p => p with { BenefitDays = 0.01, SsvcFloor = new Dictionary<string, PatchDecision>() }),
        ["AcceptScore"] = (p => p with { AcceptScore = 0 }, null),
        ["AcceptFailureProbability"] = (p => p with { AcceptFailureProbability = 0.95 }, null),
        ["AcceptRecurrence"] = (p => p with { AcceptRecurrence = 10 }, p => p with { AcceptScore = 60, ScheduleScore = 61, ExpediteScore = 62, BenefitDays = 0.01, SsvcFloor = new Dictionary<string, PatchDecision>() }),
        ["SsvcTable"] = (p => p with { SsvcTable = "coordinator" }, null),
        ["Ssvc.PublicPocEpss"] = (p => p with { Ssvc = p.Ssvc with { PublicPocEpss = 0.01 } }, null),
        ["Ssvc.HumanImpact"] = (p => p with { Ssvc = p.Ssvc with { HumanImpact = [3, 3, 3, 3, 3] } }, null),
        ["Ssvc.MissionImpact"] = (p => p with { Ssvc = p.Ssvc with { MissionImpact = [2, 2, 2, 2, 2] } }, p => p with { SsvcTable = "coordinator" }),
        ["Ssvc.SystemExposure"] = (p => p with { Ssvc = p.Ssvc with { SystemExposure = [2, 2, 2, 2] } }, null),
        ["SsvcFloor"] = (p => p with { SsvcFloor = new Dictionary<string, PatchDecision> { ["Immediate"] = PatchDecision.Emergency, ["OutOfCycle"] = PatchDecision.Emergency } }, null),
        ["SsvcDays"] = (p => p with { SsvcDays = new Dictionary<string, int> { ["Immediate"] = 0, ["OutOfCycle"] = 1, ["Scheduled"] = 2 } }, null),
        ["ServiceLevels.Standard"] = (p => p with { ServiceLevels = p.ServiceLevels with { Standard = [80, 20, 6, 1] } }, null),
        ["ServiceLevels.Internet"] = (p => p with { ServiceLevels = p.ServiceLevels with { Internet = [8, 4, 2, 0] } }, null),
        ["ServiceLevels.Sensitive"] = (p => p with { ServiceLevels = p.ServiceLevels with { Sensitive = [8, 4, 2, 0] } }, null),
        ["ServiceLevels.SensitiveFrom"] = (p => p with { ServiceLevels = p.ServiceLevels with { SensitiveFrom = DataSensitivity.Public } }, null),
        ["ServiceLevels.Regulated"] = (p => p with { ServiceLevels = p.ServiceLevels with { Regulated = [8, 4, 2, 0] } }, null),
        ["ServiceLevels.WaivedForEmergency"] = (p => p with { ServiceLevels = p.ServiceLevels with { WaivedForEmergency = ["pen test"] } }, null),
        ["ServiceLevels.WaivedForExpedite"] = (p => p with { ServiceLevels = p.ServiceLevels with { WaivedForExpedite = ["pen test"] } }, p => p with { EmergencyScore = 100, ExpediteScore = 40 }),
        ["Updates"] = (p => p with { Updates = new Dictionary<UpdateKind, UpdateUrgency> { [UpdateKind.Security] = new() { AtMost = PatchDecision.Schedule } } }, null),
        ["Tiers"] = (p => p with { Tiers = [new() { Name = "dmz", Exposure = AssetExposure.Internet, For = new AssetSelector { Tags = ["dmz"] } }] }, null),
    };

    public static TheoryData<string> Keys => [.. Changes.Keys];

    [Fact]
    public void Every_key_of_the_section_is_here() => Assert.Equal(
        Names(typeof(RiskPolicy), "").Order(StringComparer.Ordinal), Changes.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Changing_a_key_changes_what_users_see(string key)
    {
        var (change, beside) = Changes[key];
        var before = beside?.Invoke(Default) ?? Default;
        Assert.Equal([], RiskPolicyCheck.Faults(change(before)));
        Assert.NotEqual(Seen(before), Seen(change(before)));
    }

    [Theory]
    [InlineData(PatchDecision.Accept, PatchDecision.Schedule, null)]
    [InlineData(PatchDecision.Emergency, PatchDecision.Emergency, null)]
    [InlineData(PatchDecision.Accept, PatchDecision.Emergency, 1)]
    public void The_kind_of_update_bounds_the_decision_and_the_date(PatchDecision atLeast, PatchDecision atMost, int? days)
    {
        var policy = Default with { Updates = new Dictionary<UpdateKind, UpdateUrgency> { [UpdateKind.Security] = new() { AtLeast = atLeast, AtMost = atMost, Days = days } } };
        foreach (var (name, input) in Inputs(policy).Where(i => i.Input.CveCount > 0))
        {
            var risk = new RiskModel(policy, RiskSamples.AsOf).Assess(name, input);
            Assert.InRange(risk.Decision, atLeast, atMost);
            if (days is not null && risk.DueDate is { } due) Assert.True(due <= (input.FixAvailable ?? RiskSamples.AsOf).AddDays(days.Value) || risk.Kev);
        }
    }

    [Fact]
    public void Without_a_vulnerability_a_problem_makes_a_bug_fix_and_nothing_makes_a_feature()
    {
        var problem = new ProblemFacts { Id = "PRB", Recurrence = new RecurrenceEvidence(60, 60), Priority = 1 };
        var bug = RiskSamples.Model.Assess("a", new RiskInput { Asset = RiskSamples.Web, Problems = [problem] });
        Assert.Equal((UpdateKind.BugFix, PatchDecision.Expedite), (bug.Kind, bug.Decision));
        Assert.Contains("policy makes a bug fix Expedite", bug.Reasons[0], StringComparison.Ordinal);
        Assert.Equal(UpdateKind.Feature, RiskSamples.Model.Assess("a", new RiskInput { Asset = RiskSamples.Web }).Kind);
        Assert.Equal(UpdateKind.Security, RiskSamples.Model.Assess("a", RiskSamples.On(RiskSamples.Web, RiskSamples.Log4Shell)).Kind);
    }

    private static IEnumerable<string> Names(Type type, string path) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).SelectMany(p =>
            p.PropertyType == typeof(SsvcPolicy) || p.PropertyType == typeof(ServiceLevels) ? Names(p.PropertyType, p.Name + ".") : [path + p.Name]);

    private static List<(string Name, RiskInput Input)> Inputs(RiskPolicy policy)
    {
        static CveFacts Cve(string vector, double? epss, DateOnly? kev = null, bool ransomware = false, SsvcExploitation? record = null) => new()
        {
            Id = "CVE-2026-1", Cvss = vector.Length == 0 ? default : CvssVector.Parse(vector), Epss = epss, KevAdded = kev, Ransomware = ransomware, Ssvc = new SsvcOptions(record, null, null),
        };
        var listed = new DateOnly(2026, 1, 1);
        const string Network = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        var cves = new[]
        {
            Cve(Network, 0.05, listed), Cve(Network, 0.05, listed, ransomware: true), Cve(Network, 0.05, record: SsvcExploitation.Active), Cve(Network, null), Cve("", 0.3),
            Cve("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 0.01), Cve("CVSS:3.1/AV:A/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N", 0.02), Cve("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L", 0.0001),
        };
        var assets = new[]
        {
            new AssetFacts { Id = "a" },
            new AssetFacts { Id = "b", Criticality = 5, Exposure = AssetExposure.Internet, Sensitivity = DataSensitivity.Restricted, Environment = AssetEnvironment.Production },
            new AssetFacts { Id = "c", Criticality = 5, Exposure = AssetExposure.Partner, Regulations = ["PCI DSS"], Environment = AssetEnvironment.Production },
            new AssetFacts { Id = "d", Criticality = 1, Exposure = AssetExposure.Isolated, Environment = AssetEnvironment.Development },
            new AssetFacts { Id = "e", Criticality = 4, Exposure = AssetExposure.Internal, Environment = AssetEnvironment.Staging, Sensitivity = DataSensitivity.Internal },
            AssetFacts.From(new Asset { Id = "f", Tags = ["dmz"] }, policy: policy),
            new AssetFacts { Id = "g", Exposure = AssetExposure.Internet, Regulations = ["HIPAA"], Value = 1e7 },
        };
        var opened = Enumerable.Range(1, 8).Select(i => RiskSamples.AsOf.AddDays(-i * 20));
        var problems = new[] { null, (int?)1, 4 }.Select(p => new ProblemFacts
        {
            Id = "PRB", Priority = p, Fixes = RiskSamples.History(1, 2), Recurrence = Recurrence.Weigh(opened, RiskSamples.AsOf.AddDays(-200), RiskSamples.AsOf, policy.RecurrenceHalfLifeDays),
        }).ToArray();
        var inputs = new List<(string, RiskInput)>();
        foreach (var asset in assets)
        {
            foreach (var cve in cves)
            {
                inputs.Add(($"{asset.Id}{inputs.Count}", new RiskInput { Asset = asset, Cve = cve, Installs = RiskSamples.History(8, 10), FixAvailable = RiskSamples.AsOf.AddDays(-3) }));
                inputs.Add(($"{asset.Id}{inputs.Count}", new RiskInput { Asset = asset, Cve = cve }));
            }
            inputs.AddRange(problems.Select(p => ($"{asset.Id}{p.Priority}", new RiskInput { Asset = asset, Problems = [p], Installs = RiskSamples.History(8, 10) })));
        }
        return inputs;
    }

    /// <summary>Everything that a user sees of the inputs, as one text.</summary>
    private static string Seen(RiskPolicy policy)
    {
        var model = new RiskModel(policy, RiskSamples.AsOf);
        var text = new StringBuilder();
        foreach (var (name, input) in Inputs(policy))
        {
            var risk = model.Assess(name, input, explain: true);
            text.Append(CultureInfo.InvariantCulture, $"{risk} {risk.ExpectedLossPerDay:R} {risk.PatchCost:R} {risk.DueDate:O} {risk.Ssvc} {risk.Cvss}\n").AppendJoin('\n', risk.Reasons);
        }
        return text.ToString();
    }
}
