using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Exposure;

/// <summary>All findings of an estate: packages against statements, updates that hosts themselves see, and what problem records name.</summary>
public sealed class EstateExposure(ICatalogue catalogue, DateTimeOffset asOf)
{
    /// <summary>Findings, package by package; nothing is held but the statements about packages that are installed.</summary>
    public IEnumerable<Finding> Findings()
    {
        var known = new HashSet<(string Asset, string Patch)>();
        foreach (var verdict in Verdicts())
        {
            foreach (var asset in verdict.Package.Assets)
            {
                if (verdict is { Status: FindingStatus.Affected, Patch: { } patch }) known.Add((asset, patch));
                yield return verdict.For(asset);
            }
        }
        foreach (var finding in Updates(known)) yield return finding;
        foreach (var finding in Problems(known)) yield return finding;
    }

    /// <summary>One verdict for each distinct package version and vulnerability.</summary>
    public IEnumerable<PackageVerdict> Verdicts()
    {
        var packages = catalogue.InstalledPackages().ToList();
        if (packages.Count == 0) return [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var package in packages)
        {
            names.Add(package.Package);
            if (package.Source is not null) names.Add(package.Source);
        }
        var matcher = new ExposureMatcher(catalogue.Statements(names), asOf);
        return packages.SelectMany(matcher.Match);
    }

    /// <summary>What the package manager offers although no advisory in the store explains it.</summary>
    private IEnumerable<Finding> Updates(HashSet<(string Asset, string Patch)> known)
    {
        foreach (var update in catalogue.PendingUpdates())
        {
            var patch = PatchIds.Deb(update.Source ?? update.Package, update.AvailableVersion);
            if (known.Contains((update.Asset, patch))) continue;
            yield return new Finding
            {
                Asset = update.Asset, Package = update.Package, InstalledVersion = update.InstalledVersion, FixedVersion = update.AvailableVersion, Patch = patch,
                // A security archive publishes for a reason, even where no feed in the store says which.
                Status = update.Security ? FindingStatus.Affected : FindingStatus.Unknown,
                Evidence = $"the host's package manager offers it{(update.Security ? " from the security archive" : "")}{(update.HeldBack is null ? "" : $"; held back: {update.HeldBack}")}",
            };
        }
    }

    /// <summary>Open problem records that name a vulnerability or a patch for their items, where no package is known to match.</summary>
    private IEnumerable<Finding> Problems(HashSet<(string Asset, string Patch)> known)
    {
        var deployed = catalogue.Deployments().Where(d => d.Outcome == DeploymentOutcome.Succeeded && d.Started <= asOf).Select(d => (d.Asset, d.Patch)).ToHashSet();
        foreach (var problem in catalogue.Problems())
        {
            if (!problem.IsOpen || problem.Opened > asOf) continue;
            foreach (var item in problem.ConfigurationItems)
            {
                var asset = catalogue.ResolveAsset(item) ?? item;
                foreach (var patch in problem.Patches)
                {
                    if (known.Contains((asset, patch)) || deployed.Contains((asset, patch))) continue;
                    foreach (var cve in problem.Cves.Count > 0 ? problem.Cves : [null!])
                    {
                        yield return new Finding
                        {
                            Asset = asset, Package = PackageOf(patch), Cve = cve, Patch = patch, FixedVersion = VersionOf(patch), Status = FindingStatus.Affected,
                            Evidence = $"problem {problem.Id} names it for this item",
                        };
                    }
                }
            }
        }
    }

    private static string PackageOf(string patch)
    {
        var start = patch.IndexOf(':', StringComparison.Ordinal) + 1;
        var end = patch.IndexOf('/', StringComparison.Ordinal);
        return end > start ? patch[start..end] : patch;
    }

    private static string? VersionOf(string patch)
    {
        var slash = patch.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? patch[(slash + 1)..] : null;
    }
}
