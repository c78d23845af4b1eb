using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Planner;

public sealed class PlannerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Stages_and_rings_follow_each_other_with_soak_and_bake()
    {
        var plan = Make([.. Hosts(AssetEnvironment.Development, 3), .. Hosts(AssetEnvironment.Staging, 3), .. Hosts(AssetEnvironment.Production, 40)], days: 14);
        Assert.Empty(plan.Unscheduled);
        Assert.Equal(
            [(AssetEnvironment.Development, WaveRing.Broad), (AssetEnvironment.Staging, WaveRing.Broad), (AssetEnvironment.Production, WaveRing.Canary), (AssetEnvironment.Production, WaveRing.Pilot), (AssetEnvironment.Production, WaveRing.Broad)],
            plan.Waves.Select(w => (w.Stage, w.Ring)));
        for (var i = 1; i < plan.Waves.Count; i++)
        {
            var lag = plan.Waves[i].Stage == plan.Waves[i - 1].Stage ? PlanningPolicy.Default.Bake : PlanningPolicy.Default.Soak;
            Assert.True(plan.Waves[i].Start >= plan.Waves[i - 1].Hosts.Max(h => h.Start + h.NinetiethPercentile) + lag, $"wave {i + 1} starts too early");
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(20, 1)]
    [InlineData(21, 2)]
    [InlineData(100, 5)]
    public void The_canary_is_five_percent_at_least_one_and_tolerates_nothing(int production, int canaries)
    {
        var canary = Make(Hosts(AssetEnvironment.Production, production), days: 7).Waves.Single(w => w.Ring == WaveRing.Canary);
        Assert.Equal(canaries, canary.Hosts.Count);
        Assert.Equal(0, canary.HaltRule.MaxFailures);
    }

    [Fact]
    public void The_canary_never_holds_a_whole_cluster()
    {
        var pairs = Hosts(AssetEnvironment.Production, 40).Select((h, i) => h with { Asset = h.Asset with { Cluster = $"pair{i / 2}", MinAvailable = 1 } }).ToList();
        var plan = Make(pairs, days: 7);
        foreach (var wave in plan.Waves.Where(w => w.Ring == WaveRing.Canary))
            Assert.All(wave.Hosts.GroupBy(h => pairs.Single(p => p.Asset.Id == h.Asset).Asset.Cluster), g => Assert.Single(g));
    }

    [Fact]
    public void Two_peers_of_a_pair_are_never_down_together()
    {
        var pairs = Hosts(AssetEnvironment.Test, 30).Select((h, i) => h with { Asset = h.Asset with { Cluster = $"pair{i / 2}", MinAvailable = 1 } }).ToList();
        var plan = Make(pairs, days: 7);
        Assert.Empty(plan.Unscheduled);
        foreach (var pair in plan.Waves.SelectMany(w => w.Hosts).GroupBy(h => pairs.Single(p => p.Asset.Id == h.Asset).Asset.Cluster))
        {
            var (first, second) = (pair.MinBy(h => h.Start)!, pair.MaxBy(h => h.Start)!);
            Assert.True(first.Start + first.NinetiethPercentile <= second.Start);
        }
    }

    [Fact]
    public void What_a_host_needs_is_changed_before_it()
    {
        var hosts = Hosts(AssetEnvironment.Test, 2);
        hosts[0] = hosts[0] with { LossPerDay = 1000, Asset = hosts[0].Asset with { DependsOn = [hosts[1].Asset.Name] } };
        var placed = Make(hosts, days: 3).Waves.SelectMany(w => w.Hosts).ToDictionary(h => h.Asset, h => h.Start);
        Assert.True(placed[hosts[1].Asset.Id] < placed[hosts[0].Asset.Id]);
    }

    [Fact]
    public void Nothing_follows_a_canary_that_cannot_run()
    {
        // Weekly windows of an hour cannot hold three rings in a week: the canary runs, nothing overtakes it.
        var weekly = Hosts(AssetEnvironment.Production, 30).Select(h => h with { Asset = h.Asset with { MaintenanceWindow = "Sat 22:00-22:40" } }).ToList();
        var plan = Make(weekly, days: 7);
        var canary = plan.Waves.SingleOrDefault(w => w.Ring == WaveRing.Canary);
        Assert.NotNull(canary);
        Assert.DoesNotContain(plan.Waves, w => w.Ring != WaveRing.Canary);
        Assert.Equal(30 - canary.Hosts.Count, plan.Unscheduled.Count);
        Assert.All(plan.Unscheduled, u => Assert.NotEmpty(u.Reason));
    }

    [Fact]
    public void A_plan_of_weekly_windows_says_honestly_how_good_it_is()
    {
        // Every host has one night a week: which rings and which closing times decides how many fit into three weeks.
        string[] nights = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        List<PlanItem> Weekly(AssetEnvironment stage, int count) =>
            [.. Hosts(stage, count).Select((h, i) => h with { Asset = h.Asset with { MaintenanceWindow = $"{nights[i * 3 % 7]} 22:00-02:00", Tags = [$"role:{i % 3}"] } })];
        List<PlanItem> hosts = [.. Weekly(AssetEnvironment.Test, 6), .. Weekly(AssetEnvironment.Production, 40)];
        var plan = Make(hosts, days: 21);
        Assert.InRange(plan.Gap, 0, 0.03);
        Assert.True(plan.Unscheduled.Count <= 4, $"{plan.Unscheduled.Count} left over");
        Assert.Contains(plan.Waves, w => w.Ring == WaveRing.Pilot);
        Assert.Equal(plan.Hash, Make(hosts, days: 21).Hash);
    }

    [Fact]
    public void Rare_windows_of_a_stage_before_do_not_choose_a_canary_that_nobody_could_follow()
    {
        // Most of the test stage waits for the eleventh day. If production did too, its only canary would be the one of the twelfth, and nobody came after it.
        List<PlanItem> hosts =
        [
            .. Hosts(AssetEnvironment.Test, 5).Select((h, i) => h with { Asset = h.Asset with { MaintenanceWindow = i == 0 ? "2026-11-02 22:00 2h" : "2026-11-12 20:00 1h" } }),
            .. Hosts(AssetEnvironment.Production, 10).Select((h, i) => h with { Asset = h.Asset with { Criticality = i == 0 ? 1 : 3, MaintenanceWindow = i == 0 ? "2026-11-13 20:00 2h" : "Wed,Sat 20:00 2h" } }),
        ];
        var plan = Make(hosts, days: 12);
        Assert.Equal(10, plan.Waves.Where(w => w.Stage == AssetEnvironment.Production).Sum(w => w.Hosts.Count));
        Assert.All(plan.Unscheduled, u => Assert.StartsWith("Test-", u.Asset));
    }

    [Fact]
    public void Production_waits_for_a_stage_where_all_then_find_a_place()
    {
        // One of the test stage has its only chance on the second Saturday. A canary on the Wednesday before it would leave it over, and the period has room for all.
        var windows = new Dictionary<string, string> { ["h0"] = "2026-12-12 22:00 PT1H", ["h1"] = "Sat 22:00 40m", ["h2"] = "Sat 22:00-01:00", ["h3"] = "Wed 20:00 1h", ["h4"] = "Wed 20:00 1h", ["h5"] = "Sat 22:00 40m", ["h6"] = "Sun 02:00 90m", ["h7"] = "Sat 22:00-23:00" };
        var start = new DateTimeOffset(2026, 12, 5, 0, 0, 0, TimeSpan.Zero);
        var hosts = windows.Select(w => Hosts(w.Key is "h0" or "h1" or "h7" ? AssetEnvironment.Test : AssetEnvironment.Production, 1)[0] is var host ? host with
        {
            Asset = host.Asset with { Id = w.Key, Name = w.Key, MaintenanceWindow = w.Value, Criticality = w.Key is "h0" or "h2" ? 4 : w.Key is "h5" ? 5 : 1 }, NinetiethPercentile = TimeSpan.FromMinutes(30),
            NotBefore = w.Key is "h2" or "h5" or "h6" ? start.AddDays(6.2) : null,
        } : host).ToList();
        var plan = new Core.Planning.Planner.Planner(PlanningPolicy.Default with { MaxConcurrent = 1, Soak = TimeSpan.Zero, Bake = TimeSpan.FromHours(1) }, new Dictionary<string, (int, int)>(), id => id).Make(
            new PlanOrder { Name = "Test", Author = "ops", Created = start, Start = start, End = start.AddDays(18.875), Currency = "USD" }, hosts, progress: null, CancellationToken.None);
        Assert.Empty(plan.Unscheduled);
    }

    [Fact]
    public void A_host_with_one_early_chance_goes_into_the_ring_that_has_it()
    {
        // The pilot takes the first Saturday and everybody else the second; one host has no second.
        List<PlanItem> hosts = [.. Hosts(AssetEnvironment.Production, 20).Select((h, i) => h with
        {
            Asset = h.Asset with { Criticality = i == 19 ? 5 : 3, MaintenanceWindow = i == 0 ? "Thu 22:00 2h" : i == 19 ? "2026-11-07 22:00 2h" : "Sat 22:00 2h" },
        })];
        var plan = Make(hosts, days: 14);
        Assert.Empty(plan.Unscheduled);
        Assert.Equal(WaveRing.Pilot, plan.Waves.Single(w => w.Hosts.Any(h => h.Asset == "Production-020")).Ring);
    }

    [Fact]
    public void Who_holds_back_everybody_goes_first_however_little_it_costs_to_wait()
    {
        // Three weekends in three zones; development fits but a part of itself into each. The one of it that must have been is among the cheapest:
        // behind the dear ones it would come a weekend later, and so would everybody else.
        string[] zones = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"];
        AssetEnvironment[] stages = [AssetEnvironment.Development, AssetEnvironment.Test, AssetEnvironment.Staging, .. Enumerable.Repeat(AssetEnvironment.Production, 5)];
        var start = new DateTimeOffset(2026, 12, 5, 0, 0, 0, TimeSpan.Zero);
        var hosts = Enumerable.Range(0, 2_000).Select(i => new PlanItem
        {
            Asset = new Asset
            {
                Id = $"h{i}", Name = $"h{i}", Environment = stages[i % 8], BusinessUnit = i % 3 == 0 ? "Finance" : "Shop", OwnerTeam = $"t{i % 3}", Cluster = i % 8 < 3 ? null : $"c{i / 8}", MinAvailable = i % 8 < 3 ? null : 4,
                TimeZone = zones[i % 3], MaintenanceWindow = "Sat 22:00-04:00", Site = i % 2 == 0 ? "Kiel" : "Bonn", Hardware = i % 2 == 0 ? "dell" : "hp",
            },
            Patches = [new PlannedPatch { Patch = "deb:curl/1", Packages = [new PackageVersion("curl", "1")] }],
            LossPerDay = 0.0002043 * Math.Pow(5, i % 5) * (i % 8 < 2 ? 0.2 : i % 8 < 3 ? 0.5 : 1) * (i % 2 == 0 ? 10 : 1), Median = TimeSpan.FromMinutes(10), NinetiethPercentile = TimeSpan.FromMinutes(30), Due = start.AddDays(11.19),
        }).OrderBy(i => i.Asset.Id, StringComparer.Ordinal).ToList();
        var policy = PlanningPolicy.Default with
        {
            Freezes = [new FreezeRule { Name = "Year end", When = "12-19..01-03", TimeZone = "Europe/Berlin", For = new AssetSelector { BusinessUnits = ["Finance"] } }],
            Limits = [new CapacityRule { Name = "kiel", MaxConcurrent = 3, For = new AssetSelector { Sites = ["Kiel"] } }],
        };
        var clusters = hosts.Where(h => h.Asset.Cluster is not null).GroupBy(h => h.Asset.Cluster!).ToDictionary(g => g.Key, g => (g.Count(), 4));
        var plan = new Core.Planning.Planner.Planner(policy, clusters, id => id).Make(
            new PlanOrder { Name = "Test", Author = "ops", Created = start, Start = start, End = start.AddDays(21), Currency = "USD" }, hosts, progress: null, CancellationToken.None);
        Assert.Equal([108, 250, 72], plan.Waves.Select(w => w.Hosts.Count));
    }

    [Fact]
    public void A_stage_that_is_there_is_never_skipped_whole()
    {
        // Without staging everything would fit; with it production waits, and some of it is left over.
        var staging = Hosts(AssetEnvironment.Staging, 2).Select(h => h with { Asset = h.Asset with { MaintenanceWindow = "Thu 22:00-02:00" } });
        var production = Hosts(AssetEnvironment.Production, 30).Select(h => h with { Asset = h.Asset with { MaintenanceWindow = "Tue 22:00-02:00" } });
        var plan = Make([.. staging, .. production], days: 14);
        Assert.Contains(plan.Waves, w => w.Stage == AssetEnvironment.Staging);
        Assert.All(plan.Waves.Where(w => w.Stage == AssetEnvironment.Production), w => Assert.True(w.Start > plan.Waves[0].Start));
    }

    [Fact]
    public void A_window_must_hold_the_ninetieth_percentile_and_says_by_how_much_it_does_not()
    {
        var host = Hosts(AssetEnvironment.Test, 1)[0] with { NinetiethPercentile = TimeSpan.FromMinutes(90) };
        var item = Assert.Single(Make([host with { Asset = host.Asset with { MaintenanceWindow = "daily 22:00-23:00" } }], days: 3).Unscheduled);
        Assert.Equal("WindowTooShort", item.Constraint);
        Assert.Contains("30 min longer", item.Remedy);
    }

    [Fact]
    public void A_freeze_is_named_and_an_emergency_goes_through_it()
    {
        var policy = PlanningPolicy.Default with { Freezes = [new FreezeRule { Name = "Year end", When = "2026-11-01..2026-12-31" }] };
        var hosts = Hosts(AssetEnvironment.Test, 2);
        var plan = Make(hosts, days: 7, policy: policy);
        Assert.Empty(plan.Waves);
        Assert.All(plan.Unscheduled, u => Assert.Contains("Year end", u.Reason));

        var emergency = Make(hosts, days: 1, policy: policy, emergency: true);
        Assert.Empty(emergency.Unscheduled);
        Assert.Equal([(policy.EmergencyRole, false), (policy.ApproverRole, true)], emergency.ApprovalsNeeded.Select(r => (r.Role, r.AfterTheFact)));
        Assert.Equal(ChangeCategory.Emergency, emergency.Category);
        Assert.True(emergency.Emergency);
    }

    [Fact]
    public void A_freeze_that_takes_every_window_says_how_much_later_it_had_to_start()
    {
        // The plan begins on Monday at 08:00; the first window is that evening at ten, and the work takes 20 minutes.
        var policy = PlanningPolicy.Default with { Freezes = [new FreezeRule { Name = "Year end", When = "2026-11-02..2026-11-30" }] };
        var item = Assert.Single(Make(Hosts(AssetEnvironment.Test, 1), days: 7, policy: policy).Unscheduled);
        Assert.Equal("Frozen", item.Constraint);
        Assert.Equal(["the end of the planning period", "freeze 'Year end'"], item.Rules);
        Assert.Equal("fits if freeze 'Year end' starts 22 hours 20 minutes later", item.Remedy);
    }

    [Fact]
    public void A_freeze_in_the_way_of_some_is_named_with_the_stage_that_it_holds_up()
    {
        // Test hosts may run on Monday night; production waits twelve hours, and its Tuesday is frozen.
        var policy = PlanningPolicy.Default with { Freezes = [new FreezeRule { Name = "Quarter", When = "2026-11-03..2026-11-30", For = new AssetSelector { Environments = [AssetEnvironment.Production] } }] };
        var production = Hosts(AssetEnvironment.Production, 1).Select(h => h with { Asset = h.Asset with { MaintenanceWindow = "daily 22:00-02:00" } });
        var plan = Make([.. Hosts(AssetEnvironment.Test, 1), .. production], days: 7, policy: policy);
        var item = Assert.Single(plan.Unscheduled);
        Assert.Equal(AssetEnvironment.Test, Assert.Single(plan.Waves).Stage);
        Assert.Contains("freeze 'Quarter'", item.Rules);
        Assert.Contains(item.Rules, r => r.Contains("Test Broad before Production", StringComparison.Ordinal));
        Assert.Equal("fits if the soak time of 'Test Broad before Production Broad' is 10 hours 40 minutes shorter", item.Remedy);
    }

    [Fact]
    public void Every_host_that_is_left_over_names_what_keeps_it_out_and_what_would_let_it_in()
    {
        // Different clusters and teams, the same night: only the canary runs in this week, and a few searches answer for all.
        var hosts = Hosts(AssetEnvironment.Production, 60).Select((h, i) => h with { Asset = h.Asset with { MaintenanceWindow = "Sat 22:00-22:40", OwnerTeam = $"t{i % 9}", Cluster = $"c{i / 2}", MinAvailable = 1 } }).ToList();
        var plan = Make(hosts, days: 7);
        Assert.True(plan.Unscheduled.Count > 40, $"{plan.Unscheduled.Count} left over");
        Assert.All(plan.Unscheduled, u =>
        {
            Assert.NotEmpty(u.Rules);
            Assert.Matches("^fits if ", u.Remedy);
        });
    }

    [Fact]
    public void Nothing_is_promised_where_no_change_of_a_rule_is_enough()
    {
        // Both have one chance only, and production's comes first: no period, soak or limit turns that round.
        PlanItem Once(AssetEnvironment stage, string window) => Hosts(stage, 1)[0] with { Asset = Hosts(stage, 1)[0].Asset with { MaintenanceWindow = window } };
        var item = Assert.Single(Make([Once(AssetEnvironment.Test, "2026-11-05 22:00 2h"), Once(AssetEnvironment.Production, "2026-11-04 22:00 2h")], days: 7).Unscheduled);
        Assert.Equal("Production-001", item.Asset);
        Assert.Equal("may fit with another window for n-Test-001 or another window for n-Production-001", item.Remedy);
        Assert.Contains("n-Test-001, which must be changed too", item.Rules);

        // Of several rules it names what they leave to be changed.
        var policy = PlanningPolicy.Default with { Freezes = [new FreezeRule { Name = "Year end", When = "2026-11-02..2026-12-31", For = new AssetSelector { Environments = [AssetEnvironment.Production] } }] };
        var frozen = Assert.Single(Make([Once(AssetEnvironment.Test, "2026-11-05 22:00 2h"), Once(AssetEnvironment.Production, "2026-11-04 22:00 2h")], days: 7, policy: policy).Unscheduled);
        Assert.Equal("Frozen", frozen.Constraint);
        Assert.StartsWith("may fit with ", frozen.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("Horizon", frozen.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_hundreds_are_in_the_way_they_are_one_rule_and_every_host_still_says_why()
    {
        // 700 hosts, four hours on a Saturday: some run, and those left over differ by team and cluster.
        var hosts = Hosts(AssetEnvironment.Test, 700).Select((h, i) => h with { Asset = h.Asset with { MaintenanceWindow = "Sat 22:00-02:00", OwnerTeam = $"t{i % 9}", Cluster = $"c{i / 2}", MinAvailable = 1 } }).ToList();
        var plan = Make(hosts, days: 7);
        Assert.InRange(plan.Unscheduled.Count, 90, 110);
        Assert.All(plan.Unscheduled, u =>
        {
            Assert.Contains("'all hosts'", u.Rules);
            Assert.Contains("the other hosts in their places", u.Rules);
            Assert.True(u.Rules.Count <= 4, u.Reason);
            // Either a remedy of its own, or the name of the host that it shares its rules with.
            Assert.True(u.Remedy!.StartsWith("fits if ", StringComparison.Ordinal) || u.Reason.Contains("as was found for n-Test-", StringComparison.Ordinal), u.Reason);
        });
    }

    [Fact]
    public void A_hundred_thousand_windows_of_an_asset_end_in_a_plan()
    {
        // One every five minutes for a year, each of half an hour: a calendar that somebody exported from a monitoring system.
        var text = string.Join(" | ", Enumerable.Range(0, 100_000).Select(i => FormattableString.Invariant($"{Start.UtcDateTime.AddMinutes(5 * i):yyyy-MM-ddTHH:mmZ}/{Start.UtcDateTime.AddMinutes(5 * i + 30):yyyy-MM-ddTHH:mmZ}")));
        var policy = PlanningPolicy.Default with { Windows = new Dictionary<string, string> { ["many"] = text }, Freezes = [new FreezeRule { Name = "Month end", When = "month-end 1" }] };
        string[] zones = ["Europe/Berlin", "Asia/Tokyo"];
        var hosts = Hosts(AssetEnvironment.Production, 40).Select((h, i) => h with { Asset = h.Asset with { MaintenanceWindow = "many", TimeZone = zones[i % 2] } }).ToList();
        var plan = Make(hosts, days: 348, policy: policy);
        Assert.Empty(plan.Unscheduled);
        Assert.All(plan.Waves.SelectMany(w => w.Hosts), h => Assert.InRange(h.Start, Start, Start.AddHours(8)));
    }

    [Fact]
    public void The_latest_start_ends_before_the_freeze_begins()
    {
        var policy = PlanningPolicy.Default with { Freezes = [new FreezeRule { Name = "Quarter", When = "2026-11-03..2026-11-30" }] };
        var host = Assert.Single(Make(Hosts(AssetEnvironment.Test, 1), days: 7, policy: policy).Waves.Single().Hosts);
        Assert.Equal(new DateTimeOffset(2026, 11, 2, 23, 40, 0, TimeSpan.Zero), host.LatestStart);
    }

    [Fact]
    public void A_host_behind_one_without_a_window_is_not_planned_and_says_behind_whom()
    {
        var hosts = Hosts(AssetEnvironment.Test, 3);
        hosts[0] = hosts[0] with { Asset = hosts[0].Asset with { MaintenanceWindow = "2026-12-24 22:00 PT4H" } };
        hosts[1] = hosts[1] with { Asset = hosts[1].Asset with { DependsOn = [hosts[0].Asset.Name] } };
        hosts[2] = hosts[2] with { Asset = hosts[2].Asset with { DependsOn = [hosts[1].Asset.Name] } };
        var plan = Make(hosts, days: 7);
        Assert.Empty(plan.Waves);
        Assert.Equal(["NoWindow", "Dependency", "Dependency"], plan.Unscheduled.Select(u => u.Constraint));
        Assert.Contains(hosts[0].Asset.Name, plan.Unscheduled[1].Reason, StringComparison.Ordinal);
        Assert.All(plan.Unscheduled, u => Assert.StartsWith("fits if the planning period (-Horizon) is", u.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public void A_host_behind_a_stage_before_its_own_waits_for_what_it_needs_there()
    {
        // Another test host is enough for the stage; the one that is needed comes first all the same.
        var test = Hosts(AssetEnvironment.Test, 2);
        test[1] = test[1] with { Asset = test[1].Asset with { MaintenanceWindow = "2026-11-07 22:00 PT4H" } };
        var production = Hosts(AssetEnvironment.Production, 1);
        production[0] = production[0] with { Asset = production[0].Asset with { DependsOn = [test[1].Asset.Id] } };
        var placed = Make([.. test, .. production], days: 14).Waves.SelectMany(w => w.Hosts).ToDictionary(h => h.Asset);
        Assert.True(placed[production[0].Asset.Id].Start >= placed[test[1].Asset.Id].Start + placed[test[1].Asset.Id].NinetiethPercentile);
        Assert.Equal([test[1].Asset.Id], placed[production[0].Asset.Id].After);
    }

    [Fact]
    public void A_window_that_is_over_is_not_said_to_come_with_a_longer_horizon()
    {
        var hosts = Hosts(AssetEnvironment.Test, 2);
        hosts[0] = hosts[0] with { Asset = hosts[0].Asset with { MaintenanceWindow = "2020-01-01 22:00 PT4H" } };
        var item = Assert.Single(Make(hosts, days: 7).Unscheduled);
        Assert.Equal("NoWindow", item.Constraint);
        Assert.StartsWith("it does not occur until 2027-01-10 either", item.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_that_may_miss_nobody_is_refused_with_what_would_help()
    {
        var host = Hosts(AssetEnvironment.Test, 1)[0];
        var item = Assert.Single(Make([host with { Asset = host.Asset with { Cluster = "sole", MinAvailable = 1 } }], days: 3).Unscheduled);
        Assert.Equal("Availability", item.Constraint);
        Assert.NotNull(item.Remedy);
    }

    [Fact]
    public void A_cycle_is_named()
    {
        var hosts = Hosts(AssetEnvironment.Test, 2);
        hosts[0] = hosts[0] with { Asset = hosts[0].Asset with { DependsOn = [hosts[1].Asset.Id] } };
        hosts[1] = hosts[1] with { Asset = hosts[1].Asset with { DependsOn = [hosts[0].Asset.Id] } };
        var failure = Assert.Throws<FailureException>(() => Make(hosts, days: 3)).Failure;
        Assert.Equal("DependencyCycle", failure.Code);
        Assert.Contains(hosts[0].Asset.Id, failure.Message);
    }

    [Fact]
    public void Nothing_starts_before_people_could_decide_and_those_concerned_were_told()
    {
        var policy = PlanningPolicy.Default with { Notices = new() { Ahead = TimeSpan.FromDays(3), Recipients = new Dictionary<string, IReadOnlyList<string>> { ["Shop"] = ["shop@example.org"] } } };
        var approvals = ApprovalPolicy.Default with { LeadTime = TimeSpan.FromDays(1) };
        var hosts = Hosts(AssetEnvironment.Test, 6).Select((h, i) => h with { Asset = h.Asset with { BusinessUnit = i < 2 ? "shop" : i < 4 ? "Unreachable" : null } }).ToList();
        var placed = Make(hosts, days: 14, policy: policy, approvals: approvals).Waves.SelectMany(w => w.Hosts).ToDictionary(h => h.Asset, h => h.Start);
        Assert.Equal(6, placed.Count);
        for (var i = 0; i < 6; i++) Assert.InRange(placed[hosts[i].Asset.Id], Start.AddDays(i < 2 ? 3 : 1), Start.AddDays(i < 2 ? 4 : 2));

        var late = Make(hosts, days: 2, policy: policy, approvals: approvals).Unscheduled;
        Assert.Equal([hosts[0].Asset.Id, hosts[1].Asset.Id], late.Select(u => u.Asset).Order());
        Assert.All(late, u => Assert.Equal("LeadTime", u.Constraint));
        Assert.All(late, u => Assert.Contains("shop is told", u.Reason));
        Assert.All(Make(hosts, days: 14, policy: policy, emergency: true, approvals: approvals).Waves.SelectMany(w => w.Hosts), h => Assert.InRange(h.Start, Start, Start.AddDays(1)));
    }

    [Fact]
    public void Progress_falls_from_one_to_the_next_and_ends_with_the_plan()
    {
        var told = new List<PlanningProgress>();
        var hosts = Hosts(AssetEnvironment.Production, 40).Select((h, i) => h with { Asset = h.Asset with { OwnerTeam = $"team{i % 3}", MaintenanceWindow = i % 2 == 0 ? "daily 22:00-01:00" : "Sat 22:00-23:00" } }).ToList();
        var plan = Make(hosts, days: 14, policy: PlanningPolicy.Default with { MaxConcurrentPerTeam = 1 }, progress: told.Add);
        Assert.True(told.Count >= 3, $"told {told.Count} times");
        for (var i = 1; i + 1 < told.Count; i++)
        {
            Assert.True(told[i].Unplaced < told[i - 1].Unplaced || (told[i].Objective <= told[i - 1].Objective && told[i].Gap <= told[i - 1].Gap), $"{told[i - 1]} then {told[i]}");
        }
        Assert.Equal((plan.Objective, plan.LowerBound, plan.Unscheduled.Count), (told[^1].Objective, told[^1].LowerBound, told[^1].Unplaced));
    }

    [Fact]
    public void A_ring_whose_soak_is_waived_follows_at_once_and_a_waived_test_case_is_not_run()
    {
        var policy = PlanningPolicy.Default with
        {
            DefaultWindow = "daily 00:00-23:59",
            Tests = [new TestRule { Name = "User Acceptance", Kind = "Command", Target = "true" }, new TestRule { Name = "smoke", Kind = "Command", Target = "true" }],
        };
        var hosts = Hosts(AssetEnvironment.Production, 2);
        hosts[0] = hosts[0] with { Ring = WaveRing.Canary, Asset = hosts[0].Asset with { Regulations = ["HIPAA"] }, Waived = [.. from test in new[] { "staging soak", "user acceptance", "penetration test" } select new WaivedTest(test, "deb:curl/1", ["curl"], PatchDecision.Emergency)] };
        hosts.AddRange(Hosts(AssetEnvironment.Staging, 1));
        var plan = Make(hosts, days: 5, policy: policy);
        Assert.Empty(plan.Unscheduled);
        var staged = plan.Waves.Single(w => w.Stage == AssetEnvironment.Staging).Hosts[0];
        var placed = plan.Waves.SelectMany(w => w.Hosts).ToDictionary(h => h.Asset);
        var done = staged.Start + staged.NinetiethPercentile;
        Assert.InRange(placed["Production-001"].Start, done, done + TimeSpan.FromHours(1));
        Assert.True(placed["Production-002"].Start >= done + policy.Soak);

        var wave = plan.Waves.Single(w => w.Hosts.Any(h => h.Asset == "Production-001"));
        Assert.Equal(["smoke"], wave.Tests.Where(t => t.Assets.Count == 0 || t.Assets.Contains("Production-001")).Select(t => t.Name));
        Assert.Equal(["penetration test", "staging soak", "user acceptance"], wave.Waivers.Select(w => w.Test).Order());
        Assert.All(wave.Waivers, w => Assert.Equal("Production-001", Assert.Single(w.Assets)));
        Assert.All(wave.Waivers, w => Assert.StartsWith("HIPAA asks for earlier dates, and deb:curl/1 (Emergency)", w.Because));
        Assert.Equal(3, wave.Waivers.Select(w => w.Effect).Distinct().Count());
        Assert.DoesNotContain(wave.Rollback.Criteria, c => c.Contains("User Acceptance", StringComparison.Ordinal) && wave.Hosts.Count == 1);
        Assert.All(plan.Waves.Except([wave]), w => Assert.Equal((2, 0), (w.Tests.Count, w.Waivers.Count)));

        // Beside a host that soaks in the same ring it soaks as well, and the plan says so.
        Assert.Contains(wave.Waivers, w => w.Effect.Contains("without soak", StringComparison.Ordinal));
        var mixed = Make(hosts, days: 5, policy: policy with { CanaryShare = 1 });
        Assert.True(mixed.Waves[^1].Start >= mixed.Waves[0].Hosts[0].Start + mixed.Waves[0].Hosts[0].NinetiethPercentile + policy.Soak);
        Assert.Contains(mixed.Waves[^1].Waivers, w => w.Effect.Contains("not used", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_order_gives_the_same_hash()
    {
        var hosts = Hosts(AssetEnvironment.Production, 12);
        Assert.Equal(Make(hosts, days: 7).Hash, Make(hosts, days: 7).Hash);
    }

    private static PatchPlan Make(IReadOnlyList<PlanItem> hosts, int days, PlanningPolicy? policy = null, bool emergency = false, Action<PlanningProgress>? progress = null, ApprovalPolicy? approvals = null)
    {
        var clusters = hosts.Where(h => h.Asset.Cluster is not null).GroupBy(h => h.Asset.Cluster!).ToDictionary(g => g.Key, g => (g.Count(), g.Max(h => h.Asset.MinAvailable) ?? 0));
        var names = hosts.SelectMany(h => new[] { (h.Asset.Id, h.Asset.Id), (h.Asset.Name, h.Asset.Id) }).Distinct().ToDictionary(n => n.Item1, n => n.Item2);
        return new Core.Planning.Planner.Planner(policy ?? PlanningPolicy.Default, clusters, names.GetValueOrDefault).Make(
            new PlanOrder { Name = "Test", Author = "ops", Created = Start, Start = Start, End = Start.AddDays(days), Currency = "USD", Emergency = emergency, Approvals = approvals ?? ApprovalPolicy.Default },
            hosts, progress, CancellationToken.None);
    }

    private static List<PlanItem> Hosts(AssetEnvironment environment, int count) =>
        [.. Enumerable.Range(1, count).Select(i => new PlanItem
        {
            Asset = new Asset { Id = $"{environment}-{i:000}", Name = $"n-{environment}-{i:000}", Environment = environment },
            Patches = [new PlannedPatch { Patch = "deb:curl/1", Packages = [new PackageVersion("curl", "1")] }],
            LossPerDay = i, Median = TimeSpan.FromMinutes(10), NinetiethPercentile = TimeSpan.FromMinutes(20),
        })];
}
