using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Calendar.ICalendar;
using PatchOps.Core.Planning.Documents;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning;

public sealed class PlanTextTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 22, 0, 0, TimeSpan.Zero);

    private static PatchPlan Plan(string host = "web01") => PlanDocument.Seal(new PatchPlan
    {
        Id = "", Hash = "", Name = "November", Author = "ops", Created = Start.AddDays(-1), Start = Start, End = Start.AddDays(14), Currency = "USD", Objective = 100, LowerBound = 90,
        ApprovalsNeeded = [new ApprovalRule { Role = "ChangeManager", Quorum = 1, Because = "it changes a host" }],
        Unscheduled = [],
        Waves =
        [
            new PlanWave
            {
                Number = 1, Ring = WaveRing.Canary, Stage = AssetEnvironment.Production, Start = Start, End = Start.AddHours(4), BakeTime = TimeSpan.FromHours(2), Gates = [],
                HaltRule = new HaltRule { MaxFailures = 2, MaxFailurePercent = 20 }, Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = TimeSpan.FromMinutes(30) },
                Hosts =
                [
                    new PlannedHost
                    {
                        Asset = "a1", Name = host, Start = Start, LatestStart = Start.AddHours(3), Median = TimeSpan.FromMinutes(5), NinetiethPercentile = TimeSpan.FromMinutes(9),
                        Patches = [new PlannedPatch { Patch = "deb:curl/7.88.1-10+deb12u13", Packages = [new PackageVersion("curl", "7.88.1-10+deb12u13")] }],
                    },
                ],
            },
        ],
    });

    [Fact]
    public void A_changed_plan_is_no_longer_intact()
    {
        var plan = Plan();
        Assert.True(PlanDocument.IsIntact(plan));
        Assert.False(PlanDocument.IsIntact(plan with { Name = "December" }));
        Assert.False(PlanDocument.IsIntact(plan with { Waves = [plan.Waves[0] with { Hosts = [plan.Waves[0].Hosts[0] with { Asset = "a2" }] }] }));
    }

    [Fact]
    public void The_calendar_holds_each_wave_at_its_time()
    {
        using var text = new StringReader(PlanText.Write(Plan(), PlanFormat.Ics));
        var entry = Assert.Single(CalendarReader.Read(text, NodaTime.DateTimeZone.Utc));
        Assert.NotNull(entry.Event);
        Assert.Contains("wave 1", entry.Event.Summary);
        Assert.Equal(Start.UtcDateTime, entry.Event.Starts.Start.ToDateTimeUnspecified());
    }

    [Fact]
    public void The_table_quotes_what_would_break_or_run()
    {
        var csv = PlanText.Write(Plan("=HYPERLINK(\"x\"),\"y\""), PlanFormat.Csv);
        Assert.Equal(2, csv.TrimEnd().Split("\r\n").Length);
        Assert.Contains("\"'=HYPERLINK(\"\"x\"\"),\"\"y\"\"\"", csv);
    }

    [Fact]
    public void The_playbook_names_exact_versions_and_no_host_name_leaves_its_quotes()
    {
        var play = PlanText.Write(Plan("web\" , evil: \"{{ lookup }}"), PlanFormat.Ansible);
        Assert.Contains("\"curl=7.88.1-10+deb12u13\"", play);
        Assert.Contains("max_fail_percentage: 20", play);
        Assert.Contains("!unsafe \"web\\\" , evil", play);
    }

    [Fact]
    public void The_board_reads_hash_waves_and_approvals()
    {
        var plan = Plan("a|b");
        var text = PlanText.Write(plan, PlanFormat.Markdown);
        Assert.Contains(plan.Hash, text);
        Assert.Contains("a\\|b", text);
        Assert.Contains("1 × ChangeManager", text);
    }
}
