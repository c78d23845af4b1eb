using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Planning.Stacks;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Planner;

/// <summary>Compatibility and prerequisites: against trying every order, and by deleting rules.</summary>
public sealed class StackTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly string[] Products = ["hypervisor", "storage", "middleware"];

    [Fact]
    public void Everything_is_planned_exactly_where_some_order_never_creates_a_forbidden_combination()
    {
        var (whole, part, ordered) = (0, 0, 0);
        for (var seed = 1; seed <= 60; seed++)
        {
            var estate = Random(seed);
            var (plan, left, items) = Make(estate.Policy, estate.State, estate.Items);
            // The independent checker has looked already: a plan that breaks the matrix is not returned.
            var possible = AnyOrder(estate);
            Assert.True(possible == (left.Count == 0), $"seed {seed}: possible {possible}, left out: {string.Join("; ", left.Select(l => l.Reason))}");
            if (possible) Assert.Empty(plan.Unscheduled);
            foreach (var wave in plan.Waves.SelectMany(w => w.Hosts))
                Assert.True(items.Single(i => i.Asset.Id == wave.Asset).Patches.Count > 0);
            if (possible) whole++;
            else part++;
            ordered += items.Sum(i => i.After.Count);
        }
        Assert.True(whole > 7 && part > 7 && ordered > 7, $"{whole} whole, {part} in part, {ordered} ordered");
    }

    [Fact]
    public void The_rules_that_leave_a_patch_out_do_so_alone_and_none_of_them_is_idle()
    {
        var (tested, several) = (0, 0);
        for (var seed = 1; seed <= 120; seed++)
        {
            var estate = Random(seed);
            foreach (var patch in StackScreen.Screen(estate.State, estate.Policy, estate.Items).Left)
            {
                bool IsLeft(IReadOnlyList<string> rules) => StackScreen.Screen(estate.State, Only(estate.Policy, rules), estate.Items).Left.Any(l => (l.Asset, l.Patch) == (patch.Asset, patch.Patch));
                Assert.True(IsLeft(patch.Rules), $"seed {seed}: {string.Join(", ", patch.Rules)} alone do not forbid {patch.Patch}");
                foreach (var rule in patch.Rules) Assert.False(IsLeft([.. patch.Rules.Where(r => r != rule)]), $"seed {seed}: {rule} is idle");
                tested++;
                if (patch.Rules.Count > 1) several++;
            }
        }
        Assert.True(tested > 40 && several > 2, $"{tested} tested, {several} by several rules");
    }

    [Fact]
    public void The_hypervisor_waits_for_its_management_and_is_left_out_with_it()
    {
        Asset[] assets = [Host("vc"), Host("esx") with { DependsOn = ["vc"] }];
        var state = State(assets, new("vc", "vcenter", null, "8.0.2", null), new("esx", "esxi", null, "8.0.2", null));
        var policy = new PlanningPolicy { Compatibility = [new() { Name = "behind", Package = "esxi", Versions = ">= 8.0.3", Needs = "vcenter", NeedsVersions = ">= 8.0.3", On = StackRelation.Dependencies }] };
        var both = Make(policy, state, [Item(assets[0], ("vcenter", "8.0.3")), Item(assets[1], ("esxi", "8.0.3"))]);
        var hosts = both.Plan.Waves.SelectMany(w => w.Hosts).ToDictionary(h => h.Asset);
        Assert.True(hosts["vc"].Start + hosts["vc"].NinetiethPercentile <= hosts["esx"].Start);

        var alone = Make(policy, state, [Item(assets[1], ("esxi", "8.0.3"))]);
        Assert.Empty(alone.Plan.Waves);
        var item = Assert.Single(alone.Plan.Unscheduled);
        Assert.Equal(("Compatibility", "compatibility 'behind'"), (item.Constraint, Assert.Single(item.Rules)));
        Assert.Contains("esxi 8.0.3 is supported only with vcenter >= 8.0.3 on vc, and the plan would leave 8.0.2", item.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_the_database_is_not_certified_for_stays_away_and_other_patches_come()
    {
        Asset[] assets = [Host("db")];
        var state = State(assets, new("db", "oracle", null, "19.21", null), new("db", "kernel", null, "5.15.1", null), new("db", "curl", null, "7.0", null));
        var policy = new PlanningPolicy { Compatibility = [new() { Name = "certified kernels", Package = "oracle", Needs = "kernel", NeedsVersions = ">= 5.15 < 5.16 || >= 6.6" }] };
        var (plan, left, _) = Make(policy, state, [Item(assets[0], ("kernel", "6.1.4"), ("curl", "7.1"))]);
        Assert.Equal("deb:kernel/6.1.4", Assert.Single(left).Patch);
        Assert.Equal(["deb:curl/7.1"], plan.Waves.Single().Hosts.Single().Patches.Select(p => p.Patch));
        Assert.Empty(Make(policy, state, [Item(assets[0], ("kernel", "6.6.1"))]).Left);
    }

    [Fact]
    public void A_patch_comes_after_what_it_asks_for_or_not_at_all()
    {
        Asset[] assets = [Host("win")];
        var policy = new PlanningPolicy { Prerequisites = [new() { Patch = "KB50*", Needs = ["KB40"] }] };
        PlanItem Needing(params string[] patches) => Item(assets[0]) with { Patches = [.. patches.Select(p => new PlannedPatch { Patch = p })] };
        Assert.Equal(["KB40", "KB501"], Make(policy, State(assets), [Needing("KB501", "KB40")]).Plan.Waves.Single().Hosts.Single().Patches.Select(p => p.Patch));
        Assert.Empty(Make(policy, State(assets, new StackPackage("win", "KB40", null, "", null)), [Needing("KB501")]).Left);
        // An update that contains the needed one is as good.
        Assert.Empty(Make(policy, new StackState([new("win", "KB41", null, "", null)], assets, n => n, [new("KB41", "KB40")]), [Needing("KB501")]).Left);
        var debian = new PlanningPolicy { Prerequisites = [new() { Patch = "deb:app/*", Needs = ["deb:lib/1.1"] }] };
        Assert.Equal(["deb:lib/1.2", "deb:app/3"], Make(debian, State(assets), [Needing("deb:app/3", "deb:lib/1.2")]).Plan.Waves.Single().Hosts.Single().Patches.Select(p => p.Patch));
        Assert.Equal("deb:app/3", Assert.Single(Make(debian, State(assets), [Needing("deb:app/3", "deb:lib/1.0")]).Left).Patch);
        var missing = Assert.Single(Make(policy, State(assets), [Needing("KB501")]).Plan.Unscheduled);
        Assert.Equal("Prerequisite", missing.Constraint);
        Assert.Equal("fits if KB40 is planned with it", missing.Remedy);
    }

    [Theory]
    [InlineData(">= 8.0.3", "8.0.3", true)]
    [InlineData(">=8.0.3,<9", "9.0", false)]
    [InlineData("< 2 || >= 3", "3.1", true)]
    [InlineData("< 2 || >= 3", "2.5", false)]
    [InlineData("!= 2.0", "2.0", false)]
    [InlineData("4.18", "4.18", true)]
    public void Ranges_are_written_as_vendors_write_them(string range, string version, bool inside) =>
        Assert.Equal(inside, VersionRange.Parse(range).Contains(version, new StackPackage("a", "b", null, version, null).Scheme(null)));

    [Theory]
    [InlineData(">=")]
    [InlineData(">= < 3")]
    [InlineData("1 ||")]
    [InlineData("=> 8.0.3")]
    [InlineData("~> 1.2")]
    [InlineData("^1.2")]
    [InlineData("≥8.0.3")]
    [InlineData("8.*")]
    [InlineData("any version")]
    [InlineData("8.0.1, 8.0.2")]
    [InlineData("5.15 - 5.16")]
    public void A_range_that_says_nothing_is_refused(string range) =>
        Assert.Equal("VersionRangeInvalid", Assert.Throws<FailureException>(() => VersionRange.Parse(range)).Failure.Code);

    private sealed record Estate(PlanningPolicy Policy, StackState State, IReadOnlyList<PlanItem> Items, IReadOnlyList<Asset> Assets, HashSet<(string, string)> Has);

    private static Estate Random(int seed)
    {
        var random = new Random(seed);
        var assets = new List<Asset>();
        for (var h = 0; h < 4; h++)
        {
            assets.Add(Host($"h{h}") with
            {
                Environment = random.Next(3) == 0 ? AssetEnvironment.Test : AssetEnvironment.Production,
                DependsOn = [.. Enumerable.Range(0, h).Where(_ => random.Next(3) == 0).Select(d => $"h{d}")],
                Site = $"s{random.Next(2)}",
            });
        }
        var has = new HashSet<(string, string)>();
        foreach (var asset in assets)
            foreach (var product in Products)
                if (random.Next(3) > 0) has.Add((asset.Id, product));
        var items = assets.Select(a => Item(a, [.. Products.Where(p => has.Contains((a.Id, p)) && random.Next(4) > 0).Select(p => (p, "2.0"))])).Where(i => i.Patches.Count > 0).ToList();
        StackRelation[] relations = [StackRelation.Host, StackRelation.Dependencies, StackRelation.Site, StackRelation.Estate];
        var rules = Enumerable.Range(0, random.Next(1, 4)).Select(r =>
        {
            var one = random.Next(3);
            return new CompatibilityRule
            {
                Name = $"r{r}", Package = Products[one], Versions = random.Next(4) == 0 ? "< 2.0" : ">= 2.0", Needs = Products[(one + random.Next(1, 3)) % 3],
                NeedsVersions = random.Next(3) == 0 ? "< 2.0" : ">= 2.0", On = relations[random.Next(4)],
            };
        }).ToList();
        return new(new PlanningPolicy { Compatibility = rules }, State(assets, [.. has.Select(h => new StackPackage(h.Item1, h.Item2, null, "1.0", null))]), items, assets, has);
    }

    /// <summary>Tries every order of the hosts that stages and dependencies allow, one after the other, and looks at every state on the way.</summary>
    private static bool AnyOrder(Estate estate)
    {
        var changed = new HashSet<string>();
        var byId = estate.Assets.ToDictionary(a => a.Id);
        var planned = estate.Items.ToDictionary(i => i.Asset.Id, i => i.Patches.SelectMany(p => p.Packages).Select(p => p.Package).ToHashSet());
        return Next();

        bool Next()
        {
            if (changed.Count == planned.Count) return true;
            foreach (var id in planned.Keys.Where(k => !changed.Contains(k)).ToList())
            {
                var stage = byId[id].Environment;
                if (planned.Keys.Any(o => byId[o].Environment < stage && !changed.Contains(o))) continue;
                if (byId[id].DependsOn.Any(d => planned.ContainsKey(d) && byId[d].Environment <= stage && !changed.Contains(d))) continue;
                changed.Add(id);
                if (Holds() && Next()) return true;
                changed.Remove(id);
            }
            return false;
        }

        bool Holds() => estate.Policy.Compatibility.All(rule => estate.Assets.All(a => !estate.Has.Contains((a.Id, rule.Package)) || Related(a, rule.On).All(o =>
            !estate.Has.Contains((o, rule.Needs)) || !Forbidden(rule, New(a.Id, rule.Package), New(o, rule.Needs)) || Forbidden(rule, false, false))));

        bool New(string host, string product) => changed.Contains(host) && planned[host].Contains(product);

        static bool Forbidden(CompatibilityRule rule, bool one, bool other) => (rule.Versions == ">= 2.0") == one && (rule.NeedsVersions == ">= 2.0") != other;

        IEnumerable<string> Related(Asset asset, StackRelation on) => on switch
        {
            StackRelation.Host => [asset.Id],
            StackRelation.Dependencies => Below(asset).Distinct(),
            StackRelation.Site => estate.Assets.Where(o => o.Id != asset.Id && o.Site == asset.Site).Select(o => o.Id),
            _ => estate.Assets.Where(o => o.Id != asset.Id).Select(o => o.Id),
        };

        IEnumerable<string> Below(Asset asset) => asset.DependsOn.Concat(asset.DependsOn.SelectMany(d => Below(byId[d])));
    }

    private static PlanningPolicy Only(PlanningPolicy policy, IReadOnlyList<string> rules) => policy with { Compatibility = [.. policy.Compatibility.Where(c => rules.Contains($"compatibility '{c.Name}'"))] };

    private static (PatchPlan Plan, IReadOnlyList<LeftPatch> Left, IReadOnlyList<PlanItem> Items) Make(PlanningPolicy policy, StackState state, IReadOnlyList<PlanItem> items)
    {
        var left = new List<LeftPatch>();
        while (true)
        {
            var (kept, more) = StackScreen.Screen(state, policy, items);
            if (more.Count == 0)
            {
                var order = new PlanOrder { Name = "Test", Author = "ops", Created = Start, Start = Start, End = Start.AddDays(14), Currency = "USD", TimeLimit = TimeSpan.Zero };
                return (new Core.Planning.Planner.Planner(policy, new Dictionary<string, (int, int)>(), n => n) { Stacks = state, Left = left }.Make(order, kept, null, CancellationToken.None), left, kept);
            }
            left.AddRange(more);
            items = [.. items.Select(i => i with { Patches = [.. i.Patches.Where(p => !left.Any(l => (l.Asset, l.Patch) == (i.Asset.Id, p.Patch)))] }).Where(i => i.Patches.Count > 0)];
        }
    }

    private static StackState State(IReadOnlyList<Asset> assets, params StackPackage[] packages) => new(packages, assets, n => n);

    private static Asset Host(string id) => new() { Id = id, Environment = AssetEnvironment.Test };

    private static PlanItem Item(Asset asset, params (string Package, string Version)[] packages) => new()
    {
        Asset = asset, LossPerDay = 1, Median = TimeSpan.FromMinutes(10), NinetiethPercentile = TimeSpan.FromMinutes(20),
        Patches = [.. packages.Select(p => new PlannedPatch { Patch = $"deb:{p.Package}/{p.Version}", Packages = [new PackageVersion(p.Package, p.Version)] })],
    };
}
