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
        foreach (var finding in new ProblemFindings(catalogue, asOf).All(known)) yield return finding;
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
}
