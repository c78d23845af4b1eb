using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Policies;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Policies;

/// <summary>Ranges and contradictions of every section, through the users' door.</summary>
public sealed class PolicyCheckTests
{
    [Theory]
    [InlineData("planning:\n  pilotShare: -0.1\n", 2, "pilotShare")]
    [InlineData("planning:\n  soak: -01:00:00\n", 2, "soak")]
    [InlineData("planning:\n  maxConcurrent: 0\n", 2, "maxConcurrent")]
    [InlineData("planning:\n  maxConcurrentPerTeam: -1\n", 2, "maxConcurrentPerTeam")]
    [InlineData("planning:\n  durationSamples: 0\n", 2, "durationSamples")]
    [InlineData("planning:\n  approvalQuorum: 0\n", 2, "approvalQuorum")]
    [InlineData("planning:\n  maxFailures: -1\n", 2, "maxFailures")]
    [InlineData("planning:\n  maxFailurePercent: 101\n", 2, "maxFailurePercent")]
    [InlineData("planning:\n  latenessFactor: -1\n", 2, "latenessFactor")]
    [InlineData("planning:\n  defaultMedian: 00:00:00\n", 2, "defaultMedian")]
    [InlineData("planning:\n  defaultMedian: 01:00:00\n", 2, "defaultNinetiethPercentile is below defaultMedian")]
    [InlineData("planning:\n  detectionWindow: 400.00:00:00\n", 2, "detectionWindow")]
    [InlineData("planning:\n  probeGrace: -00:00:01\n", 2, "probeGrace")]
    [InlineData("planning:\n  defaultWindow: sometimes\n", 2, "sometimes")]
    [InlineData("planning:\n  windows:\n    a: Sat 22:00-02:00\n    b: whenever\n", 4, "whenever")]
    [InlineData("planning:\n  freezes:\n    - { name: a, when: month-end 3 }\n    - { name: b, when: never }\n", 4, "never")]
    [InlineData("planning:\n  freezes:\n    - name: a\n      when: month-end 3\n      timeZone: Mars/Olympus\n", 5, "Mars/Olympus")]
    [InlineData("planning:\n  backups:\n    - { name: nightly, marker: /m, schedule: sometimes }\n", 3, "sometimes")]
    [InlineData("planning:\n  probes:\n    - { kind: Prayer, target: x }\n", 3, "Prayer")]
    [InlineData("planning:\n  probes:\n    - { kind: Tcp, target: 99999 }\n", 3, "port")]
    [InlineData("planning:\n  probes:\n    - { kind: Http, target: example.org }\n", 3, "http://")]
    [InlineData("content:\n  filters:\n    - { name: x }\n", 3, "leaves nothing out")]
    [InlineData("content:\n  filters:\n    - { packages: [a] }\n", 3, "needs name")]
    [InlineData("problems:\n  workaroundDays: -1\n", 2, "workaroundDays")]
    [InlineData("planning:\n  approverRole: ''\n", 2, "approverRole")]
    [InlineData("planning:\n  approvalQuorum: 3\n  roles: { ChangeManager: [ann, bob] }\n", 3, "Nothing could ever be approved")]
    [InlineData("exceptions:\n  maxDays: 9999\n", 2, "maxDays")]
    [InlineData("effectiveness:\n  horizonDays: 0\n", 2, "HorizonDays")]
    [InlineData("risk:\n  acceptScore: 60\n", 2, "contradict")]
    [InlineData("risk:\n  emergencyScore: 40\n", 2, "contradict")]
    [InlineData("risk:\n  ransomwareFloor: 0.2\n", 2, "RansomwareFloor is below KevFloor")]
    [InlineData("risk:\n  workPerInstall: -5\n", 2, "WorkPerInstall")]
    [InlineData("risk:\n  unknownEpss: NaN\n", 2, "unknownEpss")]
    [InlineData("risk:\n  incidentCost: [1, 2, 3, 4, 5]\n", 2, "IncidentCost")]
    [InlineData("risk:\n  ssvcDays:\n    14 days: 14\n    3 weeks: 21\n", 4, "3 weeks")]
    [InlineData("risk:\n  ssvc:\n    humanImpact: [3, 2, 1, 0, 0]\n", 2, "HumanImpact")]
    [InlineData("risk:\n  serviceLevels:\n    regulated: [1, 2, 3, 4]\n", 3, "Regulated")]
    [InlineData("risk:\n  updates:\n    Feature: { atLeast: Expedite, atMost: Defer }\n", 3, "contradict")]
    [InlineData("risk:\n  updates:\n    Hotfix: {}\n", 3, "Hotfix")]
    [InlineData("risk:\n  tiers:\n    - { name: dmz, exposure: Everybody }\n", 3, "Everybody")]
    public async Task A_fault_is_told_with_its_line(string text, int line, string what)
    {
        await using var estate = new TestEstate();
        var (results, failures, _) = await estate.RunAsync(new TestPolicyRequest { Path = estate.Write("team.yaml", text) });
        Assert.Empty(failures);
        var verdict = Assert.IsType<PolicyVerdict>(Assert.Single(results));
        Assert.False(verdict.Valid);
        var fault = verdict.Faults.First(f => f.Severity == FindingSeverity.Error);
        Assert.True(fault.ToString().Contains(what, StringComparison.OrdinalIgnoreCase) || fault.Key.Contains(what, StringComparison.OrdinalIgnoreCase), fault.ToString());
        Assert.Equal(line, fault.Line);
        Assert.StartsWith($"line {line}: ", verdict.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("risk:\n  serviceLevels:\n    internet: [90, 30, 7, 2]\n", 3, "decides nothing")]
    [InlineData("content:\n  filters:\n    - { name: all, packages: ['*'], alsoSecurity: true }\n", 3, "every security fix")]
    [InlineData("planning:\n  ownPlans: false\n  roles: { ChangeManager: [ann] }\n", 3, "nobody else could approve")]
    public async Task What_is_usable_but_hardly_meant_is_a_warning(string text, int line, string what)
    {
        await using var estate = new TestEstate();
        var verdict = (PolicyVerdict)Assert.Single((await estate.RunAsync(new TestPolicyRequest { Path = estate.Write("team.yaml", text) })).Results);
        Assert.True(verdict.Valid, verdict.Fault);
        var warning = Assert.Single(verdict.Faults);
        Assert.Equal((FindingSeverity.Warning, line), (warning.Severity, warning.Line));
        Assert.Contains(what, warning.Message, StringComparison.Ordinal);
        PolicyFile.Parse(text, "team.yaml");
    }

    [Fact]
    public async Task The_default_file_is_sound_and_has_nothing_to_warn_of()
    {
        await using var estate = new TestEstate();
        var verdict = (PolicyVerdict)Assert.Single((await estate.RunAsync(new TestPolicyRequest { Path = Path.Combine(PatchOps.Tests.SharedData.Repository, "docs", "policy-default.yaml") })).Results);
        Assert.True(verdict.Valid, verdict.Fault);
        Assert.Empty(verdict.Faults);
    }

    [Fact]
    public void A_text_that_unfolds_without_end_is_refused()
    {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 9).Select(i => $"a{i}: &a{i} [*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1}]\n"));
        Assert.Contains("unfolds", Assert.Throws<FailureException>(() => PolicyFile.Parse(text, "bomb.yaml")).Failure.Message, StringComparison.Ordinal);
    }
}
