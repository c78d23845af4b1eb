using System.Globalization;
using System.IO.Compression;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Scoring;

public class SsvcTests
{
    public static TheoryData<string, string> Published => new()
    {
        { "coordinator", "cisa-cisa_coordinator_2_0_3.csv" },
        { "deployer", "ssvc-deployer_patch_application_priority_1_0_0.csv" },
        { "bod-26-04", "cisa-cisa_bod_26_04_1_0_0.csv" },
        { "supplier", "ssvc-supplier_patch_development_priority_1_0_0.csv" },
        { "coordinator-triage", "ssvc-coordinator_triage_1_0_0.csv" },
        { "coordinator-publish", "ssvc-coordinator_publish_decision_table_1_0_0.csv" },
        { "human-impact", "ssvc-human_impact_1_0_0.csv" },
        { "public-safety-impact", "ssvc-public_safety_impact_1_0_0.csv" },
        { "utility", "ssvc-utility_1_0_0.csv" },
    };

    [SkippableTheory]
    [MemberData(nameof(Published))]
    public void Every_row_of_a_published_table_is_decided_as_published(string id, string file)
    {
        var table = All.Single(t => t.Id == id);
        var lines = File.ReadAllLines(SharedData.Require("ssvc/" + file)).Skip(1).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Split(',')[1..];
            foreach (var written in (string[][])[cells, [.. cells.Select(c => c.ToUpperInvariant())]])
            {
                var outcome = table.Decide(written[..^1]);
                Assert.True(SsvcText.Same(cells[^1], outcome), $"{line}: {outcome}");
            }
        }
        Assert.Equal(table.Points.Aggregate(1, (n, p) => n * p.Values.Count), lines.Length);
    }

    [SkippableFact]
    public void Every_assessment_that_cisa_published_can_be_read_whatever_its_case()
    {
        using var file = File.OpenRead(SharedData.Require("ssvc/cisa-ssvc-assessments.csv.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        reader.ReadLine();
        var rows = 0;
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            var options = SsvcOptions.Parse(cells[1], cells[2], cells[3]);
            Assert.Equal(cells[2].Equals("yes", StringComparison.OrdinalIgnoreCase), options.Automatable);
            Assert.NotNull(options.Exploitation);
            Assert.NotNull(options.TechnicalImpact);
            rows++;
        }
        Assert.Equal(22_048, rows);
    }

    [Theory]
    [InlineData("coordinator", "Act", "Active|Yes|Total|High")]
    [InlineData("coordinator", "Track*", "PoC|no|total|MEDIUM")]
    [InlineData("deployer", "Immediate", "active|open|yes|very-high")]
    [InlineData("deployer", "OutOfCycle", "ACTIVE|Small|No|very high")]
    [InlineData("bod-26-04", "3 days & forensic investigation", "yes|yes|no|total")]
    [InlineData("bod-26-04", "60 days", "no|yes|no|partial")]
    public void A_table_is_read_whatever_the_case_of_its_values(string table, string outcome, string values) =>
        Assert.Equal(outcome, SsvcTables.Named(table).Decide(values.Split('|')));

    [Fact]
    public void An_unknown_value_names_the_decision_point()
    {
        Assert.Contains("Automatable", Assert.Throws<FailureException>(() => SsvcTables.Coordinator.Decide("none", "maybe", "total", "low")).Message);
        Assert.Contains("4 decision points", Assert.Throws<FailureException>(() => SsvcTables.Deployer.Decide("none")).Message);
        Assert.Equal("SsvcTableUnknown", Assert.Throws<FailureException>(() => SsvcTables.Named("mine")).Failure.Code);
        Assert.Equal("SsvcValueUnknown", Assert.Throws<FailureException>(() => SsvcOptions.Parse("rumoured", null, null)).Failure.Code);
    }

    [Fact]
    public void Each_decision_point_names_the_fact_behind_it()
    {
        var assessor = new SsvcAssessor(SsvcTables.Deployer, SsvcPolicy.Default);
        var facts = new SsvcFacts
        {
            KevAdded = new DateOnly(2021, 12, 10),
            Epss = 0.97,
            Record = SsvcOptions.Parse("none", "Yes", null),
            Exposure = AssetExposure.Internet,
        };

        var assessment = assessor.Assess(facts);

        Assert.Equal(("deployer", "1.0.0", "OutOfCycle"), (assessment.Table, assessment.TableVersion, assessment.Outcome));
        Assert.Equal("OutOfCycle", SsvcTables.Deployer.Outcomes[assessor.Outcome(facts)]);
        Assert.Equal(
            [
                "Exploitation: Active (listed in KEV on 2021-12-10)",
                "System Exposure: Open (exposure Internet of the asset)",
                "Automatable: Yes (SSVC option of the CVE record)",
                "Human Impact: Medium (criticality not stated; the policy's default is 3)",
            ],
            assessment.Points.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData(null, null, "None", "no KEV entry, no SSVC option; EPSS not known")]
    [InlineData(null, 0.09, "None", "no KEV entry, no SSVC option; EPSS 0.09")]
    [InlineData(null, 0.1, "Public PoC", "EPSS 0.1 is 0.1 or more; no KEV entry")]
    [InlineData("poc", 0.5, "Public PoC", "SSVC option of the CVE record; no KEV entry; EPSS 0.5")]
    [InlineData("Active", 0.01, "Active", "SSVC option of the CVE record; no KEV entry; EPSS 0.01")]
    public void Exploitation_follows_record_and_forecast(string? recorded, double? epss, string value, string because)
    {
        var facts = new SsvcFacts { Epss = epss, Record = SsvcOptions.Parse(recorded, null, null) };
        var point = new SsvcAssessor(SsvcTables.Coordinator, SsvcPolicy.Default).Assess(facts).Points[0];
        Assert.Equal((value, because), (point.Value, point.Because));
    }

    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "Yes", "Total")]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:H", "No", "Partial")]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C", "Yes", "Total")]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:H/SC:N/SI:N/SA:N/AU:N", "No", "Partial")]
    [InlineData("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/AU:Y", "Yes", "Total")]
    public void Without_options_in_the_record_the_vector_decides(string vector, string automatable, string impact)
    {
        var points = new SsvcAssessor(SsvcTables.Coordinator, SsvcPolicy.Default)
            .Assess(new SsvcFacts { Cvss = CvssVector.Parse(vector) }).Points;
        Assert.Equal((automatable, impact), (points[1].Value, points[2].Value));
        Assert.Contains(vector, points[1].Because);
    }

    [Fact]
    public void A_policy_that_contradicts_itself_is_refused() =>
        Assert.Contains("HumanImpact", Assert.Throws<FailureException>(
            () => new SsvcAssessor(SsvcTables.Deployer, new SsvcPolicy { HumanImpact = [3, 2, 1, 0, 0] })).Message);

    private static SsvcTable[] All =>
    [
        .. SsvcTables.Choices, SsvcPublishedTables.Supplier, SsvcPublishedTables.CoordinatorTriage, SsvcPublishedTables.CoordinatorPublish,
        SsvcPublishedTables.HumanImpact, SsvcPublishedTables.PublicSafetyImpact, SsvcPublishedTables.Utility,
    ];
}
