using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Waves;

/// <summary>What a person can read of a wave afterwards: timeline, evidence by host, the page of a host, what is left.</summary>
public sealed class WaveEvidenceTests : IAsyncLifetime
{
    private const string Policy = """
        planning:
          maxFailures: 3
          maxFailurePercent: 100
          detectionWindow: 00:00:00
          probeGrace: 00:00:00
          probes:
            - { kind: PowerShell, target: "is it well" }
        """;

    private readonly BoxEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task The_timeline_has_every_step_in_its_order_with_the_state_that_it_led_to_and_who_began()
    {
        var plan = await TroubledAsync();
        var lines = (await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Timeline = true })).Results.Cast<TimelineEntry>().ToList();
        Assert.Equal("Begun by tester (to patch).", lines[0].Summary);
        Assert.Equal(("Completed", (string?)null), (lines[^1].Step, lines[^1].Asset));
        Assert.Equal(lines.OrderBy(l => l.At).Select(l => l.At), lines.Select(l => l.At));

        var good = lines.Where(l => l.Asset == "box-1").Select(l => (l.Step, l.Outcome, l.State)).ToList();
        Assert.Equal(
        [
            ("Admit", "Succeeded", HostState.Pending), ("PreCheck", "Began", HostState.Pending), ("PreCheck", "Succeeded", HostState.PreChecked), ("Stage", "Began", HostState.PreChecked), ("Stage", "Succeeded", HostState.PreChecked),
            ("Apply", "Began", HostState.Applying), ("Apply", "Succeeded", HostState.Applied), ("Verify", "Began", HostState.Applied), ("Verify", "Succeeded", HostState.Verified),
            ("Probe", "Began", HostState.Verified), ("Probe", "Succeeded", HostState.Healthy), ("Finish", "Succeeded", HostState.Done),
        ], good);
        // What failed, and how it was led back, can be read off in order, with the words of the probe.
        var ill = lines.Where(l => l.Asset == "box-2" && l.Outcome != "Began").Select(l => $"{l.Step} {l.Outcome} {l.State}").ToList();
        Assert.Equal(["Probe Failed Failed", "Revert Succeeded RollingBack", "VerifyReverted Succeeded RolledBack", "ProbeReverted Failed RolledBack", "Finish Failed RolledBack"], ill[^5..]);
        Assert.Contains("it is Unhealthy", lines.Single(l => l is { Asset: "box-2", Step: "Probe", Outcome: "Failed" }).Summary, StringComparison.Ordinal);

        Assert.All((await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Timeline = true, Asset = ["box-2"] })).Results.Cast<TimelineEntry>(), l => Assert.Equal("box-2", l.Asset));
    }

    [Fact]
    public async Task Evidence_has_commands_with_exit_codes_versions_before_and_after_and_readings_and_times()
    {
        var plan = await TroubledAsync();
        var pieces = (await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Evidence = true, Asset = ["BOX-2"] })).Results.Cast<HostEvidence>().ToList();
        Assert.All(pieces, p => Assert.Equal(("box-2", 1, plan.Id), (p.Asset, p.Wave, p.PlanId)));
        Assert.Equal(("app", "1.0.0"), Single(p => p is { Kind: EvidenceKind.Version, Step: "PreCheck" }, p => (p.Package, p.Version)));
        Assert.Equal(("app", "1.1.0"), Single(p => p is { Kind: EvidenceKind.Version, Step: "Verify" }, p => (p.Package, p.Version)));
        Assert.Equal(("app", "1.0.0"), Single(p => p is { Kind: EvidenceKind.Version, Step: "VerifyReverted" }, p => (p.Package, p.Version)));
        Assert.Equal(("box: Apply app 1.0.0 → 1.1.0", 0), Single(p => p is { Kind: EvidenceKind.Command, Step: "Apply" }, p => (p.Command, p.ExitCode)));
        Assert.Equal("it is Unhealthy", Single(p => p is { Kind: EvidenceKind.Reading, Step: "Probe" }, p => p.Detail));
        Assert.All(pieces.Where(p => p.Kind is EvidenceKind.Step or EvidenceKind.Command), p => Assert.True(p.Elapsed >= TimeSpan.Zero && p.Elapsed < TimeSpan.FromMinutes(1), p.ToString()));
        Assert.Equal(("PowerShell is it well", "Unhealthy"), Single(p => p is { Kind: EvidenceKind.Reading, Step: "Probe" }, p => (p.Probe, p.Outcome)));

        T Single<T>(Func<HostEvidence, bool> which, Func<HostEvidence, T> what) => what(Assert.Single(pieces, p => which(p)));
    }

    [Fact]
    public async Task A_host_that_the_plan_does_not_have_is_named_and_switches_that_exclude_each_other_are_refused()
    {
        var plan = await TroubledAsync();
        var told = await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Asset = ["nobody", "box-1"] });
        Assert.Equal("HostNotInWave", Assert.Single(told.Failures).Code);
        Assert.Equal("box-1", Assert.Single(told.Runs).Asset);
        Assert.Equal("ParameterAmbiguous", Assert.Single((await estate.AskAsync(new GetWaveRequest { PlanId = plan.Id, Evidence = true, Timeline = true })).Failures).Code);
        Assert.Equal("HostNotInWave", Assert.Single((await estate.AskAsync(new ExportReportRequest { Kind = ReportKind.Wave, Asset = ["nobody"], Path = estate.PathOf("r.html") })).Failures).Code);
        Assert.Equal("ParameterAmbiguous", Assert.Single((await estate.AskAsync(new ExportReportRequest { Kind = ReportKind.Compliance, Asset = ["box-1"], Path = estate.PathOf("r.html") })).Failures).Code);
    }

    [Fact]
    public async Task A_hosts_page_has_its_versions_steps_commands_and_probes_and_nothing_of_others()
    {
        var plan = await TroubledAsync();
        var text = await ReportAsync(new ExportReportRequest { Kind = ReportKind.Wave, PlanId = plan.Id, Asset = ["box-1"], Path = estate.PathOf("box-1.md") });
        Assert.Contains("## Evidence of box-1, wave 1", text, StringComparison.Ordinal);
        Assert.Contains($"| app | {plan.Waves[0].Hosts[0].Patches[0].Patch} | 1.0.0 | 1.1.0 | 1.1.0 |", text.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Matches(@"\| Apply \| [0-9: -]+ \| 0 \| [0-9.]+ s \| box: Apply app 1\.0\.0 → 1\.1\.0 \|", text);
        Assert.Matches(@"\| PowerShell is it well \| Probe \| [0-9: -]+ \| Healthy \| it is Healthy \|", text);
        Assert.DoesNotContain("box-2", text, StringComparison.Ordinal);
        Assert.Contains("box-1", text.Split('\n')[4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_waves_report_has_every_hosts_page_what_is_left_to_do_and_the_risk_that_remains()
    {
        var plan = await TroubledAsync();
        var text = (await ReportAsync(new ExportReportRequest { Kind = ReportKind.Wave, PlanId = plan.Id, Path = estate.PathOf("wave.md") })).Replace("\\", "", StringComparison.Ordinal);
        Assert.Contains("## What happened on box-2, wave 1", text, StringComparison.Ordinal);
        Assert.Contains("## Evidence of box-1, wave 1", text, StringComparison.Ordinal);
        Assert.Contains("1 host waits for a person", text, StringComparison.Ordinal);
        Assert.Matches($@"\| box-2 \| 1 \| RolledBack \| .*Unhealthy.* \| .*Invoke-PatchWave {plan.Id} 1 -RetryFailed", text);
        var patch = System.Text.RegularExpressions.Regex.Escape(plan.Waves[0].Hosts[0].Patches[0].Patch);
        Assert.Matches($@"\| box-2 \| {patch} \| .* \| yes \|", text);
        Assert.DoesNotMatch($@"\| box-1 \| {patch} \| .* USD", text);
        Assert.Contains("Remaining risk on these hosts", text, StringComparison.Ordinal);
    }

    /// <summary>Two hosts, of which the second is ill after its change and goes back.</summary>
    private async Task<PatchPlan> TroubledAsync()
    {
        estate.Health = asset => asset == "box-2" ? HealthStatus.Unhealthy : HealthStatus.Healthy;
        var plan = await estate.PlanAsync(Policy, ["box-1", "box-2"], environment: "Test");
        await estate.ApproveAsync(plan);
        var told = await estate.InvokeAsync(plan);
        Assert.Equal((HostState.Done, HostState.RolledBack), (told.Run("box-1").State, told.Run("box-2").State));
        return plan;
    }

    private async Task<string> ReportAsync(ExportReportRequest request)
    {
        var told = await estate.AskAsync(request);
        Assert.True(told.Failures.Count == 0, string.Join("; ", told.Failures));
        return await File.ReadAllTextAsync(request.Path);
    }
}
