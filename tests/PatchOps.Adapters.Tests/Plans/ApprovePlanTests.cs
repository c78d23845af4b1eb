using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>Who may approve what, from plan to refusal, through the door that users take.</summary>
public sealed class ApprovePlanTests
{
    private const string Policy =
        """
        planning:
          ownPlans: false
          approvalQuorum: 2
          roles:
            ChangeManager: [bob, eve, ann]
            Peer: [joe, ann]
        approvals:
          rules:
            - { role: Peer, peerReview: true, minimumCriticality: 3 }
        """;

    [Fact]
    public async Task A_plan_runs_only_after_quorum_and_peer_review_by_others_than_its_author()
    {
        // At noon, far from every window: an approved plan is then not due, whenever the test runs.
        await using var estate = await PlanEstate.MakeAsync(new StandingClock(new DateTimeOffset(2026, 11, 4, 12, 0, 0, TimeSpan.Zero)));
        var policy = estate.Test.Write("policy.yaml", Policy);
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "November", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        Task<Failure> Refused(string account, string? role = null) => estate.Test.FailAsync(new ApprovePlanRequest { PlanId = plan.Id, As = role, Policy = policy }, account);
        async Task Given(string account, string? role = null) => Assert.Empty((await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id, As = role, Policy = policy, Comment = "read" }, account: account)).Failures);
        Task<Failure> Run() => estate.Test.FailAsync(new InvokeWaveRequest { PlanId = plan.Id });

        Assert.Equal("PlanNotApproved", (await Run()).Code);
        Assert.Equal("OwnPlan", (await Refused("ann")).Code);
        Assert.Equal("OwnPlan", (await Refused("ann", "Peer")).Code);
        Assert.Equal("RoleNotHeld", (await Refused("joe", "ChangeManager")).Code);
        Assert.Equal("RoleNotNeeded", (await Refused("bob", "Auditor")).Code);

        await Given("bob");
        await Given("bob");
        Assert.Equal("PlanNotApproved", (await Run()).Code);
        await Given("eve");
        Assert.Contains("1 × Peer", (await Run()).Message);
        Assert.Equal(["Peer"], (await estate.ApprovalsAsync(new GetApprovalRequest { Pending = true })).Select(s => s.Role));
        // Without -As it is the role that is still needed and that the caller holds.
        await Given("joe");
        Assert.Equal("WaveNotDue", (await Run()).Code);
        Assert.Empty(await estate.ApprovalsAsync(new GetApprovalRequest { Pending = true }));
        Assert.All(await estate.ApprovalsAsync(), s => Assert.Equal(ApprovalState.Given, s.State));

        // Whoever says no later is heard, and every decision stands in the chain.
        await estate.Test.RunAsync(new DenyPlanRequest { PlanId = plan.Id, Policy = policy, Comment = "too early" }, account: "eve");
        Assert.Equal("PlanDenied", (await Run()).Code);
        var trail = (await estate.Test.RunAsync(new GetAuditRequest { Subject = plan.Id })).Results.Cast<AuditEntry>().ToList();
        Assert.Equal(["PlanMade", "PlanApproved", "PlanApproved", "PlanApproved", "PlanApproved", "PlanDenied"], trail.Select(e => e.Action));
        Assert.Contains("too early", trail[^1].Payload);
    }

    [Fact]
    public async Task Under_WhatIf_nothing_is_decided()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var plan = await estate.PlanAsync();
        Assert.Single((await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id }, Answer.WhatIf)).Results);
        Assert.Equal(ApprovalState.Missing, Assert.Single(await estate.ApprovalsAsync()).State);
    }

    [Fact]
    public async Task A_signed_approval_is_asked_for_verified_and_bound_to_the_role_of_its_certificate()
    {
        using var authority = new TestCertificates();
        using var stranger = new TestCertificates("CN=Stranger");
        await using var estate = await PlanEstate.MakeAsync();
        var policy = estate.Test.Write("policy.yaml",
            $$"""
            planning:
              roles: { ChangeManager: ["CN=Bob, O=Acme"] }
            approvals:
              signed: true
              trustedRoots: ["{{authority.Fingerprint}}"]
            """);
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "November", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        Assert.True(plan.ApprovalsNeeded[0] is { Signed: true, TrustedRoots: [var root] } && root == authority.Fingerprint);
        Task<Failure> Refused(string? certificate) => estate.Test.FailAsync(new ApprovePlanRequest { PlanId = plan.Id, Certificate = certificate, Policy = policy }, "bob");

        Assert.Equal("SignatureNeeded", (await Refused(null)).Code);
        Assert.Equal("RoleNotHeld", (await Refused(authority.Issue(estate.Test.PathOf("eve.pem"), "CN=Eve, O=Acme"))).Code);
        Assert.Equal("SignatureInvalid", (await Refused(stranger.Issue(estate.Test.PathOf("false.pem"), "CN=Bob, O=Acme"))).Code);
        Assert.Equal("SignatureInvalid", (await Refused(authority.Issue(estate.Test.PathOf("old.pem"), "CN=Bob, O=Acme", fromDays: -9, toDays: -1))).Code);
        Assert.Equal("PlanNotApproved", (await estate.Test.FailAsync(new InvokeWaveRequest { PlanId = plan.Id })).Code);

        var (results, failures, _) = await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id, Certificate = authority.Issue(estate.Test.PathOf("bob.pem"), "CN=Bob, O=Acme"), Policy = policy }, account: "bob");
        Assert.Empty(failures);
        var approval = Assert.IsType<Approval>(Assert.Single(results));
        Assert.Equal("CN=Bob, O=Acme", approval.Signer);
        Assert.Equal("WaveNotDue", (await estate.Test.FailAsync(new InvokeWaveRequest { PlanId = plan.Id })).Code);

        // What stands in the store is verified again: a record of another plan's signature, or of another signer, does not count.
        var catalogue = estate.Test.Host.Store(null).Catalogue;
        var other = await estate.PlanAsync(new NewPlanRequest { Name = "December", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero });
        catalogue.AddApproval(approval with { PlanId = other.Id, PlanHash = other.Hash });
        Assert.Contains("does not belong to this plan", (await estate.Test.FailAsync(new InvokeWaveRequest { PlanId = other.Id })).Message);
    }

    [Fact]
    public async Task Signed_approvals_without_a_trusted_root_are_refused_when_the_plan_is_made()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var policy = estate.Test.Write("policy.yaml", "approvals: { signed: true }\n");
        Assert.Equal("TrustedRootsMissing", (await estate.Test.FailAsync(new NewPlanRequest { Name = "n", Patch = [PlanEstate.Patch], Policy = policy, TimeLimit = TimeSpan.Zero })).Code);
        foreach (var wrong in new[] { "approvals: { trustedRoots: [abc] }", "approvals: { validFor: 00:00:00 }", "approvals: { rules: [{ role: A, quorum: 0 }] }", "approvals: { riskHosts: [5, 1] }", "planning: { quiesce: [{ name: x, take: [], putBack: [a] }] }" })
            Assert.Equal("PolicyInvalid", (await estate.Test.FailAsync(new NewPlanRequest { Name = "n", Policy = estate.Test.Write("wrong.yaml", wrong) })).Code);
    }

    [Fact]
    public async Task What_an_emergency_skipped_is_due_after_its_first_change_and_overdue_is_told()
    {
        var clock = new StandingClock(NoonClock.Now);
        await using var estate = await PlanEstate.MakeAsync(clock);
        var request = new NewPlanRequest { Name = "Now", Patch = [PlanEstate.Patch], Emergency = true, TimeLimit = TimeSpan.Zero };
        var plan = await estate.PlanAsync(request);
        Assert.Equal([ApprovalState.Missing, ApprovalState.NotDue], (await estate.ApprovalsAsync()).Select(s => s.State));
        await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id });
        await estate.RunAsync(plan, "host-1");
        Assert.Equal([ApprovalState.Given, ApprovalState.ReviewDue], (await estate.ApprovalsAsync()).Select(s => s.State));
        Assert.Empty(await estate.ApprovalsAsync(new GetApprovalRequest { Overdue = true }));
        Assert.Contains("ReviewDue", (await estate.TestAsync(plan)).Select(f => f.Code));

        clock.Now += TimeSpan.FromDays(3.1);
        Assert.Equal("ChangeManager", Assert.Single(await estate.ApprovalsAsync(new GetApprovalRequest { Overdue = true })).Role);
        Assert.Contains("ReviewOverdue", (await estate.TestAsync(plan)).Select(f => f.Code));
        var (_, _, warnings) = await estate.Test.RunAsync(request with { Name = "Again" });
        Assert.Contains(warnings, w => w.Contains("overdue", StringComparison.Ordinal) && w.Contains(plan.Id, StringComparison.Ordinal));

        Assert.Empty((await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id, As = "changemanager", Comment = "in order" })).Failures);
        Assert.Empty(await estate.ApprovalsAsync(new GetApprovalRequest { Overdue = true }));
    }
}
