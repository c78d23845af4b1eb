using PatchOps.Core.Exposure;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Review;

/// <summary>Planned patches against what is known of them now: withdrawn, superseded, installed already, put off.</summary>
internal sealed class PatchReview(string planId, ICatalogue catalogue, string replan, DateTimeOffset now)
{
    public IEnumerable<PlanFinding> Findings(IReadOnlyList<ReviewedHost> hosts)
    {
        if (hosts.Count == 0) yield break;
        var ids = hosts.Select(h => h.Host.Asset).ToHashSet(StringComparer.Ordinal);
        var packages = hosts.SelectMany(h => h.Host.Patches).SelectMany(p => p.Packages).Select(p => p.Package).ToHashSet(StringComparer.Ordinal);
        var patches = hosts.SelectMany(h => h.Host.Patches).Select(p => p.Patch).ToHashSet(StringComparer.Ordinal);
        var exceptions = new ExceptionLedger(catalogue, now);
        var byPackage = new Dictionary<(string Asset, string Package), List<Finding>>();
        var byPatch = new HashSet<(string Asset, string Patch)>();
        foreach (var finding in new EstateExposure(catalogue, now).Findings())
        {
            if (!ids.Contains(finding.Asset)) continue;
            if (finding.Patch is { } patch && finding.Status == FindingStatus.Affected && patches.Contains(patch)) byPatch.Add((finding.Asset, patch));
            if (!packages.Contains(finding.Package)) continue;
            if (!byPackage.TryGetValue((finding.Asset, finding.Package), out var list)) byPackage[(finding.Asset, finding.Package)] = list = [];
            list.Add(finding);
        }
        var installed = new Dictionary<(string, string), InstalledPackage>();
        foreach (var package in catalogue.InstalledPackages(null, p => packages.Contains(p.Package)))
            foreach (var asset in package.Assets)
                if (ids.Contains(asset)) installed[(asset, package.Package)] = package;

        foreach (var host in hosts)
        {
            foreach (var patch in host.Host.Patches)
            {
                if (patch.Packages.Count == 0 && !byPatch.Contains((host.Host.Asset, patch.Patch)))
                    yield return host.Say(planId, FindingSeverity.Warning, "PatchNotNeeded", $"{host.Host.Name} no longer needs {patch.Patch}: nothing is open there that it closes.", replan);
                foreach (var package in patch.Packages)
                    if (Judge(host, patch, package, byPackage.GetValueOrDefault((host.Host.Asset, package.Package), []), installed.GetValueOrDefault((host.Host.Asset, package.Package)), exceptions) is { } finding) yield return finding;
            }
        }
    }

    private PlanFinding? Judge(ReviewedHost host, PlannedPatch patch, PackageVersion package, List<Finding> known, InstalledPackage? there, ExceptionLedger exceptions)
    {
        int Order(string left, string right) => FixOrder.Compare(there?.Ecosystem, patch.Patch, left, right);
        var installed = there?.Version;
        if (installed is null && known.TrueForAll(f => f.Status != FindingStatus.Affected))
            return host.Say(planId, FindingSeverity.Warning, "PackageGone", $"{package.Package} is no longer installed on {host.Host.Name}.", replan);
        if (installed is not null && Order(installed, package.Version) >= 0)
            return host.Say(planId, FindingSeverity.Information, "AlreadyInstalled", $"{host.Host.Name} has {package.Package} {installed} already; the plan installs {package.Version}.", "Nothing is to be done: the wave changes nothing there.");
        var open = known.Where(f => f.Status == FindingStatus.Affected).ToList();
        if (open.Count > 0 && open.TrueForAll(exceptions.Excepts))
            return host.Say(planId, FindingSeverity.Warning, "PatchExcepted", $"{package.Package} on {host.Host.Name} is left open on purpose by now.", "See why with Get-PatchException; make a new plan without it, or end the exception with Revoke-PatchException.");
        var newest = open.Select(f => f.FixedVersion).OfType<string>().Aggregate(package.Version, (a, b) => Order(b, a) > 0 ? b : a);
        if (newest != package.Version)
            return host.Say(planId, FindingSeverity.Warning, "PatchSuperseded", $"{host.Host.Name} needs {package.Package} {newest} by now; the plan installs {package.Version}.", replan);
        if (open.Count > 0) return null;
        return known.FirstOrDefault(f => f.Status is FindingStatus.NotAffected or FindingStatus.Fixed) is { } closed
            ? host.Say(planId, FindingSeverity.Warning, "PatchNotNeeded", $"{package.Package} {installed} on {host.Host.Name} is {closed.Status} by now: {closed.Evidence}.", replan)
            : host.Say(planId, FindingSeverity.Error, "PatchWithdrawn", $"No source names {package} for {host.Host.Name} any more; it was withdrawn, or its feed is missing.", $"See what is known with Get-PatchAdvisory. {replan}");
    }
}
