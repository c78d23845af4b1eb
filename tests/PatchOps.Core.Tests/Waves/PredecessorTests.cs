using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.Halting;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

/// <summary>Hosts that come after others: they wait for them, and are left out with the reason where those are not as they should be.</summary>
public sealed class PredecessorTests
{
    [Fact]
    public void A_host_begins_when_all_it_comes_after_are_done_and_is_left_out_where_one_is_not_whatever_the_order_and_concurrency()
    {
        var cases = from hosts in Gen.Choose(2, 14)
                    from throttle in Gen.Choose(1, 14)
                    from bad in Gen.Choose(0, 4)
                    from seed in Gen.Choose(0, int.MaxValue - 1)
                    select (hosts, throttle, bad, seed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            var rig = new WaveRig(c.hosts) { WithSnapshot = false };
            // The order has nothing to do with the hosts' names, which decide who is asked first.
            var order = Enumerable.Range(1, c.hosts).OrderBy(_ => random.Next()).ToArray();
            for (var i = 1; i < order.Length; i++)
                rig.After[order[i]] = [.. order[..i].Where(_ => random.Next(3) == 0)];
            var bad = order.OrderBy(_ => random.Next()).Take(c.bad).ToHashSet();
            foreach (var host in bad) Spoil(rig, host, random.Next(3));

            var (status, runs) = rig.RunAsync(rig.Options with { Throttle = c.throttle, Stage = false }).GetAwaiter().GetResult();

            var good = new HashSet<int>();
            foreach (var host in order)
            {
                var before = rig.After.GetValueOrDefault(host) ?? [];
                var begins = before.All(good.Contains);
                if (begins && !bad.Contains(host)) good.Add(host);
                var state = runs[$"host-{host}"].State;
                if (begins) Assert.Equal(bad.Contains(host), runs[$"host-{host}"].IsFailure);
                else Assert.Equal(HostState.Skipped, state);
                if (!begins)
                {
                    Assert.Empty(rig[host].Commands);
                    Assert.Contains(before, b => !good.Contains(b) && runs[$"host-{host}"].Reason!.Contains($"after host-{b}, which", StringComparison.Ordinal));
                    Assert.Contains("Invoke-PatchWave plan-1 1 -RetryFailed", runs[$"host-{host}"].Reason, StringComparison.Ordinal);
                }
                foreach (var b in begins ? before : []) Assert.True(At(rig, b, HostStep.Finish) < At(rig, host, HostStep.Admit), $"host-{host} began before host-{b} was done");
            }
            Assert.Equal((WaveState.Completed, good.Count), (status.State, status.Done));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public async Task The_reason_names_the_predecessor_what_began_it_and_the_next_step()
    {
        var rig = Chain(3);
        rig[1].UnhealthyPackages.Add("demo=1.1");
        var (status, runs) = await rig.RunAsync();
        Assert.Equal("Not begun: it comes after host-1, which was rolled back. See why with Get-PatchWave plan-1 1 -Evidence -Asset host-1; put it right, then run Invoke-PatchWave plan-1 1 -RetryFailed, which takes up both.", runs["host-2"].Reason);
        Assert.StartsWith("Not begun: it comes after host-2, which was left out, because host-1 was rolled back.", runs["host-3"].Reason, StringComparison.Ordinal);
        Assert.Equal("2 hosts were left out, because what they come after is not done.", status.Reason);
    }

    [Fact]
    public async Task Whatever_is_not_done_bars_those_after_it()
    {
        var rig = new WaveRig(10);
        for (var host = 2; host <= 10; host += 2) rig.After[host] = [host - 1];
        rig[1].Unreachable = true;
        rig[3].UnhealthyPackages.Add("demo=1.1");
        rig[5].UnhealthyPackages.Add("demo=1.1");
        rig[5].RevertFails = true;
        rig[7].RestartPackages.Add("demo=1.1");
        rig[7].RestartNeverReturns = true;
        var (_, runs) = await rig.RunAsync();
        Assert.Equal([HostState.Failed, HostState.RolledBack, HostState.RollbackFailed, HostState.Failed, HostState.Done], new[] { 1, 3, 5, 7, 9 }.Select(h => runs[$"host-{h}"].State));
        Assert.Equal([HostState.Skipped, HostState.Skipped, HostState.Skipped, HostState.Skipped, HostState.Done], new[] { 2, 4, 6, 8, 10 }.Select(h => runs[$"host-{h}"].State));
    }

    [Fact]
    public async Task They_are_left_out_also_where_the_same_failure_halts_the_wave_and_the_rest_stays_pending()
    {
        var rig = Chain(3, extra: 1);
        rig.Halt = new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 };
        rig[1].UnhealthyPackages.Add("demo=1.1");
        var (status, runs) = await rig.RunAsync(rig.Options with { Throttle = 1 });
        Assert.Equal((WaveState.Halted, 3), (status.State, status.Pending));
        Assert.Equal([HostState.RolledBack, HostState.Skipped, HostState.Skipped, HostState.Pending], runs.OrderBy(r => r.Key).Select(r => r.Value.State));
    }

    [Fact]
    public async Task A_halt_rule_counts_the_failure_also_where_nobody_but_those_left_out_remains()
    {
        var rig = Chain(2);
        rig.Halt = new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 };
        rig[1].UnhealthyPackages.Add("demo=1.1");
        var (status, _) = await rig.RunAsync();
        Assert.Equal((WaveState.Halted, "1 host failed; the halt rule allows 1."), (status.State, status.Reason));
    }

    [Fact]
    public async Task A_repaired_predecessor_takes_those_after_it_along_and_a_run_without_repair_changes_nothing()
    {
        var rig = Chain(3);
        rig[1].DiskFull = true;
        await rig.RunAsync();
        var entries = rig.Journal.Entries.Count(e => e.Asset is not null);
        var (_, untouched) = await rig.RunAsync();
        Assert.Equal([HostState.Failed, HostState.Skipped, HostState.Skipped], untouched.OrderBy(r => r.Key).Select(r => r.Value.State));
        Assert.Equal(entries, rig.Journal.Entries.Count(e => e.Asset is not null));

        rig[1].DiskFull = false;
        var (status, runs) = await rig.RunAsync(rig.Options with { RetryFailed = true });
        Assert.Equal((WaveState.Completed, 3), (status.State, status.Done));
        Assert.All(runs.Values, r => Assert.Equal((HostState.Done, null), (r.State, r.Reason)));
        Assert.True(At(rig, 1, HostStep.Finish) < At(rig, 2, HostStep.Admit));
    }

    [Fact]
    public async Task A_host_that_did_not_answer_is_looked_at_again_before_those_after_it_are_judged()
    {
        var rig = Chain(2);
        rig.Wrap = (host, inner) => host.Asset == "host-1" ? new OnApply(inner, after: () => rig[1].Unreachable = true) : inner;
        var (_, runs) = await rig.RunAsync();
        Assert.Equal((HostState.Unknown, HostState.Skipped), (runs["host-1"].State, runs["host-2"].State));
        Assert.Contains("did not answer", runs["host-2"].Reason, StringComparison.Ordinal);
        rig[1].Unreachable = false;
        rig.Wrap = static (_, inner) => inner;
        var (status, _) = await rig.RunAsync();
        Assert.Equal(2, status.Done);
    }

    [Fact]
    public async Task A_host_of_an_earlier_wave_counts_until_it_is_repaired_there()
    {
        var rig = new WaveRig(3);
        rig[1].UnhealthyPackages.Add("demo=1.1");
        var whole = rig.Definition();
        var (first, second) = (Part(whole, 1, 0), Part(whole, 2, 1, 2));
        second = second with { Hosts = [second.Hosts[0] with { After = ["host-1"] }, second.Hosts[1]] };
        var (one, two) = (new WaveDefinition(rig.PlanId, first, [second]), new WaveDefinition(rig.PlanId, second, [first]));
        await rig.RunAsync(definition: one);
        var (status, runs) = await rig.RunAsync(definition: two);
        Assert.Equal((WaveState.Completed, 1), (status.State, status.Done));
        Assert.Equal((HostState.Skipped, HostState.Done), (runs["host-2"].State, runs["host-3"].State));
        Assert.Equal("Not begun: it comes after host-1, which was rolled back (wave 1). See why with Get-PatchWave plan-1 1 -Evidence -Asset host-1; put it right, then run Invoke-PatchWave plan-1 1 -RetryFailed, then Invoke-PatchWave plan-1 2.", runs["host-2"].Reason);

        rig[1].UnhealthyPackages.Clear();
        await rig.RunAsync(rig.Options with { RetryFailed = true }, definition: one);
        (status, _) = await rig.RunAsync(definition: two);
        Assert.Equal((WaveState.Completed, 2), (status.State, status.Done));
    }

    [Fact]
    public async Task A_host_that_is_taken_back_in_an_earlier_wave_meanwhile_bars_those_after_it()
    {
        var rig = new WaveRig(3);
        var whole = rig.Definition();
        var (first, second) = (Part(whole, 1, 0), Part(whole, 2, 1, 2));
        second = second with { Hosts = [second.Hosts[0], second.Hosts[1] with { After = ["host-1"] }] };
        var (one, two) = (new WaveDefinition(rig.PlanId, first, [second]), new WaveDefinition(rig.PlanId, second, [first]));
        await rig.RunAsync(definition: one);
        var undone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Wrap = (host, inner) => host.Asset == "host-2" ? new OnApply(inner, before: undone.Task) : inner;
        var running = rig.RunAsync(rig.Options with { Throttle = 1 }, definition: two);
        await rig.RunAsync(rig.Options with { Mode = WaveMode.Undo }, definition: one);
        undone.SetResult();
        var (_, runs) = await running;
        Assert.Equal((HostState.Done, HostState.Skipped), (runs["host-2"].State, runs["host-3"].State));
        Assert.Empty(rig[3].PackageLog);
    }

    [Fact]
    public async Task What_comes_first_and_is_not_due_yet_leaves_those_after_it_for_a_later_run_too()
    {
        var rig = new WaveRig(3);
        rig.After[1] = [2];
        var wave = rig.Definition().Wave;
        wave = wave with { Hosts = [wave.Hosts[0], wave.Hosts[1] with { Start = rig.Time.GetUtcNow().AddHours(1) }, wave.Hosts[2]] };
        var (status, runs) = await rig.RunAsync(rig.Options with { WaitForStart = false }, definition: new WaveDefinition(rig.PlanId, wave));
        Assert.Equal((WaveState.Suspended, "2 hosts are not due yet."), (status.State, status.Reason));
        Assert.Equal([HostState.Pending, HostState.Pending, HostState.Done], runs.OrderBy(r => r.Key).Select(r => r.Value.State));
    }

    [Fact]
    public async Task What_comes_first_and_does_not_fit_its_window_any_more_leaves_those_after_it_out()
    {
        var rig = Chain(2);
        var wave = rig.Definition().Wave;
        wave = wave with { Hosts = [wave.Hosts[0] with { LatestStart = wave.Start }, wave.Hosts[1]] };
        var (status, runs) = await rig.RunAsync(definition: new WaveDefinition(rig.PlanId, wave));
        Assert.Equal((WaveState.Halted, HostState.Pending, HostState.Skipped), (status.State, runs["host-1"].State, runs["host-2"].State));
        Assert.Contains("host-1, which was not admitted. Plan both again with New-PatchPlan", runs["host-2"].Reason, StringComparison.Ordinal);
        Assert.Empty(rig[2].Commands);
    }

    [Fact]
    public async Task Hosts_that_wait_for_each_other_are_left_out_and_the_run_ends()
    {
        var rig = new WaveRig(3);
        rig.After[1] = [2];
        rig.After[2] = [1];
        var (status, runs) = await rig.RunAsync();
        Assert.Equal([HostState.Skipped, HostState.Skipped, HostState.Done], runs.OrderBy(r => r.Key).Select(r => r.Value.State));
        Assert.Equal(WaveState.Completed, status.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public async Task The_way_back_takes_those_that_come_after_first(int throttle)
    {
        var rig = Chain(4);
        await rig.RunAsync();
        var (_, runs) = await rig.RunAsync(rig.Options with { Mode = WaveMode.Undo, Throttle = throttle });
        Assert.All(runs.Values, r => Assert.Equal(HostState.RolledBack, r.State));
        for (var host = 1; host < 4; host++) Assert.True(At(rig, host + 1, HostStep.Finish) < At(rig, host, HostStep.Admit), $"host-{host} went back before host-{host + 1}");
    }

    [Fact]
    public async Task A_halt_rule_that_takes_the_wave_back_does_so_in_that_order()
    {
        var rig = Chain(4, extra: 1);
        rig.Halt = new HaltRule { MaxFailures = 1, MaxFailurePercent = 100 };
        rig[4].UnhealthyPackages.Add("demo=1.1");
        await rig.RunAsync(rig.Options with { OnHalt = HaltAction.RollBackWave, Throttle = 1 });
        Assert.All(rig.Hosts, h => Assert.Equal("1.0", h.Installed["demo"]));
        Assert.True(At(rig, 3, HostStep.Finish) < At(rig, 2, HostStep.Admit) && At(rig, 2, HostStep.Finish) < At(rig, 1, HostStep.Admit));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_crash_at_any_call_leaves_out_and_lets_in_the_same_hosts_in_the_same_order(bool bad, bool afterEffect)
    {
        var (calls, undisturbed) = await UndisturbedAsync(bad, 4);
        for (var at = 1; at <= calls; at++)
        {
            var trial = CrashTrial.On(4, 4, rig => Backwards(rig, bad));
            await await trial.StartAsync(new SeamTap { DiesAt = at, AfterEffect = afterEffect });
            trial.Lapse();
            await trial.FinishAsync();
            await SameAsync(trial, undisturbed, bad, $"died at {at}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_runner_that_sleeps_anywhere_while_another_takes_over_keeps_the_order(bool bad)
    {
        var (calls, undisturbed) = await UndisturbedAsync(bad, 1);
        for (var at = 1; at <= calls; at++)
        {
            var trial = CrashTrial.On(4, 1, rig => Backwards(rig, bad));
            await SameAsync(trial, undisturbed, bad, await trial.OversleepAsync(at));
        }
    }

    /// <summary>The third comes first, then the second, then the first; the fourth has nothing to do with them.</summary>
    private static void Backwards(WaveRig rig, bool bad)
    {
        (rig.After[1], rig.After[2]) = ([2], [3]);
        if (bad) rig[3].UnhealthyPackages.Add("demo=1.1");
    }

    private static async Task<(int Calls, WaveOutcome Outcome)> UndisturbedAsync(bool bad, int throttle)
    {
        var whole = CrashTrial.On(4, throttle, rig => Backwards(rig, bad));
        var tap = new SeamTap();
        await await whole.StartAsync(tap);
        var outcome = await whole.OutcomeAsync();
        Assert.Contains(bad ? "host-1: Skipped, []" : "host-1: Done, [upgrade demo 1.0 1.1]", outcome.Text, StringComparison.Ordinal);
        return (tap.Calls, outcome);
    }

    private static async Task SameAsync(CrashTrial trial, WaveOutcome expected, bool bad, string schedule)
    {
        Assert.True(expected == await trial.OutcomeAsync(), $"{schedule}:\n{(await trial.OutcomeAsync()).Text}");
        if (!bad) Assert.True(At(trial.Rig, 3, HostStep.Finish) < At(trial.Rig, 2, HostStep.Admit) && At(trial.Rig, 2, HostStep.Finish) < At(trial.Rig, 1, HostStep.Admit), schedule);
    }

    private static WaveRig Chain(int hosts, int extra = 0)
    {
        var rig = new WaveRig(hosts + extra);
        for (var host = 2; host <= hosts; host++) rig.After[host] = [host - 1];
        return rig;
    }

    private static void Spoil(WaveRig rig, int host, int how)
    {
        if (how == 0) rig[host].UnhealthyPackages.Add("demo=1.1");
        else if (how == 1) rig[host].FailingPackages.Add("demo=1.1");
        else rig[host].Unreachable = true;
    }

    private static PlanWave Part(WaveDefinition whole, int number, params int[] hosts) => whole.Wave with { Number = number, Hosts = [.. hosts.Select(h => whole.Hosts[h])] };

    /// <summary>Where a host's last entry of a step stands in the journal.</summary>
    private static int At(WaveRig rig, int host, HostStep step) => rig.Journal.Entries.ToList().FindLastIndex(e => e.Asset == $"host-{host}" && e.Step == step.ToString());

    /// <summary>Something to wait for before a change begins, and something that happens as soon as it did.</summary>
    private sealed class OnApply(IHostTransport inner, Task? before = null, Action? after = null) : IHostTransport
    {
        public string Host => inner.Host;

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => inner.RunAsync(command, cancellationToken);

        public async Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken)
        {
            var applies = command.Arguments[0] == "apply";
            if (applies && before is not null) await before;
            var report = await inner.StartStepAsync(key, command, after is null ? wait : TimeSpan.Zero, cancellationToken);
            if (applies) after?.Invoke();
            return report;
        }

        public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => inner.CollectStepAsync(stepId, wait, deadline, cancellationToken);

        public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => inner.PutFileAsync(path, content, deadline, cancellationToken);

        public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => inner.GetFileAsync(path, deadline, cancellationToken);
    }
}
