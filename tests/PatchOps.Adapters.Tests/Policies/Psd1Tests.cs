using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PatchOps.Adapters.Policies;
using PatchOps.Core.Governance;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Policies;

/// <summary>PowerShell data files hold the same schema as YAML, and are read without executing anything.</summary>
public sealed class Psd1Tests
{
    [Fact]
    public void The_default_policy_reads_the_same_in_all_three_formats()
    {
        var built = Json(PatchPolicy.Default);
        Assert.Equal(built, Json(PolicyFile.Parse(built, "default.json")));
        Assert.Equal(built, Json(PolicyFile.Parse(Psd1(JsonNode.Parse(built)!, 0), "default.psd1")));
        Assert.Equal(built, Json(PolicyFile.Read(Path.Combine(SharedData.Repository, "docs", "policy-default.yaml"))));
    }

    [Fact]
    public void Everything_that_a_data_file_may_hold_is_read()
    {
        var policy = PolicyFile.Parse(
            """
            # the rules of one estate
            @{
                risk = @{
                    Currency = 'EUR'; unknownEpss = .03
                    reach = 0.00002, 0.0002,   # over
                            0.0007, 0.002      # two lines
                    value = @(
                        1600
                        8000; 40000
                        200000, 1e6
                    )
                    scoreTop = (10000)
                    context = @{ criticality = @{ 5 = "CR:H/MAC:H" }; sensitivity = @{}; exposure = @{} }
                }
                <# freezes,
                   over lines #>
                'planning' = @{
                    ownPlans = $False
                    windows = @{ 'it''s weekly' = "Sat `"22:00`"-02:00".Length }
                }
            }
            """.Replace("\"Sat `\"22:00`\"-02:00\".Length", "'Sat 22:00-02:00'", StringComparison.Ordinal), "team.psd1");
        Assert.Equal(("EUR", 0.03, 10_000.0), (policy.Risk.Currency, policy.Risk.UnknownEpss, policy.Risk.ScoreTop));
        Assert.Equal([0.00002, 0.0002, 0.0007, 0.002], policy.Risk.Reach);
        Assert.Equal([1600, 8000, 40000, 200000, 1e6], policy.Risk.Value);
        Assert.Equal("CR:H/MAC:H", policy.Risk.Context.For(5, null, null).ToString());
        Assert.False(policy.Planning.OwnPlans);
        Assert.Equal("Sat 22:00-02:00", policy.Planning.Windows["it's weekly"]);
        Assert.Equal(Json(PatchPolicy.Default), Json(PolicyFile.Parse("@{}", "empty.psd1")));
        Assert.Equal(Json(PatchPolicy.Default), Json(PolicyFile.Parse("# nothing\n", "empty.psd1")));
        Assert.Equal("two\nlines", PolicyFile.Parse("@{ planning = @{ probes = @(@{ kind = 'Command'; packages = 'a', 'b'; target = @'\ntwo\nlines\n'@ }) } }", "here.psd1").Planning.Probes[0].Target);
    }

    [Theory]
    [InlineData("@{\n  risk = @{ currency = $env:HOME }\n}", 2)]
    [InlineData("@{\n  risk = @{\n    currency = $(Get-Date)\n  }\n}", 3)]
    [InlineData("@{ risk = @{ currency = \"$(rm x)\" } }", 1)]
    [InlineData("@{ risk = @{ currency = \"$x\" } }", 1)]
    [InlineData("@{\n\n  risk = Get-Content x\n}", 3)]
    [InlineData("@{ risk = @{ currency = 'a' + 'b' } }", 1)]
    [InlineData("@{ risk = @{ benefitDays = (100 * 2) } }", 1)]
    [InlineData("@{ risk = [int]'5' }", 1)]
    [InlineData("@{ risk = { 1 } }", 1)]
    [InlineData("& whoami", 1)]
    [InlineData("@{ }\nGet-Process", 2)]
    [InlineData("@{ risk = @{ currency = 'x'\n", 2)]
    [InlineData("@{ risk = @{ currency = 'x } }", 1)]
    [InlineData("@{ risk = @(1, 2 }", 1)]
    [InlineData("@{\n risk = @{}\n Risk = @{}\n}", 3)]
    [InlineData("@{ risk = @{ currency = EUR } }", 1)]
    [InlineData("@{ risk = @{ benefitDays = 5d } }", 1)]
    [InlineData("@{ risk @{} }", 1)]
    [InlineData("@{ <# never ends }", 1)]
    public void What_would_have_to_be_executed_or_does_not_end_is_refused_with_its_line(string text, int line)
    {
        var failure = Assert.Throws<FailureException>(() => PolicyFile.Parse(text, "team.psd1")).Failure;
        Assert.Equal("PolicyInvalid", failure.Code);
        Assert.StartsWith($"team.psd1, line {line}:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_nests_without_end_is_refused() =>
        Assert.Contains("too deep", Assert.Throws<FailureException>(() => PolicyFile.Parse(string.Concat(Enumerable.Repeat("@{a=", 5000)), "deep.psd1")).Failure.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("team.psd1", "@{\n  planning = @{\n    canaryShare = 2\n    canaryShares = 0.2\n  }\n  risk = @{ kevFloor = 'much' }\n}")]
    [InlineData("team.json", "{\n  \"planning\": {\n    \"canaryShare\": 2,\n    \"canaryShares\": 0.2\n  },\n\"risk\": { \"kevFloor\": \"much\" }\n}")]
    [InlineData("team.yaml", "\nplanning:\n  canaryShare: 2\n  canaryShares: 0.2\n\nrisk: { kevFloor: much }\n")]
    public void Every_fault_of_a_file_is_told_with_its_line_in_every_format(string name, string text)
    {
        var message = Assert.Throws<FailureException>(() => PolicyFile.Parse(text, name)).Failure.Message;
        Assert.Equal($"{name}, line 3: canaryShare must lie between 0 and 1. Line 4: the key 'planning.canaryShares' is not known; did you mean canaryShare? Line 6: 'much' does not fit 'risk.kevFloor', which takes a number.", message);
    }

    private static string Json(PatchPolicy policy) => JsonSerializer.Serialize(policy, PolicyBinder.Options);

    /// <summary>Writes values as a PowerShell data file.</summary>
    private static string Psd1(JsonNode? node, int depth)
    {
        var pad = new string(' ', depth * 2);
        switch (node)
        {
            case JsonObject map:
                var text = new StringBuilder("@{\n");
                foreach (var (key, value) in map) text.Append(CultureInfo.InvariantCulture, $"{pad}  '{key.Replace("'", "''", StringComparison.Ordinal)}' = {Psd1(value, depth + 1)}\n");
                return text.Append(pad).Append('}').ToString();
            case JsonArray list:
                return "@(" + string.Join(", ", list.Select(i => Psd1(i, depth + 1))) + ")";
            case JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False:
                return value.GetValue<bool>() ? "$true" : "$false";
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                return value.ToJsonString();
            case JsonValue value:
                return "'" + value.GetValue<string>().Replace("'", "''", StringComparison.Ordinal) + "'";
            default:
                return "$null";
        }
    }
}
