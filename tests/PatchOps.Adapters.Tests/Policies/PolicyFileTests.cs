using System.Text.Json;
using System.Text.Json.Nodes;
using PatchOps.Adapters.Policies;
using PatchOps.Core.Governance;
using PatchOps.Domain;
using PatchOps.Tests;
using YamlDotNet.RepresentationModel;

namespace PatchOps.Adapters.Tests.Policies;

public sealed class PolicyFileTests
{
    private static string DefaultFile { get; } = Path.Combine(SharedData.Repository, "docs", "policy-default.yaml");

    [Fact]
    public void The_documented_default_file_is_the_built_in_policy() =>
        Assert.Equal(Json(PatchPolicy.Default), Json(PolicyFile.Read(DefaultFile)));

    [Fact]
    public void The_documented_default_file_names_every_key()
    {
        var stream = new YamlStream();
        using var text = File.OpenText(DefaultFile);
        stream.Load(text);
        var written = Keys(stream.Documents[0].RootNode).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.Equal([], Keys(JsonNode.Parse(Json(PatchPolicy.Default))!, "").Where(k => !written.Contains(k)));
    }

    [Fact]
    public void What_a_file_leaves_out_keeps_its_default()
    {
        var policy = Parse("PLANNING:\n  canaryShare: 0.1\n  soak: 1.00:00:00\nrisk:\n  # currency: EUR\neffectiveness:\n  confidence: 0.9\n");
        Assert.Equal(0.1, policy.Planning.CanaryShare);
        Assert.Equal(TimeSpan.FromDays(1), policy.Planning.Soak);
        Assert.Equal(PatchPolicy.Default.Planning.PilotShare, policy.Planning.PilotShare);
        Assert.Equal("USD", policy.Risk.Currency);
        Assert.Equal(0.9, policy.Effectiveness.Confidence);
        Assert.Equal(Json(PatchPolicy.Default), Json(Parse("# nothing but a remark\n")));
        Assert.Equal(Json(PatchPolicy.Default), Json(Parse("~\n")));
    }

    [Fact]
    public void Sections_with_lists_are_read()
    {
        var policy = Parse(
            """
            planning:
              windows: { weekly: "Sat 22:00-02:00" }
              freezes:
                - name: Year end
                  when: 12-19..01-03
                  timeZone: Europe/Berlin
                  for: { environments: [production], tags: [shop] }
              probes:
                - { kind: Tcp, target: 443, packages: [nginx] }
            risk:
              context:
                criticality: { 5: CR:H/MAC:H }
            """);
        Assert.Equal("Sat 22:00-02:00", policy.Planning.Windows["weekly"]);
        var freeze = Assert.Single(policy.Planning.Freezes);
        Assert.Equal(("Year end", "12-19..01-03", "Europe/Berlin"), (freeze.Name, freeze.When, freeze.TimeZone));
        Assert.Equal([AssetEnvironment.Production], freeze.For.Environments);
        Assert.Equal(("Tcp", "443"), (policy.Planning.Probes.Single().Kind, policy.Planning.Probes.Single().Target));
        Assert.Equal("CR:H/MAC:H", policy.Risk.Context.For(5, null, null).ToString());
        Assert.True(policy.Risk.Context.For(4, null, AssetExposure.Internal).IsEmpty);
    }

    [Theory]
    [InlineData("planning:\n  canaryShare: 0.1\n  canaryShares: 0.2\n", 3, "canaryShares")]
    [InlineData("risk:\n  serviceLevels:\n    standard: [90, 30, 7, 2]\n    partner: [90, 30, 7, 2]\n", 4, "partner")]
    [InlineData("plans:\n  soak: 12:00:00\n", 1, "plans")]
    public void An_unknown_key_is_refused_with_its_line(string text, int line, string key)
    {
        var failure = Refused(text);
        Assert.Contains($"team.yaml, line {line}:", failure.Message, StringComparison.Ordinal);
        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("planning:\n  soak: 12:00:00\n  canaryShare: few\n", 3)]
    [InlineData("planning:\n  soak: twelve hours\n", 2)]
    [InlineData("risk:\n  currency: EUR\n  defaultExposure: Everybody\n", 3)]
    [InlineData("planning:\n  freezes:\n    - when: month-end 3\n", 3)]
    [InlineData("risk:\n  context:\n    criticality: { 6: CR:H }\n", 2)]
    [InlineData("risk:\n  currency: EUR\n currency: USD\n", 3)]
    [InlineData("risk:\n  [a, b]: 1\n", 2)]
    public void A_value_that_does_not_fit_is_refused_with_its_line(string text, int line) =>
        Assert.Contains($"team.yaml, line {line}:", Refused(text).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("risk:\n  currency: [EUR\nplanning: {}\n")]
    [InlineData("risk: {")]
    [InlineData("\"")]
    [InlineData("- risk")]
    [InlineData("risk")]
    public void A_text_that_is_no_policy_is_refused(string text) =>
        Assert.StartsWith("team.yaml", Refused(text).Message, StringComparison.Ordinal);

    [Fact]
    public void A_value_out_of_range_is_refused_by_its_name()
    {
        Assert.Contains("team.yaml, line 2: Confidence", Refused("effectiveness:\n  confidence: 1.5\n").Message, StringComparison.Ordinal);
        Assert.Contains("team.yaml, line 3: KevFloor", Refused("risk:\n  currency: EUR\n  kevFloor: 2\n").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(Path.GetTempPath(), "no-such-policy-b1f0.yaml");
        var failure = Assert.Throws<FailureException>(() => PolicyFile.Read(path)).Failure;
        Assert.Equal(("PathNotFound", path), (failure.Code, failure.Target));
    }

    private static PatchPolicy Parse(string text) => PolicyFile.Parse(text, "team.yaml");

    private static Failure Refused(string text)
    {
        var failure = Assert.Throws<FailureException>(() => Parse(text)).Failure;
        Assert.Equal("PolicyInvalid", failure.Code);
        Assert.NotNull(failure.Remedy);
        return failure;
    }

    private static string Json(PatchPolicy policy) => JsonSerializer.Serialize(policy, PolicyBinder.Options);

    private static IEnumerable<string> Keys(JsonNode node, string path) => node is not JsonObject section
        ? []
        : section.SelectMany(p => Keys(p.Value!, $"{path}/{p.Key}").Prepend($"{path}/{p.Key}"));

    private static IEnumerable<string> Keys(YamlNode node, string path = "") => node is not YamlMappingNode section
        ? []
        : section.Children.SelectMany(p => Keys(p.Value, $"{path}/{((YamlScalarNode)p.Key).Value}").Prepend($"{path}/{((YamlScalarNode)p.Key).Value}"));
}
