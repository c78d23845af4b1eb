using PatchOps.Core.Governance;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Checks a plan against policy and the present: what was true when it was made may not be any more.</summary>
public static class PlanLint
{
    public static IEnumerable<PlanFinding> Check(PatchPlan plan, ICatalogue catalogue, PatchPolicy policy, DateTimeOffset now)
    {
        PlanFinding Say(FindingSeverity severity, string code, string message, string? asset = null) => new() { PlanId = plan.Id, Severity = severity, Code = code, Message = message, Asset = asset };
        if (ApprovalCheck.Check(plan, catalogue.Approvals(plan.Hash)) is { } missing) yield return Say(FindingSeverity.Warning, missing.Code, missing.Message);
        if (plan.End <= now) yield return Say(FindingSeverity.Error, "PlanExpired", FormattableString.Invariant($"The plan's period ended at {plan.End:u}."));

        var assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var installed = catalogue.Deployments().Where(d => d.Outcome == DeploymentOutcome.Succeeded && d.Started >= plan.Created).Select(d => (d.Asset, d.Patch)).ToHashSet();
        foreach (var wave in plan.Waves)
        {
            foreach (var host in wave.Hosts)
            {
                if (!assets.TryGetValue(host.Asset, out var asset)) yield return Say(FindingSeverity.Error, "HostGone", $"{host.Name} is no longer in the store.", host.Asset);
                else if (asset.Retired is not null) yield return Say(FindingSeverity.Error, "HostRetired", FormattableString.Invariant($"{host.Name} was retired at {asset.Retired:u}."), host.Asset);
                else if ((asset.Environment ?? AssetEnvironment.Production) != wave.Stage) yield return Say(FindingSeverity.Warning, "StageMoved", $"{host.Name} is planned in {wave.Stage} and is now {asset.Environment}.", host.Asset);
                if (host.LatestStart <= now && !host.Patches.All(p => installed.Contains((host.Asset, p.Patch))))
                    yield return Say(FindingSeverity.Warning, "WindowMissed", FormattableString.Invariant($"{host.Name} had to start before {host.LatestStart:u}."), host.Asset);
            }
            foreach (var group in wave.Hosts.Select(h => assets.GetValueOrDefault(h.Asset)).OfType<Asset>().Where(a => a.Cluster is not null).GroupBy(a => a.Cluster!, StringComparer.OrdinalIgnoreCase))
            {
                if (wave.Ring == WaveRing.Canary && group.Count() > 1 && group.Count() == assets.Values.Count(a => a.Cluster == group.Key && a.Retired is null))
                    yield return Say(FindingSeverity.Error, "CanaryWholeCluster", $"The canary holds the whole cluster '{group.Key}'.");
            }
        }
        foreach (var item in plan.Unscheduled) yield return Say(FindingSeverity.Information, "Unscheduled", item.Remedy is null ? item.Reason : $"{item.Reason}; {item.Remedy}", item.Asset);
    }
}
