using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Governance;

public sealed class ApprovalTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);

    private static PatchPlan Plan(int quorum) => new()
    {
        Id = "PLN-1", Hash = "h1", Name = "November", Author = "ann", Created = Now, Start = Now, End = Now.AddDays(7), Waves = [], Unscheduled = [], Objective = 0, LowerBound = 0, Currency = "USD",
        ApprovalsNeeded = [new ApprovalRule { Role = "ChangeManager", Quorum = quorum, Because = "it changes hosts" }],
    };

    private static Approval By(string actor, bool approved = true, string hash = "h1", string role = "ChangeManager", int minutes = 0) =>
        new() { PlanId = "PLN-1", PlanHash = hash, Role = role, Actor = actor, Approved = approved, At = Now.AddMinutes(minutes) };

    [Fact]
    public void An_approval_counts_for_its_hash_only()
    {
        Assert.Null(ApprovalCheck.Check(Plan(1), [By("bob")], Now.AddHours(1)));
        Assert.Equal("PlanNotApproved", ApprovalCheck.Check(Plan(1), [By("bob", hash: "h0")], Now.AddHours(1))?.Code);
        Assert.Equal("PlanNotApproved", ApprovalCheck.Check(Plan(1), [By("bob", role: "Reader")], Now.AddHours(1))?.Code);
    }

    [Fact]
    public void A_quorum_is_of_different_people()
    {
        Assert.NotNull(ApprovalCheck.Check(Plan(2), [By("bob"), By("BOB", minutes: 1)], Now.AddHours(1)));
        Assert.Null(ApprovalCheck.Check(Plan(2), [By("bob"), By("eve")], Now.AddHours(1)));
    }

    [Fact]
    public void A_denial_stops_until_its_author_decides_again()
    {
        Assert.Equal("PlanDenied", ApprovalCheck.Check(Plan(1), [By("bob"), By("eve", approved: false, minutes: 1)], Now.AddHours(1))?.Code);
        Assert.Null(ApprovalCheck.Check(Plan(1), [By("bob"), By("eve", approved: false, minutes: 1), By("eve", minutes: 2)], Now.AddHours(1)));
    }

    [Fact]
    public void Of_two_decisions_at_one_time_the_later_stored_one_counts() =>
        Assert.Equal("PlanDenied", ApprovalCheck.Check(Plan(1), [By("bob"), By("bob", approved: false)], Now.AddHours(1))?.Code);

    [Fact]
    public void A_role_that_policy_lists_is_held_by_those_listed_and_another_by_everybody()
    {
        var policy = PlanningPolicy.Default with { Roles = new Dictionary<string, IReadOnlyList<string>> { ["changemanager"] = ["Bob"] } };
        Assert.True(policy.Holds("bob", "ChangeManager"));
        Assert.False(policy.Holds("eve", "ChangeManager"));
        Assert.True(policy.Holds("eve", "EmergencyApprover"));
    }

    [Fact]
    public void An_approval_that_has_expired_no_longer_counts()
    {
        var plan = Plan(1);
        plan = plan with { ApprovalsNeeded = [plan.ApprovalsNeeded[0] with { ValidFor = TimeSpan.FromDays(2) }] };
        Assert.Null(ApprovalCheck.Check(plan, [By("bob")], Now.AddDays(2).AddSeconds(-1)));
        Assert.Equal("ApprovalExpired", ApprovalCheck.Check(plan, [By("bob")], Now.AddDays(2))?.Code);
    }

    [Fact]
    public void A_peers_review_is_never_the_authors_own()
    {
        var plan = Plan(1);
        plan = plan with { ApprovalsNeeded = [.. plan.ApprovalsNeeded, new ApprovalRule { Role = "Peer", Quorum = 1, PeerReview = true, OtherThanAuthor = true, Because = "high impact" }] };
        Assert.NotNull(ApprovalCheck.Check(plan, [By("ann"), By("ANN", role: "Peer")], Now.AddHours(1)));
        Assert.Null(ApprovalCheck.Check(plan, [By("ann"), By("bob", role: "Peer")], Now.AddHours(1)));
    }

    [Fact]
    public void What_must_be_signed_does_not_count_unsigned()
    {
        var plan = Plan(1);
        plan = plan with { ApprovalsNeeded = [plan.ApprovalsNeeded[0] with { Signed = true, TrustedRoots = [new string('a', 64)] }] };
        var failure = ApprovalCheck.Check(plan, [By("bob")], Now.AddHours(1));
        Assert.Equal("PlanNotApproved", failure?.Code);
        Assert.Contains("is not signed", failure!.Message);
        Assert.Contains("cannot be verified", ApprovalCheck.Check(plan, [By("bob") with { Signature = "AAAA", SignerFingerprint = "f" }], Now.AddHours(1))!.Message);
    }

    [Fact]
    public void A_plan_that_asks_nobody_is_not_approved() =>
        Assert.Equal("PlanNotApproved", ApprovalCheck.Check(Plan(1) with
        {
            ApprovalsNeeded = [],
            Waves = [new PlanWave { Number = 1, Ring = WaveRing.Broad, Stage = AssetEnvironment.Test, Start = Now, End = Now.AddHours(1), BakeTime = default, Hosts = [], Gates = [], HaltRule = new HaltRule(), Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = default } }],
        }, [], Now)?.Code);

    [Fact]
    public void A_review_after_the_fact_does_not_hold_up_and_becomes_overdue()
    {
        var plan = Plan(1);
        plan = plan with { ApprovalsNeeded = [.. plan.ApprovalsNeeded, new ApprovalRule { Role = "Board", Quorum = 1, AfterTheFact = true, Within = TimeSpan.FromDays(3), Because = "an emergency skipped it" }] };
        Assert.Null(ApprovalCheck.Check(plan, [By("bob")], Now.AddHours(1)));
        ApprovalState State(DateTimeOffset? changed, DateTimeOffset now, params Approval[] given) => ApprovalLedger.Of(plan, given, now, changed, null)[1].State;
        Assert.Equal(ApprovalState.NotDue, State(null, Now.AddDays(9)));
        Assert.Equal(ApprovalState.ReviewDue, State(Now, Now.AddDays(2)));
        Assert.Equal(ApprovalState.ReviewOverdue, State(Now, Now.AddDays(3)));
        Assert.Equal(ApprovalState.Given, State(Now, Now.AddDays(9), By("eve", role: "board", minutes: 5)));
    }

    [Theory]
    [InlineData(3, 10, 0.05, ChangeRisk.Low)]
    [InlineData(4, 10, 0.05, ChangeRisk.Medium)]
    [InlineData(3, 50, 0.05, ChangeRisk.Medium)]
    [InlineData(3, 10, 0.25, ChangeRisk.High)]
    [InlineData(5, 10, 0.05, ChangeRisk.High)]
    public void Risk_is_the_worst_of_criticality_size_and_failures(int criticality, int hosts, double failure, ChangeRisk expected)
    {
        var assets = Enumerable.Range(1, hosts).Select(i => new Asset { Id = $"h{i}", Criticality = i == 1 ? criticality : 1, Environment = AssetEnvironment.Production }).ToList();
        var change = ApprovalRules.Assess(ApprovalPolicy.Default, false, assets, new HashSet<UpdateKind> { UpdateKind.Security }, (failure, "deb:x/1"));
        Assert.Equal(expected, change.Risk);
        Assert.Equal(ChangeCategory.Normal, change.Category);
        Assert.Equal(expected > ChangeRisk.Low, change.Reasons.Count > 1);
    }

    [Fact]
    public void Approvals_follow_category_risk_and_the_hosts_with_high_impact()
    {
        var policy = ApprovalPolicy.Default with
        {
            Categories = new Dictionary<UpdateKind, ChangeCategory> { [UpdateKind.Security] = ChangeCategory.Standard, [UpdateKind.Feature] = ChangeCategory.Normal },
            Rules =
            [
                new ApprovalDemand { Role = "Board", Quorum = 2, Categories = [ChangeCategory.Normal], MinimumRisk = ChangeRisk.High },
                new ApprovalDemand { Role = "Peer", PeerReview = true, MinimumCriticality = 5 },
            ],
        };
        Asset[] hosts = [new Asset { Id = "db", Criticality = 5 }, new Asset { Id = "web", Criticality = 1 }];
        IReadOnlyList<ApprovalRule> Rules(UpdateKind kind, bool emergency, params Asset[] on) =>
            ApprovalRules.For(PlanningPolicy.Default, policy, ApprovalRules.Assess(policy, emergency, on, new HashSet<UpdateKind> { kind }, null), on);

        Assert.Equal(["ChangeManager", "Peer"], Rules(UpdateKind.Security, false, hosts).Select(r => r.Role));
        Assert.Equal(["ChangeManager", "Board", "Peer"], Rules(UpdateKind.Feature, false, hosts).Select(r => r.Role));
        Assert.Equal(["ChangeManager"], Rules(UpdateKind.Feature, false, hosts[1]).Select(r => r.Role));
        var peer = Rules(UpdateKind.Security, false, hosts)[1];
        Assert.Equal(["db"], peer.Assets);
        Assert.True(peer is { PeerReview: true, OtherThanAuthor: true });

        // An emergency owes afterwards what it skips.
        Assert.Equal([("EmergencyApprover", false), ("ChangeManager", true), ("Board", true), ("Peer", true)], Rules(UpdateKind.Feature, true, hosts).Select(r => (r.Role, r.AfterTheFact)));
    }

    [Fact]
    public void A_role_is_held_by_a_certificates_name_or_fingerprint()
    {
        var print = new string('b', 64);
        var policy = PlanningPolicy.Default with { Roles = new Dictionary<string, IReadOnlyList<string>> { ["Board"] = ["CN=Bob Smith", "SHA256:" + print.ToUpperInvariant(), "CN=Eve, O=Acme"] } };
        Assert.True(policy.Holds("CN=Bob Smith, O=Acme", "x", "Board"));
        Assert.True(policy.Holds("CN=Anybody", print, "Board"));
        Assert.True(policy.Holds("CN=Eve, O=Acme", "x", "Board"));
        Assert.False(policy.Holds("CN=Eve, O=Other", "x", "Board"));
        Assert.False(policy.Holds("CN=Bob Smithers, O=Acme", "x", "Board"));
        Assert.False(policy.Holds("bob", "Board"));
    }
}
