using PatchOps.Domain;

namespace PatchOps.Core.Planning.Review;

/// <summary>Hosts that are gone, have moved, or have missed their time.</summary>
internal sealed class HostReview(string planId, string replan, DateTimeOffset now)
{
    public IEnumerable<PlanFinding> Findings(IReadOnlyList<ReviewedHost> hosts)
    {
        foreach (var host in hosts)
        {
            var name = host.Host.Name;
            if (host.Asset is not { } asset)
                yield return host.Say(planId, FindingSeverity.Error, "HostGone", $"{name} is no longer in the store.", $"Import it again with Import-PatchAsset. {replan}");
            else if (asset.Retired is { } retired)
                yield return host.Say(planId, FindingSeverity.Error, "HostRetired", FormattableString.Invariant($"{name} was retired at {retired:u}."), $"Import it again with Import-PatchAsset if it is in use. {replan}");
            else if ((asset.Environment ?? AssetEnvironment.Production) != host.Wave.Stage)
                yield return host.Say(planId, FindingSeverity.Warning, "StageMoved", $"{name} is planned in {host.Wave.Stage} and is in {asset.Environment?.ToString() ?? "Production"} now.", replan);
            if (host.Host.LatestStart <= now)
                yield return host.Say(planId, FindingSeverity.Warning, "WindowMissed", FormattableString.Invariant($"{name} had to start before {host.Host.LatestStart:u}."), replan);
        }
    }
}
