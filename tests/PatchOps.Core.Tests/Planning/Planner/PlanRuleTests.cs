using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Planner;

/// <summary>Capacities, working hours, hypervisors, canaries and emergencies, each looked at in the finished plan.</summary>
public sealed class PlanRuleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void No_more_hosts_than_allowed_run_at_once_in_a_site_a_segment_a_team_and_a_limit_of_ones_own()
    {
        var policy = new PlanningPolicy
        {
            MaxConcurrentPerSite = 3, MaxConcurrentPerSegment = 2, MaxConcurrentPerTeam = 4, Teams = new Dictionary<string, TeamRule> { ["dba"] = new() { MaxConcurrent = 1 } },
            Limits = [new() { Name = "backup server", MaxConcurrent = 2, For = new AssetSelector { Tags = ["heavy"] } }, new() { Name = "cloud", MaxConcurrent = 5, For = new AssetSelector { Hosting = [Hosting.Cloud] } }],
        };
        var random = new Random(5);
        var hosts = Hosts(AssetEnvironment.Test, 60).ConvertAll(h => h with
        {
            Asset = h.Asset with
            {
                Site = $"site{random.Next(4)}", NetworkSegment = $"net{random.Next(8)}", OwnerTeam = random.Next(4) == 0 ? "DBA" : $"team{random.Next(3)}", Tags = random.Next(4) == 0 ? ["heavy"] : [],
                Hosting = random.Next(2) == 0 ? Hosting.Cloud : Hosting.OnPremises,
            },
        });
        var plan = Make(hosts, 7, policy);
        Assert.Empty(plan.Unscheduled);
        var assets = hosts.ToDictionary(h => h.Asset.Id, h => h.Asset);
        var reached = 0;
        void AtMost(int most, Func<Asset, string?> group)
        {
            foreach (var members in plan.Waves.SelectMany(w => w.Hosts).GroupBy(h => group(assets[h.Asset])).Where(g => g.Key is not null))
            {
                var together = members.Max(m => members.Count(o => o.Start <= m.Start && m.Start < o.Start + o.NinetiethPercentile));
                Assert.True(together <= most, $"{together} at once in {members.Key}");
                if (together == most) reached++;
            }
        }
        AtMost(3, a => a.Site);
        AtMost(2, a => a.NetworkSegment);
        AtMost(1, a => a.OwnerTeam == "DBA" ? "DBA" : null);
        AtMost(4, a => a.OwnerTeam == "DBA" ? null : a.OwnerTeam);
        AtMost(2, a => a.Tags.Contains("heavy") ? "heavy" : null);
        AtMost(5, a => a.Hosting == Hosting.Cloud ? "cloud" : null);
        Assert.True(reached >= 5, $"only {reached} limits are reached");
    }

    [Fact]
    public void Work_that_people_attend_happens_in_their_hours_acceptance_included()
    {
        var policy = new PlanningPolicy
        {
            DefaultWindow = "daily 00:00 P1D", Teams = new Dictionary<string, TeamRule> { ["Shop"] = new() { Hours = "Mon-Fri 08:00-17:00", TimeZone = "Europe/Berlin" } },
            Attended = [new() { Name = "till", Acceptance = TimeSpan.FromMinutes(40), Packages = ["till*"] }, new() { Name = "nobody", Team = "Night", For = new AssetSelector { Tags = ["x"] } }], MaxConcurrent = 1,
        };
        var hosts = Hosts(AssetEnvironment.Test, 20).ConvertAll(h => h with { Asset = h.Asset with { OwnerTeam = "shop" } });
        for (var i = 0; i < 12; i++) hosts[i] = hosts[i] with { Patches = [new PlannedPatch { Patch = "deb:till-base/2", Packages = [new PackageVersion("till-base", "2")] }] };
        var plan = Make(hosts, 7, policy);
        Assert.Empty(plan.Unscheduled);
        foreach (var host in plan.Waves.SelectMany(w => w.Hosts).Where(h => h.Patches[0].Patch.Contains("till", StringComparison.Ordinal)))
        {
            // Berlin is an hour ahead in November.
            Assert.Equal(TimeSpan.FromMinutes(60), host.NinetiethPercentile);
            Assert.True(host.Start.AddHours(1).TimeOfDay >= TimeSpan.FromHours(8) && (host.Start.AddHours(1) + host.NinetiethPercentile).TimeOfDay <= TimeSpan.FromHours(17), $"{host.Start:u}");
            Assert.DoesNotContain(host.Start.DayOfWeek, new[] { DayOfWeek.Saturday, DayOfWeek.Sunday });
        }
        // A window at night never meets the hours: the reason names the team.
        var item = Assert.Single(Make([hosts[0] with { Asset = hosts[0].Asset with { MaintenanceWindow = "daily 22:00-02:00" } }], 7, policy).Unscheduled);
        Assert.Equal("OffDuty", item.Constraint);
        Assert.Contains("team Shop off duty", item.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(item.Rules, r => r.Contains("off duty", StringComparison.Ordinal));
        Assert.StartsWith("fits if time 'team shop off duty from", item.Remedy, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_hypervisor_is_evacuated_first_and_never_changed_together_with_a_guest()
    {
        var hosts = Hosts(AssetEnvironment.Test, 5);
        hosts[0] = hosts[0] with { LossPerDay = 100, Guests = [.. hosts.Skip(1).Select(h => h.Asset.Name)] };
        for (var i = 1; i < 5; i++) hosts[i] = hosts[i] with { Asset = hosts[i].Asset with { Hypervisor = hosts[0].Asset.Name } };
        var refused = Make(hosts, 3, new PlanningPolicy());
        Assert.Equal("Evacuation", Assert.Single(refused.Unscheduled).Constraint);
        Assert.Equal(4, refused.Waves.Single().Hosts.Count);

        var policy = new PlanningPolicy { Quiesce = [new QuiesceRule { Name = "guests", Take = ["evacuate"], PutBack = ["return"], Evacuates = true, PerGuest = TimeSpan.FromMinutes(5) }] };
        var wave = Make(hosts, 3, policy).Waves.Single();
        Assert.Equal("guests", Assert.Single(wave.Quiesce).Name);
        var hypervisor = wave.Hosts.Single(h => h.Asset == hosts[0].Asset.Id);
        Assert.Equal(TimeSpan.FromMinutes(40), hypervisor.NinetiethPercentile);
        foreach (var guest in wave.Hosts.Where(h => h != hypervisor))
            Assert.True(guest.Start + guest.NinetiethPercentile <= hypervisor.Start || hypervisor.Start + hypervisor.NinetiethPercentile <= guest.Start, $"{guest.Name} runs with its hypervisor");
    }

    [Fact]
    public void Canaries_hold_their_share_stand_for_every_kind_and_never_take_a_whole_cluster()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var count = random.Next(2, 150);
            var kinds = random.Next(1, 6);
            var hosts = Hosts(AssetEnvironment.Production, count).Select((h, i) => h with
            {
                Asset = h.Asset with
                {
                    Hardware = $"model {random.Next(kinds)}", Tags = [$"role:{random.Next(2)}"], Cluster = random.Next(3) == 0 ? null : $"c{i / 3}", MinAvailable = 1,
                    DependsOn = i > 3 && random.Next(3) == 0 ? [$"Production-{random.Next(1, i):000}", $"Production-{random.Next(1, i):000}"] : [],
                },
            }).ToList();
            var sizes = hosts.Where(h => h.Asset.Cluster is not null).GroupBy(h => h.Asset.Cluster!).ToDictionary(g => g.Key, g => (g.Count(), 0));
            var clock = new RingClock(Start, (_, at) => at.AddHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(2));
            var rings = RingAssignment.Assign(hosts, PlanningPolicy.Default, new PlanningEstate(sizes, n => n, null, FreezeExceptions.None), clock, new HashSet<string>());
            var canaries = rings.Where(r => r.Ring == WaveRing.Canary).ToList();
            var share = Math.Max(1, (int)Math.Ceiling(count * 0.05));
            // Whom a canary needs comes along; nothing else does.
            var along = canaries.Count(c => canaries.Any(o => o.Asset.DependsOn.Contains(c.Asset.Id)));
            Assert.InRange(canaries.Count, share, share + along);
            foreach (var cluster in canaries.Where(c => c.Asset.Cluster is not null).GroupBy(c => c.Asset.Cluster!))
                Assert.True(sizes[cluster.Key].Item1 == 1 || cluster.Count() < sizes[cluster.Key].Item1, $"seed {seed}: the whole of {cluster.Key}");
            string Kind(PlanItem i) => $"{i.Asset.Tags[0]} {i.Asset.Hardware}";
            Assert.True(canaries.Select(Kind).Distinct().Count() >= Math.Min(share, hosts.Select(Kind).Distinct().Count()), $"seed {seed}: {share} canaries stand for {canaries.Select(Kind).Distinct().Count()} kinds");
        }
    }

    [Fact]
    public void An_emergency_leaves_aside_what_policy_allows_and_says_so_of_each_host()
    {
        var freeze = new FreezeRule { Name = "Year end", When = "2026-11-01..2026-12-31" };
        var hosts = Hosts(AssetEnvironment.Test, 2);
        hosts[1] = hosts[1] with { Asset = hosts[1].Asset with { Tags = ["till"] } };

        var all = Make(hosts, 1, new PlanningPolicy { Freezes = [freeze] }, emergency: true);
        Assert.All(all.Waves.Single().Hosts, h => Assert.Equal(["window 'daily 22:00-05:00' (emergency)", "freeze 'Year end' (emergency)"], h.Waives));

        var some = Make(hosts, 1, new PlanningPolicy { Freezes = [freeze], Emergency = new EmergencyRule { For = new AssetSelector { Tags = ["till"] } } }, emergency: true);
        Assert.Equal(hosts[1].Asset.Id, Assert.Single(some.Waves.Single().Hosts).Asset);
        Assert.Equal("Frozen", Assert.Single(some.Unscheduled).Constraint);

        var windows = Make(hosts, 1, new PlanningPolicy { Freezes = [freeze], Emergency = new EmergencyRule { Windows = false } }, emergency: true);
        Assert.All(windows.Waves.Single().Hosts, h =>
        {
            Assert.Equal(["freeze 'Year end' (emergency)"], h.Waives);
            Assert.True(h.Start.Hour >= 22 || h.Start.Hour < 5);
        });
        Assert.All(Make(hosts, 1, new PlanningPolicy { Freezes = [freeze], Emergency = new EmergencyRule { Freezes = false } }, emergency: true).Unscheduled, u => Assert.Equal("Frozen", u.Constraint));
    }

    [Fact]
    public void Changes_begin_while_the_last_scheduled_backup_is_fresh()
    {
        // A backup is there at three in the morning in Berlin, and good for six hours: of a window from eight to four, the last hour.
        var policy = PlanningPolicy.Default with
        {
            DefaultWindow = "daily 20:00-04:00",
            Backups = [new BackupRule { Name = "nightly", Marker = "/var/backups/last", MaxAge = TimeSpan.FromHours(6), Schedule = "daily 01:00-03:00", For = new AssetSelector { Tags = ["data"] } }],
        };
        var hosts = Hosts(AssetEnvironment.Test, 30).Select((h, i) => h with { Asset = h.Asset with { TimeZone = "Europe/Berlin", Tags = i < 15 ? ["data"] : [] } }).ToList();
        var plan = Make(hosts, days: 3, policy);
        Assert.Empty(plan.Unscheduled);
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        foreach (var host in plan.Waves.SelectMany(w => w.Hosts))
        {
            var (start, latest) = (TimeZoneInfo.ConvertTime(host.Start, berlin).TimeOfDay, TimeZoneInfo.ConvertTime(host.LatestStart, berlin).TimeOfDay);
            if (hosts.Single(h => h.Asset.Id == host.Asset).Asset.Tags.Count == 0) Assert.True(host.Start < Start.AddHours(14), "others need not wait");
            else Assert.True(start >= TimeSpan.FromHours(3) && latest <= TimeSpan.FromHours(4) && start <= latest, $"starts at {start}, latest {latest}");
        }
        Assert.Contains("daily 01:00-03:00", plan.Waves[0].Backups.Single().ToString());
    }

    [Fact]
    public void A_change_that_began_in_time_may_outlast_the_fresh_backup()
    {
        // Backups end at 21:30, good for an hour; the window is from ten to midnight and the work takes an hour and a half.
        var policy = PlanningPolicy.Default with { DefaultWindow = "daily 22:00-00:00", Backups = [new BackupRule { Name = "evening", Marker = "/m", MaxAge = TimeSpan.FromHours(1), Schedule = "daily 21:00-21:30" }] };
        var hosts = Hosts(AssetEnvironment.Test, 1).Select(h => h with { NinetiethPercentile = TimeSpan.FromMinutes(90) }).ToList();
        var host = Assert.Single(Make(hosts, days: 3, policy).Waves.Single().Hosts);
        Assert.Equal((22, 0), (host.Start.Hour, host.Start.Minute));
        Assert.Equal((22, 30), (host.LatestStart.Hour, host.LatestStart.Minute));
    }

    [Fact]
    public void A_host_whose_backup_is_never_fresh_in_its_window_says_how_much_older_it_had_to_be_allowed_or_when_to_run()
    {
        var policy = PlanningPolicy.Default with { DefaultWindow = "daily 22:00-02:00", Backups = [new BackupRule { Name = "nightly", Marker = "/m", MaxAge = TimeSpan.FromHours(12), Schedule = "daily 03:00-04:00" }] };
        var item = Assert.Single(Make(Hosts(AssetEnvironment.Test, 1), days: 3, policy).Unscheduled);
        Assert.Equal("Backup", item.Constraint);
        Assert.Contains("backup 'nightly' (daily 03:00-04:00) is older than 12 h", item.Reason);
        Assert.Contains("the age of backup 'nightly'", item.Rules);
        // At twenty to two it could still end by two; with a window from four to ten in the evening it is the age that lacks least.
        Assert.Equal("fits if backup 'nightly' runs 2 hours 20 minutes earlier", item.Remedy);
        Assert.Equal("fits if backup 'nightly' may be 2 hours 1 minute older", Assert.Single(Make(Hosts(AssetEnvironment.Test, 1), days: 3, policy with { DefaultWindow = "daily 18:00-22:00" }).Unscheduled).Remedy);
        Assert.Equal("Backup", Assert.Single(Make(Hosts(AssetEnvironment.Test, 1), days: 1, policy with { Backups = [policy.Backups[0] with { Schedule = "2025-01-01 03:00 1h" }] }).Unscheduled).Constraint);
        Assert.Empty(Make(Hosts(AssetEnvironment.Test, 1), days: 3, policy with { Backups = [policy.Backups[0] with { MaxAge = TimeSpan.FromHours(18.5) }] }).Unscheduled);
    }

    [Fact]
    public void Hosts_in_the_cloud_follow_a_cadence_of_their_own()
    {
        var policy = new PlanningPolicy { DefaultWindow = "Sat 22:00-02:00", Windows = new Dictionary<string, string> { ["nightly"] = "daily 01:00-03:00" }, WindowRules = [new() { Window = "nightly", For = new AssetSelector { Hosting = [Hosting.Cloud] } }] };
        var hosts = Hosts(AssetEnvironment.Test, 2);
        hosts[1] = hosts[1] with { Asset = hosts[1].Asset with { Hosting = Hosting.Cloud } };
        var placed = Make(hosts, 7, policy).Waves.Single().Hosts.ToDictionary(h => h.Asset, h => h.Start);
        Assert.Equal(DayOfWeek.Saturday, placed[hosts[0].Asset.Id].DayOfWeek);
        Assert.Equal(new DateTimeOffset(2026, 11, 3, 1, 0, 0, TimeSpan.Zero), placed[hosts[1].Asset.Id]);
    }

    [Fact]
    public void A_host_that_is_planned_after_its_due_date_says_so()
    {
        var hosts = Hosts(AssetEnvironment.Test, 1);
        Assert.False(Make([hosts[0] with { Due = Start.AddDays(1) }], 3, new PlanningPolicy()).Waves.Single().Hosts.Single().IsLate);
        var late = Make([hosts[0] with { Due = Start.AddHours(1) }], 3, new PlanningPolicy()).Waves.Single().Hosts.Single();
        Assert.True(late.IsLate);
        Assert.Equal(Start.AddHours(1), late.Due);
    }

    private static PatchPlan Make(IReadOnlyList<PlanItem> hosts, int days, PlanningPolicy policy, bool emergency = false)
    {
        var names = hosts.SelectMany(h => new[] { (h.Asset.Id, h.Asset.Id), (h.Asset.Name, h.Asset.Id) }).Distinct().ToDictionary(n => n.Item1, n => n.Item2);
        return new Core.Planning.Planner.Planner(policy, new Dictionary<string, (int, int)>(), names.GetValueOrDefault).Make(
            new PlanOrder { Name = "Test", Author = "ops", Created = Start, Start = Start, End = Start.AddDays(days), Currency = "USD", Emergency = emergency }, hosts, null, CancellationToken.None);
    }

    private static List<PlanItem> Hosts(AssetEnvironment environment, int count) =>
        [.. Enumerable.Range(1, count).Select(i => new PlanItem
        {
            Asset = new Asset { Id = $"{environment}-{i:000}", Name = $"n-{environment}-{i:000}", Environment = environment },
            Patches = [new PlannedPatch { Patch = "deb:curl/1", Packages = [new PackageVersion("curl", "1")] }],
            LossPerDay = i, Median = TimeSpan.FromMinutes(10), NinetiethPercentile = TimeSpan.FromMinutes(20),
        })];
}
