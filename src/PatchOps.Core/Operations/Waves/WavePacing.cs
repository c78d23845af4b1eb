using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Waves.Pacing;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

/// <summary>The pace that a request asks for, with the prior that past rollouts teach.</summary>
internal static class WavePacing
{
    public static (IPace? Pace, string? Because) Of(InvokeWaveRequest request, PatchPlan plan, IEnumerable<Deployment> deployments)
    {
        if (request.Pace == WavePace.Fixed) return (null, null);
        var rollouts = Rollouts(deployments.Where(d => d.Change != plan.Id)).ToArray();
        var prior = BetaPrior.Learn(rollouts);
        return (new EvidencePace(prior, request.MaxHarm, request.Confidence), FormattableString.Invariant(
            $"Paced by evidence: at most {request.MaxHarm} harmed hosts with probability {request.Confidence:0.###}; prior {prior} (mean {prior.Mean:P1}) from {rollouts.Length} past rollouts."));
    }

    /// <summary>One rollout is one change on its hosts, or one patch where no change is named. A host is harmed where anything failed or went back.</summary>
    private static IEnumerable<(int Harmed, int Hosts)> Rollouts(IEnumerable<Deployment> deployments) =>
        deployments.GroupBy(d => d.Change ?? d.Patch, StringComparer.Ordinal)
            .Select(g => g.GroupBy(d => d.Asset, StringComparer.Ordinal).Select(h => h.Any(d => d.Outcome != DeploymentOutcome.Succeeded)).ToArray())
            .Select(h => (h.Count(static harmed => harmed), h.Length));
}
