using PatchOps.Core.Waves.Pacing;
using PatchOps.Core.Waves.Rehearsal;

namespace PatchOps.Benchmarks.Wave;

/// <summary>Evidence-paced rollouts beside fixed stages, over failure rates drawn from the prior: harm, stages and whether the bound holds.</summary>
internal static class PaceTrial
{
    private const int Rollouts = 100_000;
    private const int Hosts = 500;
    private const int MaxHarm = 3;
    private const double Confidence = 0.95;

    public static void Run()
    {
        var prior = BetaPrior.Default;
        Console.WriteLine(FormattableString.Invariant($"{Rollouts} rollouts of {Hosts} hosts, failure rate drawn from {prior}, MaxHarm {MaxHarm}, confidence {Confidence}"));
        Console.WriteLine("pace      | P(harm > MaxHarm) | mean harm | harm at the worst rate drawn | mean stages | mean hosts reached | whole estate");
        Print("evidence", prior, () =>
        {
            var pace = new EvidencePace(prior, MaxHarm, Confidence);
            return counts => pace.MaxInFlight(counts);
        });
        Print("5/25/100%", prior, () => static counts => counts.Harmed > MaxHarm ? 0 : counts.Finished < Hosts / 20 ? Hosts / 20 : counts.Finished < Hosts / 4 ? (Hosts / 4) - counts.Finished : Hosts - counts.Finished);
    }

    private static void Print(string name, BetaPrior prior, Func<Func<PaceCounts, int>> make)
    {
        var random = new RandomStream(2026);
        var (exceeded, harm, stages, reached, whole, worstRate, worstHarm) = (0, 0L, 0L, 0L, 0, 0.0, 0);
        for (var i = 0; i < Rollouts; i++)
        {
            var rate = random.Beta(prior.A, prior.B);
            var pace = make();
            var counts = default(PaceCounts);
            while (counts.Finished < Hosts)
            {
                var size = Math.Min(pace(counts), Hosts - counts.Finished);
                if (size <= 0) break;
                stages++;
                var bad = 0;
                for (var host = 0; host < size; host++) bad += random.Uniform() < rate ? 1 : 0;
                counts = new PaceCounts(counts.Good + size - bad, counts.Harmed + bad, 0);
            }
            harm += counts.Harmed;
            reached += counts.Finished;
            if (counts.Harmed > MaxHarm) exceeded++;
            if (counts.Finished == Hosts) whole++;
            if (rate > worstRate) (worstRate, worstHarm) = (rate, counts.Harmed);
        }
        Console.WriteLine(FormattableString.Invariant($"{name,-9} | {(double)exceeded / Rollouts,17:P2} | {(double)harm / Rollouts,9:0.00} | {worstHarm,15} (at {worstRate:P0}) | {(double)stages / Rollouts,11:0.0} | {(double)reached / Rollouts,18:0} | {(double)whole / Rollouts,8:P1}"));
    }
}
