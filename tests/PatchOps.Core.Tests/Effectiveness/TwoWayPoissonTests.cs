using PatchOps.Core.Effectiveness.Statistics;

namespace PatchOps.Core.Tests.Effectiveness;

public sealed class TwoWayPoissonTests
{
    internal static List<WedgeCell> Wedge(int seed, int items, int periods, double mean, double ratio)
    {
        var random = new Random(seed);
        var cells = new List<WedgeCell>();
        for (var i = 0; i < items; i++)
        {
            var rate = mean * (0.3 + 1.4 * random.NextDouble());
            var crossing = 2 + random.Next(periods - 1);
            for (var j = 0; j < periods; j++)
            {
                var exposure = 7 * (0.5 + random.NextDouble());
                var treated = j >= crossing;
                var mu = rate * exposure / 7 * (1 + 0.5 * Math.Sin(j)) * (treated ? ratio : 1);
                cells.Add(new WedgeCell(i, j, exposure, Simulation.Poisson(random, mu), treated));
            }
        }
        return cells;
    }

    [SkippableFact]
    public void Stepped_wedge_agrees_with_R_glm_to_1e_6()
    {
        var layouts = Enumerable.Range(0, 12).Select(k => Wedge(k, 5 + 3 * k, 8 + k % 5, k % 3 == 0 ? 0.4 : 3, k % 2 == 0 ? 1 : 0.3)).ToList();
        var script = string.Concat(layouts.Select(cells => $$"""
            d <- data.frame(i=factor({{ROracle.Vector(cells.Select(c => (double)c.Item))}}), j=factor({{ROracle.Vector(cells.Select(c => (double)c.Period))}}),
              e={{ROracle.Vector(cells.Select(c => c.Exposure))}}, y={{ROracle.Vector(cells.Select(c => c.Count))}}, x={{ROracle.Vector(cells.Select(c => c.Treated ? 1.0 : 0))}})
            repeat { keep <- ave(d$y, d$i, FUN=sum) > 0 & ave(d$y, d$j, FUN=sum) > 0; if (all(keep)) break; d <- droplevels(d[keep,]) }
            m <- suppressWarnings(glm(y ~ i + j + x + offset(log(e)), family=poisson, data=d, control=glm.control(epsilon=1e-14, maxit=100)))
            n <- glm(y ~ i + j + offset(log(e) + log(0.6) * x), family=poisson, data=d, control=glm.control(epsilon=1e-14, maxit=100))
            out(c(coef(m)["x"], vcov(m)["x","x"], sum(residuals(m, "pearson")^2), m$df.residual, n$deviance - m$deviance))

            """));
        var answers = ROracle.Run(script);
        for (var k = 0; k < layouts.Count; k++)
        {
            var model = new TwoWayPoisson(layouts[k]);
            model.Fit();
            Assert.Equal(answers[5 * k], model.Effect, 6);
            ROracle.Close(answers[5 * k + 1], model.Variance, 1e-6, "variance");
            ROracle.Close(answers[5 * k + 2], model.PearsonChiSquare, 1e-6, "Pearson");
            Assert.Equal(answers[5 * k + 3], model.ResidualDegrees);
            var root = model.SignedRoot(Math.Log(0.6));
            ROracle.Close(answers[5 * k + 4], root * root, 1e-6, "deviance of a held effect");
        }
    }

    [Fact]
    public void Limits_lie_where_the_deviance_says()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var model = new TwoWayPoisson(Wedge(seed, 8, 10, 0.8, 0.4));
            model.Fit();
            foreach (var upper in new[] { true, false })
            {
                var limit = model.Limit(1.96, upper);
                if (double.IsFinite(limit)) Assert.Equal(upper ? 1.96 : -1.96, model.SignedRoot(limit), 5);
            }
        }
    }

    [Fact]
    public void A_total_fix_has_an_upper_limit_and_no_lower_one()
    {
        var model = new TwoWayPoisson(Wedge(3, 10, 12, 1.5, 0));
        model.Fit();
        Assert.Equal(0, model.TreatedCount);
        Assert.Equal(double.NegativeInfinity, model.Limit(1.96, upper: false));
        Assert.InRange(Math.Exp(model.Limit(1.96, upper: true)), 0.001, 0.5);
    }

    [Fact]
    public void Without_controls_the_effect_is_not_identified()
    {
        var cells = Enumerable.Range(0, 5).SelectMany(i => Enumerable.Range(0, 10).Select(j => new WedgeCell(i, j, 7, 1 + (i + j) % 3, j >= 5)));
        Assert.Equal(double.PositiveInfinity, new TwoWayPoisson(cells).NullVariance());
    }
}
