using PatchOps.Core.Waves.Pacing;
using PatchOps.Core.Waves.Rehearsal;
using PatchOps.Domain;
using PatchOps.Tests.Waves;

namespace PatchOps.Core.Tests.Waves;

public sealed class PacingTests
{
    [Theory]
    [InlineData(1, 19, 3, 60)]
    [InlineData(0.5, 4.5, 0, 7)]
    [InlineData(7, 60, 10, 100)]
    public void The_tail_is_the_beta_binomials(double a, double b, int limit, int hosts)
    {
        // Against the closed form by binomial coefficients and beta functions.
        var direct = Enumerable.Range(0, limit + 1).Sum(k => Math.Exp(MathNet.Numerics.SpecialFunctions.BinomialLn(hosts, k) + MathNet.Numerics.SpecialFunctions.BetaLn(a + k, b + hosts - k) - MathNet.Numerics.SpecialFunctions.BetaLn(a, b)));
        Assert.Equal(1 - direct, new BetaPrior(a, b).TailAbove(limit, hosts), 10);
    }

    [Theory]
    [InlineData(1, 19, 3, 0.95)]
    [InlineData(2, 8, 3, 0.95)]
    [InlineData(0.3, 5, 1, 0.9)]
    public void Over_the_prior_more_than_the_allowed_harm_is_as_rare_as_promised(double a, double b, int maxHarm, double confidence)
    {
        const int Rollouts = 20_000;
        var exceeded = 0;
        var random = new RandomStream(42);
        for (var i = 0; i < Rollouts; i++)
        {
            var p = random.Beta(a, b);
            var pace = new EvidencePace(new BetaPrior(a, b), maxHarm, confidence);
            var counts = default(PaceCounts);
            while (counts.Finished < 500)
            {
                var size = Math.Min(pace.MaxInFlight(counts), 500 - counts.Finished);
                if (size == 0) break;
                for (var host = 0; host < size; host++) counts = random.Uniform() < p ? counts with { Harmed = counts.Harmed + 1 } : counts with { Good = counts.Good + 1 };
            }
            if (counts.Harmed > maxHarm) exceeded++;
        }
        var allowed = 1 - confidence;
        Assert.True((double)exceeded / Rollouts <= allowed + (3 * Math.Sqrt(allowed * (1 - allowed) / Rollouts)), $"{exceeded} of {Rollouts}");
    }

    [Fact]
    public void Batches_grow_while_hosts_stay_well_and_never_take_more_risk_than_there_is()
    {
        var pace = new EvidencePace(BetaPrior.Default, 3, 0.95);
        var sizes = new List<int>();
        for (var counts = default(PaceCounts); counts.Finished < 2000;)
        {
            sizes.Add(pace.MaxInFlight(counts));
            counts = counts with { Good = counts.Good + sizes[^1] };
            Assert.True(pace.RiskLeft > 0);
        }
        Assert.True(sizes[^1] > sizes[0] * 10, string.Join(' ', sizes));
    }

    [Fact]
    public void Hosts_that_were_right_already_are_no_evidence()
    {
        var pace = new EvidencePace(BetaPrior.Default, 3, 0.95);
        var first = pace.MaxInFlight(default);
        Assert.True(pace.MaxInFlight(new PaceCounts(0, 0, first)) <= first);
    }

    [Fact]
    public void A_prior_is_learnt_from_rollouts()
    {
        var random = new RandomStream(7);
        var history = Enumerable.Range(0, 400).Select(_ =>
        {
            var p = random.Beta(2, 38);
            return (Enumerable.Range(0, 100).Count(_ => random.Uniform() < p), 100);
        }).ToArray();
        var prior = BetaPrior.Learn(history);
        Assert.InRange(prior.Mean, 0.04, 0.06);
        Assert.InRange(prior.A + prior.B, 25, 60);
        Assert.Equal(0.05, BetaPrior.Learn([]).Mean, 10);
    }

    [Fact]
    public async Task A_wave_in_evidence_pace_dispatches_no_more_than_its_batch()
    {
        var rig = new WaveRig(40);
        foreach (var host in rig.Hosts) host.UnhealthyPackages.Add("demo=1.1");
        var (status, runs) = await rig.RunAsync(rig.Options with { Throttle = 40, Pace = new EvidencePace(BetaPrior.Default, 3, 0.95) });
        Assert.Equal(WaveState.Halted, status.State);
        var first = new EvidencePace(BetaPrior.Default, 3, 0.95).MaxInFlight(default);
        Assert.Equal(first, runs.Values.Count(r => r.IsFailure));
        Assert.Equal(40, (await new WaveRig(40).RunAsync(rig.Options with { Throttle = 40, Pace = new EvidencePace(BetaPrior.Default, 3, 0.95) })).Status.Done);
    }
}
