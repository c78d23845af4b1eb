using PatchOps.Domain;
using PatchOps.Core.Waves.Canary;
using PatchOps.Core.Waves.Rehearsal;
using Xunit.Abstractions;

namespace PatchOps.Core.Tests.Waves;

public sealed class CanaryTests(ITestOutputHelper output)
{
    private static double[] Series(RandomStream random, int points, double rho, double shift = 0)
    {
        var values = new double[points];
        var x = random.Normal();
        for (var i = 0; i < points; i++)
        {
            values[i] = x + shift;
            x = (rho * x) + (Math.Sqrt(1 - (rho * rho)) * random.Normal());
        }
        return values;
    }

    private static double Flagged(int runs, int metrics, int hosts, int points, double rho, double shift = 0)
    {
        var random = new RandomStream((ulong)((metrics * 1_000_003) + (hosts * 7919) + (points * 31) + (int)(rho * 100)));
        var flagged = 0;
        for (var run = 0; run < runs; run++)
        {
            var input = Enumerable.Range(0, metrics).Select(m => new CanaryMetric($"m{m}",
                [.. Enumerable.Range(0, hosts).Select(_ => (IReadOnlyList<double>)Series(random, points, rho, m == 0 ? shift : 0))],
                [.. Enumerable.Range(0, hosts).Select(_ => (IReadOnlyList<double>)Series(random, points, rho))])).ToArray();
            if (CanaryAnalysis.Compare(input, new CanaryOptions()).Verdict == CanaryVerdict.Fail) flagged++;
        }
        return (double)flagged / runs;
    }

    [Theory]
    [InlineData(1, 1, 50)]
    [InlineData(1, 1, 200)]
    [InlineData(1, 1, 1000)]
    [InlineData(10, 1, 200)]
    [InlineData(1, 6, 50)]
    [InlineData(10, 8, 50)]
    public void A_harmless_canary_is_flagged_no_more_often_than_nominal_at_any_autocorrelation(int metrics, int hosts, int points)
    {
        foreach (var rho in new[] { 0, 0.3, 0.5, 0.7, 0.8, 0.9 })
        {
            var runs = metrics > 1 ? 150 : points > 500 ? 400 : 1500;
            var rate = Flagged(runs, metrics, hosts, points, rho);
            output.WriteLine(FormattableString.Invariant($"{metrics} metrics, {hosts} hosts, {points} points, rho {rho}: {rate:P2}"));
            Assert.True(rate <= 0.02 + (3 * Math.Sqrt(0.02 * 0.98 / runs)), FormattableString.Invariant($"rho {rho}: {rate:P2}"));
        }
    }

    [Fact]
    public void A_shift_of_one_standard_deviation_is_found_at_autocorrelation_seven_tenths_with_200_points()
    {
        var rate = Flagged(2000, 1, 1, 200, 0.7, 1);
        output.WriteLine($"{rate:P1}");
        Assert.True(rate >= 0.7, $"{rate:P1}");
    }

    [Theory]
    [InlineData(new[] { 1.1, 2.2, 3.3 }, new[] { 4.4, 5.5, 6.6 }, 0.1)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5 }, new[] { 6.0, 7, 8, 9, 10 }, 2.0 / 252)]
    [InlineData(new[] { 1.0, 4, 5 }, new[] { 2.0, 3, 6, 7 }, 22.0 / 35)]
    public void Exact_p_values_are_counts_of_arrangements(double[] a, double[] b, double expected) =>
        Assert.Equal(expected, RankTest.Compare(a, b, HarmfulDirection.Either).PValue, 12);

    [Fact]
    public void Ties_are_exact_too()
    {
        // Two of four units tie across the sides: by hand over the six arrangements of midranks 1, 2.5, 2.5, 4.
        var result = RankTest.Compare([1, 2], [2, 3], HarmfulDirection.Lower);
        Assert.Equal(2.0 / 6, result.PValue, 12);
        Assert.Equal(0.125, result.Superiority, 12);
    }

    [Fact]
    public void Exact_and_approximate_agree_where_they_meet()
    {
        var random = new RandomStream(3);
        var a = Enumerable.Range(0, 30).Select(_ => random.Normal() + 0.6).ToArray();
        var b = Enumerable.Range(0, 30).Select(_ => random.Normal()).ToArray();
        var exact = RankTest.Compare(a, b, HarmfulDirection.Either).PValue;
        var near = RankTest.Compare([.. a, 0.3], b, HarmfulDirection.Either).PValue;
        Assert.InRange(near / exact, 0.5, 2);
    }

    [Fact]
    public void Too_few_hosts_are_no_pass_and_five_without_failure_prove_little()
    {
        IReadOnlyList<double> one = [.. Enumerable.Range(0, 50).Select(i => (double)(i % 7))];
        var result = CanaryAnalysis.Compare([new CanaryMetric("latency", [one, one], [one, one])], new CanaryOptions());
        Assert.Equal(CanaryVerdict.NotEnoughData, result.Verdict);
        Assert.Contains("cannot show harm", result.Metrics[0].Reason);
        Assert.Equal(0.4507, CanaryAnalysis.HighestFailureRate(0, 5, 0.95), 4);
        Assert.Equal(CanaryVerdict.NotEnoughData, CanaryAnalysis.Compare([], new CanaryOptions()).Verdict);
    }
}
