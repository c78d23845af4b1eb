using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>Everything that stops a wave, by the policy that a user writes, and each of the four things that may follow.</summary>
public sealed class BrakeDoorTests : IAsyncLifetime
{
    private static readonly string[] Boxes = ["box-1", "box-2", "box-3", "box-4", "box-5"];

    private readonly BoxEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    public static TheoryData<string, string> RulesAndChoices()
    {
        var all = new TheoryData<string, string>();
        foreach (var rule in new[] { "failures", "percent", "consecutive", "gate" })
            foreach (var choice in new[] { "Pause", "Stop", "RollBackFailed", "RollBackWave" }) all.Add(rule, choice);
        return all;
    }

    /// <summary>The first host is done, the second (for the rule of hosts in a row the third as well) is ill, and nobody follows.</summary>
    [Theory]
    [MemberData(nameof(RulesAndChoices))]
    public async Task Each_rule_stops_at_its_number_and_does_what_policy_chose(string rule, string choice)
    {
        string[] ill = rule switch { "gate" => [], "consecutive" => ["box-2", "box-3"], _ => ["box-2"] };
        estate.Health = asset => asset == "wave" ? (estate.Boxes.Applied.IsEmpty ? HealthStatus.Healthy : HealthStatus.Unhealthy) : ill.Contains(asset) ? HealthStatus.Unhealthy : HealthStatus.Healthy;
        var (limits, conduct) = rule switch
        {
            "failures" => ("maxFailures: 1, maxFailurePercent: 100", $"onHalt: {choice}"),
            // Stages before production tolerate twice the share: a fifth of five hosts is one.
            "percent" => ("maxFailures: 9, maxFailurePercent: 10", $"onHalt: {choice}"),
            "consecutive" => ("maxFailures: 9, maxFailurePercent: 100", $"maxConsecutiveFailures: 2, onHalt: {choice}"),
            _ => ("maxFailures: 9, maxFailurePercent: 100", $"onHalt: {choice}, gates: [{{ name: error budget, kind: PowerShell, target: left }}]"),
        };
        var plan = await PlanAsync($"planning: {{ {limits}, detectionWindow: 00:00:00, probeGrace: 00:00:00, probes: [{{ kind: PowerShell, target: well }}], conduct: {{ {conduct} }} }}");
        var told = await estate.AskAsync(BoxEstate.Invoke(plan) with { ThrottleLimit = 1 });

        var (state, code) = choice == "Pause" ? (WaveState.Suspended, "WaveSuspended") : (WaveState.Halted, "WaveHalted");
        Assert.Equal(state, (await StatusAsync(plan)).State);
        var failure = Assert.Single(told.Failures, f => f.Code == code);
        Assert.Contains(rule switch { "gate" => "Gate error budget is unhealthy", "consecutive" => "2 hosts failed in a row", _ => "1 host failed; the halt rule allows 1" }, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Resume-PatchWave", failure.Remedy, StringComparison.Ordinal);
        var worked = Boxes[..(1 + ill.Length)];
        Assert.All(Boxes.Except(worked), b => Assert.Equal((HostState.Pending, "1.0.0"), (told.Run(b).State, estate.Boxes.Version(b))));
        Assert.Equal(choice == "RollBackWave" ? (HostState.RolledBack, "1.0.0") : (HostState.Done, "1.1.0"), (told.Run("box-1").State, estate.Boxes.Version("box-1")));
        Assert.All(ill, b => Assert.Equal(choice is "Pause" or "Stop" ? (HostState.Failed, "1.1.0") : (HostState.RolledBack, "1.0.0"), (told.Run(b).State, estate.Boxes.Version(b))));
    }

    [Fact]
    public async Task No_host_is_admitted_whose_duration_does_not_fit_into_what_is_left_of_its_window()
    {
        var plan = await PlanAsync(null);
        var last = plan.Waves[0].Hosts.Max(h => h.LatestStart);
        Assert.True(last < plan.Waves[0].End, "There is no time in which a host may not start and the window is open.");
        estate.Clock.Offset = last - NoonClock.Now + TimeSpan.FromSeconds(30);
        foreach (var request in new[] { new InvokeWaveRequest { PlanId = plan.Id }, new InvokeWaveRequest { Due = true } })
        {
            var told = await estate.AskAsync(request);
            if (request.Due && told.Failures.Count == 0)
            {
                // A scheduler does not begin again what has ended.
                Assert.Empty(told.Runs);
                continue;
            }
            Assert.All(told.Runs, r => Assert.Equal(HostState.Pending, r.State));
            var failure = Assert.Single(told.Failures);
            Assert.Equal("WaveHalted", failure.Code);
            Assert.Contains("5 hosts do not fit into their window any more. Plan them again with New-PatchPlan.", failure.Message, StringComparison.Ordinal);
            Assert.Contains(told.Events.OfType<DecisionEvent>(), d => d.Message.StartsWith("box-1 is not admitted: its 90th percentile of", StringComparison.Ordinal));
        }
        Assert.Empty(estate.Boxes.Applied);
    }

    [Fact]
    public async Task The_evidence_paces_a_wave_by_what_past_rollouts_taught_and_stops_where_one_more_failure_would_be_too_many()
    {
        var plan = await PlanAsync("planning: { maxFailures: 99, maxFailurePercent: 100 }");
        var (assets, past) = (await estate.WriteAsync("past-assets.csv", "Id\nold\n"), await estate.WriteAsync("past.csv", string.Join('\n', Enumerable.Range(0, 40).Select(i => $"D{i},old-{i / 10},box-{(i % 5) + 1},2025-0{(i / 10) + 1}-01T00:00:00Z,2025-0{(i / 10) + 1}-01T01:00:00Z,{(i % 5 < 3 ? "Failed" : "Succeeded")},CHG{i / 10}").Prepend("Id,Patch,Asset,Started,Ended,Outcome,Change"))));
        Assert.Empty((await estate.AskAsync(new ImportAssetRequest { Path = [assets] })).Failures);
        Assert.Empty((await estate.AskAsync(new ImportDeploymentRequest { Path = [past] })).Failures);
        estate.Boxes.Instead = (verb, _) => Task.FromResult(verb == "Apply" ? new BlockAnswer(true, "", new Failure("ProviderThrew", FailureKind.Failed, "no licence")) : null);
        var told = await estate.AskAsync(BoxEstate.Invoke(plan) with { Pace = WavePace.Evidence, MaxHarm = 2, Confidence = 0.9, ThrottleLimit = 5 });
        var because = Assert.Single(told.Events.OfType<DecisionEvent>(), d => d.Message.StartsWith("Paced by evidence", StringComparison.Ordinal));
        Assert.Contains("at most 2 harmed hosts with probability 0.9", because.Message, StringComparison.Ordinal);
        Assert.Contains("from 4 past rollouts", because.Message, StringComparison.Ordinal);
        Assert.InRange(told.Runs.Count(r => r.IsFailure), 1, 2);
        var failure = Assert.Single(told.Failures, f => f.Code == "WaveHalted");
        Assert.Contains("The evidence so far does not allow another host", failure.Message, StringComparison.Ordinal);
    }

    private async Task<PatchPlan> PlanAsync(string? policy)
    {
        var plan = await estate.PlanAsync(policy, Boxes, environment: "Test");
        Assert.Single(plan.Waves);
        await estate.ApproveAsync(plan);
        return plan;
    }

    private async Task<WaveStatus> StatusAsync(PatchPlan plan) => (WaveStatus)Assert.Single((await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1 })).Results);
}
