using PatchOps.Core.Governance;
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
        Assert.Null(ApprovalCheck.Check(Plan(1), [By("bob")]));
        Assert.Equal("PlanNotApproved", ApprovalCheck.Check(Plan(1), [By("bob", hash: "h0")])?.Code);
        Assert.Equal("PlanNotApproved", ApprovalCheck.Check(Plan(1), [By("bob", role: "Reader")])?.Code);
    }

    [Fact]
    public void A_quorum_is_of_different_people()
    {
        Assert.NotNull(ApprovalCheck.Check(Plan(2), [By("bob"), By("BOB", minutes: 1)]));
        Assert.Null(ApprovalCheck.Check(Plan(2), [By("bob"), By("eve")]));
    }

    [Fact]
    public void A_denial_stops_until_its_author_decides_again()
    {
        Assert.Equal("PlanDenied", ApprovalCheck.Check(Plan(1), [By("bob"), By("eve", approved: false, minutes: 1)])?.Code);
        Assert.Null(ApprovalCheck.Check(Plan(1), [By("bob"), By("eve", approved: false, minutes: 1), By("eve", minutes: 2)]));
    }

    [Fact]
    public void A_role_that_policy_lists_is_held_by_those_listed_and_another_by_everybody()
    {
        var policy = PlanningPolicy.Default with { Roles = new Dictionary<string, IReadOnlyList<string>> { ["changemanager"] = ["Bob"] } };
        Assert.True(policy.Holds("bob", "ChangeManager"));
        Assert.False(policy.Holds("eve", "ChangeManager"));
        Assert.True(policy.Holds("eve", "EmergencyApprover"));
    }
}
