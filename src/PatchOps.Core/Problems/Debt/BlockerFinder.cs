using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Debt;

/// <summary>Finds what keeps a patch from an asset: no fix, an exception, the package manager, failures so far, or a freeze.</summary>
internal sealed class BlockerFinder
{
    /// <summary>A freeze blocks where it takes every window of so many days.</summary>
    private const int FreezeDays = 14;

    private readonly DateTimeOffset asOf;
    private readonly Dictionary<string, Asset> assets;
    private readonly ExceptionLedger exceptions;
    private readonly Dictionary<(string Asset, string Package), string> held = [];
    private readonly Dictionary<(string Asset, string Patch), List<Deployment>> deployments = [];
    private readonly AssetWindows windows;
    private readonly Dictionary<string, string?> frozen = new(StringComparer.Ordinal);

    public BlockerFinder(ICatalogue catalogue, PlanningPolicy planning, DateTimeOffset asOf)
    {
        this.asOf = asOf;
        assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        exceptions = new ExceptionLedger(catalogue, asOf);
        foreach (var update in catalogue.PendingUpdates()) if (update.HeldBack is { } why) held[(update.Asset, update.Package)] = why;
        foreach (var deployment in catalogue.Deployments())
        {
            if (deployment.Started > asOf) continue;
            if (!deployments.TryGetValue((deployment.Asset, deployment.Patch), out var list)) deployments[(deployment.Asset, deployment.Patch)] = list = [];
            list.Add(deployment);
        }
        windows = new AssetWindows(planning, asOf, asOf.AddDays(FreezeDays));
    }

    public (PatchBlocker Blocker, string? Why) Of(Finding finding)
    {
        if (exceptions.On(finding) is { State: PatchExceptionState.Active } exception)
            return (PatchBlocker.Exception, FormattableString.Invariant($"{exception.Kind} {exception.Id} until {exception.Until.UtcDateTime:yyyy-MM-dd}: {exception.Justification}"));
        var asset = assets.GetValueOrDefault(finding.Asset);
        if (finding.Patch is not { } patch)
        {
            return asset?.EndOfSupport is { } end && end.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) <= asOf.UtcDateTime
                ? (PatchBlocker.EndOfSupport, FormattableString.Invariant($"{asset.OperatingSystem ?? asset.Name} is out of support since {end:yyyy-MM-dd}: no fix for {finding.Package} will come"))
                : (PatchBlocker.NoFix, $"nobody offers a fix for {finding.Cve ?? finding.Package} in {finding.Package}");
        }
        if (held.TryGetValue((finding.Asset, finding.Package), out var why)) return (PatchBlocker.HeldBack, $"the package manager of {asset?.Name ?? finding.Asset} holds {finding.Package} back: {why}");
        if (deployments.TryGetValue((finding.Asset, patch), out var tried) && tried[^1].Outcome != DeploymentOutcome.Succeeded)
            return (PatchBlocker.FailedDeployments, FormattableString.Invariant($"{tried.Count(t => t.Outcome != DeploymentOutcome.Succeeded)} deployments of {patch} on {asset?.Name ?? finding.Asset} failed, the last on {tried[^1].Started.UtcDateTime:yyyy-MM-dd} ({tried[^1].Id}, {tried[^1].Outcome})"));
        return asset is not null && Frozen(asset) is { } freeze ? (PatchBlocker.Freeze, freeze) : (PatchBlocker.None, null);
    }

    private string? Frozen(Asset asset)
    {
        if (frozen.TryGetValue(asset.Id, out var known)) return known;
        var found = windows.Of(asset);
        return frozen[asset.Id] = found.Failure is null && found.Open.Count == 0 && found.FrozenBy.Count > 0
            ? FormattableString.Invariant($"{string.Join(", ", found.FrozenBy)} freezes every window of the next {FreezeDays} days") : null;
    }
}
