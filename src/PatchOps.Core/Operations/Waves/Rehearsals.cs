using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves.Rehearsal;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

/// <summary>Rehearses a plan with the failure chances that history teaches.</summary>
internal static class Rehearsals
{
    public const int Runs = 1000;

    public static IReadOnlyList<WaveForecast> Of(ICatalogue catalogue, PatchPlan plan, RiskPolicy policy, int throttle, DateTimeOffset asOf, int runs)
    {
        var outcomes = new OutcomeLedger(catalogue.Deployments().Where(d => d.Started <= asOf), []);
        var chances = new Dictionary<string, double>(StringComparer.Ordinal);
        double Chance(string patch) => chances.TryGetValue(patch, out var known)
            ? known
            : chances[patch] = ShrunkProbability.Estimate(outcomes.Installs(patch), policy.FailurePrior, policy.ShrinkageTrials).Mean;
        var options = new RehearsalOptions
        {
            // A host goes back when any of its patches fails.
            FailureProbability = host => 1 - host.Patches.Aggregate(1.0, (all, p) => all * (1 - Chance(p.Patch))),
            Throttle = throttle,
        };
        // The seed is the plan's own, so that two people who rehearse one plan talk about the same figures.
        var seed = Convert.ToUInt64(plan.Hash[..16], 16);
        return WaveRehearsal.Simulate(plan, options, runs, seed);
    }
}
