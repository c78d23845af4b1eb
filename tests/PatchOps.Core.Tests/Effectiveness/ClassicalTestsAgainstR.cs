using PatchOps.Core.Effectiveness.Statistics;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class ClassicalTestsAgainstR
{
    [SkippableFact]
    public void Fisher_agrees_with_R_to_1e_9()
    {
        var random = new Random(3);
        var tables = Enumerable.Range(0, 200).Select(i => Enumerable.Range(0, 4).Select(_ => (double)random.Next(i < 100 ? 12 : 300)).ToArray()).ToList();
        var answers = ROracle.Run(string.Concat(tables.Select(t =>
            $"m <- matrix({ROracle.Vector(t)},2,byrow=TRUE); for (a in c('less','greater','two.sided')) out(fisher.test(m,alternative=a,conf.int=FALSE)$p.value)\n")));
        for (var i = 0; i < tables.Count; i++)
        {
            var t = tables[i];
            var (less, greater, both) = FisherExact.Test((long)t[0], (long)t[1], (long)t[2], (long)t[3]);
            ROracle.Close(answers[3 * i], less, 1e-9, $"less {string.Join(',', t)}");
            ROracle.Close(answers[3 * i + 1], greater, 1e-9, $"greater {string.Join(',', t)}");
            ROracle.Close(answers[3 * i + 2], both, 1e-9, $"two-sided {string.Join(',', t)}");
        }
    }

    [SkippableFact]
    public void Benjamini_Hochberg_agrees_with_R()
    {
        var random = new Random(4);
        var lists = Enumerable.Range(1, 40).Select(n => Enumerable.Range(0, n * 3).Select(_ => Math.Round(Math.Pow(random.NextDouble(), 3), 3)).ToArray()).ToList();
        var answers = ROracle.Run(string.Concat(lists.Select(l => $"out(p.adjust({ROracle.Vector(l)}, 'BH'))\n")));
        Assert.Equal(answers.Length, lists.Sum(l => l.Length));
        var at = 0;
        foreach (var list in lists)
            foreach (var value in FalseDiscovery.BenjaminiHochberg(list))
                ROracle.Close(answers[at++], value, 1e-12, "adjusted p");
    }

    [SkippableFact]
    public void Mann_Whitney_agrees_with_R_with_and_without_ties()
    {
        var cases = Samples().ToList();
        var answers = ROracle.Run(string.Concat(cases.Select(c =>
            $"w <- suppressWarnings(wilcox.test({ROracle.Vector(c.X)}, {ROracle.Vector(c.Y)})); out(c(w$statistic, w$p.value))\n")));
        for (var i = 0; i < cases.Count; i++)
        {
            var (u, p, _) = RankTest.MannWhitney(cases[i].X, cases[i].Y);
            Assert.Equal(answers[2 * i], u);
            if (double.IsNaN(answers[2 * i + 1])) Assert.Equal(1, p);
            else ROracle.Close(answers[2 * i + 1], p, 1e-9, $"p of case {i} ({cases[i].X.Length}, {cases[i].Y.Length})");
        }
    }

    [Fact]
    public void Hodges_Lehmann_agrees_with_all_differences_sorted()
    {
        foreach (var (x, y) in Samples())
        {
            var all = x.SelectMany(a => y.Select(b => b - a)).Order().ToArray();
            var (shift, low, high) = RankTest.HodgesLehmann(x, y, 0.95);
            var cut = (int)RankTest.Cut([.. x.Order()], [.. y.Order()], 0.95);
            Assert.Equal(all.Length % 2 == 1 ? all[all.Length / 2] : (all[all.Length / 2 - 1] + all[all.Length / 2]) / 2, shift);
            Assert.Equal(all[cut - 1], low);
            Assert.Equal(all[^cut], high);
        }
    }

    [SkippableFact]
    public void Hodges_Lehmann_interval_is_R_s_where_R_is_exact()
    {
        var cases = Samples().Where(c => c.X.Length < 50 && c.Y.Length < 50 && c.X.Concat(c.Y).Distinct().Count() == c.X.Length + c.Y.Length && c.X.Length * c.Y.Length > 30).ToList();
        var answers = ROracle.Run(string.Concat(cases.Select(c =>
            $"w <- wilcox.test({ROracle.Vector(c.Y)}, {ROracle.Vector(c.X)}, conf.int=TRUE); out(c(w$estimate, w$conf.int))\n")));
        for (var i = 0; i < cases.Count; i++)
        {
            var (shift, low, high) = RankTest.HodgesLehmann(cases[i].X, cases[i].Y, 0.95);
            ROracle.Close(answers[3 * i], shift, 1e-12, "shift");
            ROracle.Close(answers[3 * i + 1], low, 1e-12, "low");
            ROracle.Close(answers[3 * i + 2], high, 1e-12, "high");
        }
    }

    [SkippableFact]
    public void Negative_binomial_agrees_with_MASS()
    {
        var random = new Random(6);
        var cases = Enumerable.Range(0, 25).Select(k =>
        {
            var size = 30 + 10 * k;
            var exposure = Enumerable.Range(0, size).Select(_ => 0.5 + random.NextDouble() * 2).ToArray();
            var second = Enumerable.Range(0, size).Select(i => i % 3 == 0).ToArray();
            var counts = exposure.Select((e, i) => (double)Simulation.Poisson(random, e * (second[i] ? 3 : 6) * Gamma(random))).ToArray();
            return (Counts: counts, Exposure: exposure, Second: second);
        }).ToList();
        var answers = ROracle.Run("library(MASS)\n" + string.Concat(cases.Select(c => $$"""
            y <- {{ROracle.Vector(c.Counts)}}; e <- {{ROracle.Vector(c.Exposure)}}; x <- {{ROracle.Vector(c.Second.Select(s => s ? 1.0 : 0))}}
            m <- glm.nb(y ~ x + offset(log(e)), control=glm.control(epsilon=1e-14, maxit=500))
            out(c(coef(m), summary(m)$coefficients["x", 2], m$theta, as.numeric(logLik(m))))

            """)), needsMass: true);
        for (var i = 0; i < cases.Count; i++)
        {
            var fit = NegativeBinomialRegression.Fit(cases[i].Counts, cases[i].Exposure, cases[i].Second);
            Assert.NotNull(fit);
            ROracle.Close(answers[5 * i], fit.LogRate, 1e-6, "intercept");
            ROracle.Close(answers[5 * i + 1], fit.Effect, 1e-6, "effect");
            ROracle.Close(answers[5 * i + 2], fit.EffectError, 1e-6, "standard error");
            ROracle.Close(answers[5 * i + 3], fit.Theta, 1e-5, "theta");
            ROracle.Close(answers[5 * i + 4], fit.LogLikelihood, 1e-9, "likelihood");
        }
        // Shape 2, mean 1: the sum of two exponentials.
        static double Gamma(Random random) => -(Math.Log(1 - random.NextDouble()) + Math.Log(1 - random.NextDouble())) / 2;
    }

    private static IEnumerable<(double[] X, double[] Y)> Samples()
    {
        var random = new Random(5);
        for (var i = 0; i < 120; i++)
        {
            int m = 1 + random.Next(i < 60 ? 12 : 70), n = 1 + random.Next(i < 60 ? 12 : 70);
            double Value(double shift) => i % 2 == 0 ? random.NextDouble() + shift : random.Next(6) + (int)(shift * 3);
            yield return (Enumerable.Range(0, m).Select(_ => Value(0)).ToArray(), Enumerable.Range(0, n).Select(_ => Value(0.3)).ToArray());
        }
    }
}
