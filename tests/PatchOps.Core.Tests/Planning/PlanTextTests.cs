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
    public void The_playbook_never_has_more_hosts_in_work_than_may_fail()
    {
        var plan = Plan();
        var hosts = Enumerable.Range(1, 30).Select(i => plan.Waves[0].Hosts[0] with { Asset = $"a{i}", Name = $"web{i:00}", Start = Start.AddMinutes(30 - i) }).ToList();
        plan = PlanDocument.Seal(plan with { Waves = [plan.Waves[0] with { Hosts = hosts, HaltRule = new HaltRule { MaxFailures = 5, MaxFailurePercent = 10 } }] });
        var play = PlanText.Write(plan, PlanFormat.Ansible);
        Assert.Contains("  serial: 3\n", play);
        Assert.Contains("  any_errors_fatal: true\n", play);
        Assert.Contains("  order: inventory\n", play);

        // The inventory keeps the order of the planned starts.
        var inventory = PlanText.Inventory(plan, new Dictionary<string, Asset>());
        Assert.True(inventory.IndexOf("web30:", StringComparison.Ordinal) < inventory.IndexOf("web01:", StringComparison.Ordinal));
        Assert.Contains("\"curl=7.88.1-10+deb12u13\"", inventory);
    }

    [Fact]
    public void What_apt_does_not_install_is_named_and_never_given_to_apt()
    {
        var plan = Plan();
        var host = plan.Waves[0].Hosts[0];
        plan = PlanDocument.Seal(plan with
        {
            Waves =
            [
                plan.Waves[0] with
                {
                    Hosts =
                    [
                        host, host with { Asset = "a2", Name = "win1", Patches = [new PlannedPatch { Patch = "KB5040437" }] },
                        host with { Asset = "a3", Name = "alma1", Patches = [new PlannedPatch { Patch = "rpm:curl/1-2", Packages = [new PackageVersion("curl", "1-2")] }] },
                    ],
                },
            ],
        });
        var inventory = PlanText.Inventory(plan, new Dictionary<string, Asset>());
        var manual = inventory[inventory.IndexOf("wave_1_manual:", StringComparison.Ordinal)..];
        Assert.Contains("win1:", manual);
        Assert.Contains("alma1:", manual);
        Assert.DoesNotContain("web01:", manual);
        Assert.Contains("patchops_manual: [!unsafe \"KB5040437\"]", manual);
        Assert.DoesNotContain("\"curl=1-2\"]\n          patchops_manual", manual);
        var play = PlanText.Write(plan, PlanFormat.Ansible);
        Assert.Contains("hosts: wave_1:wave_1_manual\n", play);
        Assert.Contains("  hosts: wave_1\n  order: inventory\n", play);
        var none = PlanText.Write(PlanDocument.Seal(plan with { Waves = [plan.Waves[0] with { Hosts = [plan.Waves[0].Hosts[1]] }] }), PlanFormat.Ansible);
        Assert.DoesNotContain("ansible.builtin.apt", none);
    }

    [Fact]
    public void No_host_name_leaves_its_quotes_or_becomes_a_range()
    {
        var inventory = PlanText.Inventory(Plan("web[1:99]\" , evil: \"{{ lookup }}"), new Dictionary<string, Asset>());
        Assert.Contains("        host_1:\n          ansible_host: !unsafe \"web[1:99]\\\" , evil", inventory);
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

    [Fact]
    public void What_says_nothing_is_no_part_of_the_hash_and_what_says_something_is()
    {
        var plan = Plan();
        var text = PlanDocument.Content(plan);
        Assert.DoesNotContain("Quiesce", text);
        Assert.DoesNotContain("null", text);
        Assert.NotEqual(plan.Hash, PlanDocument.HashOf(plan with { Replaces = "PLN-0" }));
        Assert.NotEqual(plan.Hash, PlanDocument.HashOf(plan with { Waves = [plan.Waves[0] with { Quiesce = [new QuiesceStep { Name = "jobs", Take = ["true"], PutBack = ["true"] }] }] }));
        Assert.NotEqual(plan.Hash, PlanDocument.HashOf(plan with { ApprovalsNeeded = [plan.ApprovalsNeeded[0] with { OtherThanAuthor = true }] }));
    }

    [Fact]
    public void What_was_written_as_json_is_read_as_the_same_plan()
    {
        var plan = PlanDocument.Seal(Plan("web\u00e4\n\"x\"") with
        {
            Category = ChangeCategory.Normal, Risk = ChangeRisk.High, RiskReasons = ["High risk: it is critical"], Objective = 1.0 / 3, LowerBound = 1e-9,
            Differences = [new PlanDifference { Asset = "a", Name = "n", Kind = PlanDifferenceKind.Moved, Reason = "r", Before = Start, Now = Start.AddHours(1) }],
        });
        var read = PlanDocument.Parse(PlanText.Write(plan, PlanFormat.Json), "plan.json");
        Assert.True(PlanDocument.IsIntact(read));
        Assert.Equal(plan.Hash, PlanDocument.HashOf(read));
        Assert.Equal(plan.Id, PlanDocument.Seal(read).Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"Id\": \"x\"}")]
    [InlineData("{\"Id\": \"x\", \"Waves\": [null]}")]
    public void What_is_no_plan_says_so(string text) =>
        Assert.Equal("PlanUnreadable", Assert.Throws<FailureException>(() => PlanDocument.Parse(text, "plan.json")).Failure.Code);

    [Fact]
    public void The_calendar_is_folded_and_escaped_as_the_standard_says_and_reads_back()
    {
        var plan = Plan("web, eins; \u00fcber\\alles " + new string('\u4e2d', 80));
        var text = PlanText.Write(plan, PlanFormat.Ics);
        // RFC 5545, 3.1: lines end with CRLF and hold at most 75 octets without it.
        Assert.Equal(text.Split('\n').Length, text.Split("\r\n").Length);
        Assert.All(text.Split("\r\n"), line => Assert.True(System.Text.Encoding.UTF8.GetByteCount(line) <= 75, line));
        // 3.3.11: commas, semicolons and backslashes are escaped in texts.
        Assert.Contains("web\\, eins\\;", text.Replace("\r\n ", "", StringComparison.Ordinal));
        using var reader = new StringReader(text);
        var entry = Assert.Single(CalendarReader.Read(reader, NodaTime.DateTimeZone.Utc));
        Assert.Contains(plan.Waves[0].Hosts[0].Name, entry.Event!.Description);
        Assert.Equal(plan.Waves[0].End - plan.Waves[0].Start, entry.Event.Length.Elapsed.ToTimeSpan());
    }
}
