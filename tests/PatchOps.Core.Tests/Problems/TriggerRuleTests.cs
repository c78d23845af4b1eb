using PatchOps.Core.Problems;
using PatchOps.Core.Problems.Triggers;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Problems;

/// <summary>When a problem asks for a patch, a workaround or a configuration change: the first rule that fits decides, and says so.</summary>
public sealed class TriggerRuleTests
{
    private static readonly PatchCandidate Patched = new() { Id = "PRB1", Patches = ["deb:foo/1.1"], IncidentsAvoided = 2, IncidentsPerMonth = 4, Confidence = 0.5, Category = "Web timeout" };

    [Theory]
    [InlineData(true, false, 2, 4, 0.05, "Web timeout", ProblemResponse.PatchRequest, "Patch avoids incidents")]
    [InlineData(true, true, 0, 0, 0.9, "Web timeout", ProblemResponse.PatchRequest, "Exploited vulnerability")]
    [InlineData(true, false, 2, 4, 0.5, "Web timeout", ProblemResponse.Workaround, "Unstable patch")]
    [InlineData(true, false, 0.1, 4, 0.05, "Web timeout", ProblemResponse.None, null)]
    [InlineData(false, false, 0, 4, 0.05, "Configuration", ProblemResponse.ConfigurationChange, "Configuration")]
    [InlineData(false, false, 0, 4, 0.05, "Web timeout", ProblemResponse.Workaround, "No patch")]
    [InlineData(false, false, 0, 0.5, 0.05, "Web timeout", ProblemResponse.None, null)]
    public void The_first_rule_that_fits_decides(bool patch, bool kev, double avoided, double incidents, double failure, string category, ProblemResponse response, string? rule)
    {
        var candidate = Patched with { Patches = patch ? ["deb:foo/1.1"] : [], IncidentsAvoided = avoided, IncidentsPerMonth = incidents, Category = category };
        var decided = TriggerRules.Apply(ProblemPolicy.Default.Triggers, new TriggerFacts(candidate, "2", kev, failure));
        Assert.Equal((response, rule), (decided.Response, decided.Rule));
        Assert.Contains(rule ?? "No rule", decided.Reasons[^1]);
    }

    [Fact]
    public void Own_rules_take_the_place_of_the_built_in_ones()
    {
        TriggerRule[] rules = [new() { Name = "Only the urgent", Response = ProblemResponse.PatchRequest, Priorities = ["1*", "P1"], MinimumConfidence = 0.4 }];
        Assert.Equal("Only the urgent", TriggerRules.Apply(rules, new TriggerFacts(Patched, "1 - Critical", false, 0)).Rule);
        Assert.Null(TriggerRules.Apply(rules, new TriggerFacts(Patched, "2", false, 0)).Rule);
        Assert.Null(TriggerRules.Apply(rules, new TriggerFacts(Patched, null, false, 0)).Rule);
        Assert.Null(TriggerRules.Apply(rules, new TriggerFacts(Patched with { Confidence = 0.3 }, "1", false, 0)).Rule);
    }

    [Fact]
    public void A_rule_that_cannot_be_meant_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TriggerRule { Name = " ", Response = ProblemResponse.Workaround });
        Assert.Throws<ArgumentException>(() => new TriggerRule { Name = "x", Response = (ProblemResponse)9 });
        Assert.Throws<ArgumentException>(() => new TriggerRule { Name = "x", Response = ProblemResponse.Workaround, MinimumIncidents = double.NaN });
        Assert.Throws<ArgumentException>(() => new TriggerRule { Name = "x", Response = ProblemResponse.Workaround, MinimumAvoided = -1 });
    }
}
