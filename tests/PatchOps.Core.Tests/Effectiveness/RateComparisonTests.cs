using PatchOps.Core.Effectiveness.Statistics;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class RateComparisonTests
{
    private static IEnumerable<(double Before, double BeforeDays, double After, double AfterDays)> Cases()
    {
        var random = new Random(7);
        double[] counts = [0, 1, 2, 3, 7, 24, 100, 1000, 123_456, 1e7, 1e9];
        double[] days = [1e-9, 0.01, 1, 30, 180, 365.25, 1e6];
        for (var i = 0; i < 600; i++)
        {
            double Days() => i % 3 == 0 ? days[random.Next(days.Length)] : 1 + random.NextDouble() * 400;
            var before = i % 2 == 0 ? counts[random.Next(counts.Length)] : random.Next(80);
            var beforeDays = Days();
            var afterDays = Days();
            // Half of the cases near no change, where neither tail vanishes.
            var after = i % 4 < 2 ? Math.Floor(Math.Clamp(before * afterDays / beforeDays * (1 + (random.NextDouble() - 0.5) * 4 / Math.Sqrt(before + 1)), 0, 2e9)) : random.Next(60);
            yield return (before, beforeDays, after, afterDays);
        }
        yield return (1_000_000_000, 180, 500_010_000, 90);
        yield return (1_000_000_000, 180, 500_000_000, 90);
    }

    [SkippableFact]
    public void Central_p_value_tails_and_interval_agree_with_R_to_1e_9()
    {
        var cases = Cases().ToArray();
        var answers = ROracle.Run($$"""
            b <- {{ROracle.Vector(cases.Select(c => c.Before))}}; tb <- {{ROracle.Vector(cases.Select(c => c.BeforeDays))}}
            a <- {{ROracle.Vector(cases.Select(c => c.After))}}; ta <- {{ROracle.Vector(cases.Select(c => c.AfterDays))}}
            # Odds from whichever of the two complementary quantiles is the small one.
            odds <- function(p, a, b) { x <- qbeta(p, a, b); if (x < 0.5) x / (1 - x) else { y <- qbeta(p, b, a, lower.tail = FALSE); (1 - y) / y } }
            for (i in seq_along(a)) {
              # Both shares are formed without cancellation; R's own 1 - p would lose digits for tiny exposures.
              p <- ta[i] / (ta[i] + tb[i]); q <- tb[i] / (ta[i] + tb[i])
              low <- if (p <= 0.5) pbinom(a[i], a[i] + b[i], p) else pbinom(b[i] - 1, a[i] + b[i], q, lower.tail = FALSE)
              high <- if (p <= 0.5) pbinom(a[i] - 1, a[i] + b[i], p, lower.tail = FALSE) else pbinom(b[i], a[i] + b[i], q)
              out(c(low, high, min(1, 2 * min(low, high))))
              out(if (a[i] == 0) 0 else odds(0.025, a[i], b[i] + 1) * tb[i] / ta[i])
              out(if (b[i] == 0) Inf else odds(0.975, a[i] + 1, b[i]) * tb[i] / ta[i])
              s <- 0.75 * ta[i] / (0.75 * ta[i] + tb[i])
              out(if (s <= 0.5) pbeta(s, a[i] + 0.5, b[i] + 0.5) else pbeta(tb[i] / (0.75 * ta[i] + tb[i]), b[i] + 0.5, a[i] + 0.5, lower.tail = FALSE))
            }
            """);
        for (var i = 0; i < cases.Length; i++)
        {
            var c = cases[i];
            var ours = new RateComparison(c.Before, c.BeforeDays, c.After, c.AfterDays);
            var (low, high) = ours.Interval(0.95);
            var at = i * 6;
            ROracle.Close(answers[at], ours.TailLow(1), 1e-9, $"lower tail of {c}");
            ROracle.Close(answers[at + 1], ours.TailHigh(1), 1e-9, $"upper tail of {c}");
            ROracle.Close(answers[at + 2], ours.PValue(), 1e-9, $"p of {c}");
            ROracle.Close(answers[at + 3], low, 1e-9, $"low of {c}");
            ROracle.Close(answers[at + 4], high, 1e-9, $"high of {c}");
            ROracle.Close(answers[at + 5], ours.ProbabilityBelow(0.75), 1e-9, $"posterior of {c}");
        }
    }

    [SkippableFact]
    public void Interval_is_the_one_of_R_poisson_test()
    {
        (double B, double Tb, double A, double Ta)[] cases = [(12, 90, 3, 90), (24, 180, 0, 60), (0, 30, 5, 10), (1000, 365, 900, 300), (7, 14, 9, 3.5)];
        var answers = ROracle.Run(string.Concat(cases.Select(c => FormattableString.Invariant($"out(poisson.test(c({c.A},{c.B}), c({c.Ta},{c.Tb}))$conf.int)\n"))));
        for (var i = 0; i < cases.Length; i++)
        {
            var (low, high) = new RateComparison(cases[i].B, cases[i].Tb, cases[i].A, cases[i].Ta).Interval(0.95);
            ROracle.Close(answers[2 * i], low, 1e-9, "low");
            ROracle.Close(answers[2 * i + 1], high, 1e-9, "high");
        }
    }

    [Fact]
    public void P_value_is_below_alpha_exactly_where_the_interval_excludes_one()
    {
        for (var before = 0; before < 40; before++)
            for (var after = 0; after < 40; after++)
            {
                var comparison = new RateComparison(before, 180, after, 77);
                var (low, high) = comparison.Interval(0.95);
                Assert.Equal(low > 1 || high < 1, comparison.PValue() < 0.05);
            }
    }

    [Theory]
    [InlineData(30, 0.02, 0.00)]
    [InlineData(60, 0.65, 0.42)]
    [InlineData(90, 0.91, 0.76)]
    public void A_total_fix_of_two_incidents_a_month_is_provable_with_the_stated_power(double afterDays, double oneSided, double twoSided)
    {
        Assert.Equal(oneSided, DetectionPower.Of(12, 180, afterDays, 0, 0.05), 2);
        Assert.Equal(twoSided, DetectionPower.Of(12, 180, afterDays, 0, 0.025), 2);
    }

    [Fact]
    public void Power_of_a_partial_fix_agrees_with_the_sum_over_all_pairs_of_counts()
    {
        foreach (var (mean, afterDays, ratio) in new[] { (12.0, 60.0, 0.2), (24.0, 90.0, 0.5), (3.0, 365.0, 0.1), (24.0, 90.0, 0.0) })
        {
            double sum = 0;
            for (var before = 0; before < 100; before++)
                for (var after = 0; after < 100; after++)
                    if (before + after > 0 && new RateComparison(before, 180, after, afterDays).TailLow(1) <= 0.025)
                        sum += Probability(before, mean) * Probability(after, mean * ratio * afterDays / 180);
            Assert.Equal(sum, DetectionPower.Of(mean, 180, afterDays, ratio, 0.025), 6);
        }
        static double Probability(int n, double mean) => mean == 0 ? n == 0 ? 1 : 0
            : Math.Exp(n * Math.Log(mean) - mean - MathNet.Numerics.SpecialFunctions.GammaLn(n + 1));
    }
}
