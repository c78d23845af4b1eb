using PatchOps.Core.Effectiveness;
using PatchOps.Domain;
using Xunit.Abstractions;

namespace PatchOps.Core.Tests.Effectiveness;

/// <summary>The bounded version of the benchmark's simulations, fixed seeds.</summary>
public sealed class SimulatedVerdictTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("patched at once", 0.0, 0, 90.0)]
    [InlineData("patched over three weeks", 21.0, 0, 90.0)]
    [InlineData("patched over two months", 60.0, 0, 120.0)]
    [InlineData("with twice as many controls", 0.0, 24, 120.0)]
    public void An_80_percent_fall_from_24_or_more_incidents_is_called_Effective_in_80_percent_of_cases(string name, double stagger, int unpatched, double afterDays)
    {
        var random = new Random(1);
        int effective = 0, cases = 0;
        while (cases < 300)
        {
            var history = new Simulation { Rate = 30.0 / 12 / 180, Ratio = 0.2, Stagger = stagger, Items = 12 + unpatched, Unpatched = unpatched, AfterDays = afterDays }.Make(random);
            var result = EffectivenessAnalysis.Analyse(history);
            if (result.BeforeCount < 24) continue;
            cases++;
            if (result.Verdict == EffectivenessVerdict.Effective) effective++;
            else if (cases < 40) output.WriteLine($"{result.Verdict} {result.Design} {result.Model} {result.BeforeCount} {result.AfterCount} {result.RateRatio:G3} {result.RateRatioLow:G3} {result.RateRatioHigh:G3} φ {result.Dispersion:G3} P {result.ProbabilityUseful:G3}");
        }
        output.WriteLine($"{name}: {effective / (double)cases:P1}");
        Assert.True(effective >= 0.8 * cases, $"{name}: {effective} of {cases}");
    }

    [Theory]
    [InlineData("plain", 0.0, 0, 1.0, 1.0)]
    [InlineData("bursts", 0.0, 0, 3.0, 1.0)]
    [InlineData("staggered with bursts and falling trend", 120.0, 0, 2.0, 0.85)]
    [InlineData("controls with bursts and falling trend", 0.0, 12, 2.0, 0.85)]
    public void No_effect_is_called_Effective_in_at_most_5_percent_of_cases(string name, double stagger, int unpatched, double burst, double trend)
    {
        var random = new Random(2);
        int effective = 0, significant = 0;
        const int cases = 400;
        var table = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var n = 0; n < cases; n++)
        {
            var history = new Simulation { Rate = 60.0 / 12 / 180, Stagger = stagger, Items = 12 + unpatched, Unpatched = unpatched, Burst = burst, Trend = trend }.Make(random);
            var result = EffectivenessAnalysis.Analyse(history);
            if (result.Verdict == EffectivenessVerdict.Effective) effective++;
            if (result.PValue < 0.05) significant++;
            var key = $"{result.Design} {result.Model} {(result.PValue < 0.05 ? "significant" : "")} {result.Verdict}";
            table[key] = table.GetValueOrDefault(key) + 1;
        }
        output.WriteLine($"{name}: {effective / (double)cases:P1} Effective, {significant / (double)cases:P1} significant");
        foreach (var (key, count) in table) output.WriteLine($"  {key}: {count}");
        Assert.True(effective <= 0.05 * cases, $"{name}: {effective} of {cases}");
    }
}
