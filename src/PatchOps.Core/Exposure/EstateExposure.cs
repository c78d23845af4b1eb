using PatchOps.Core.Exposure.Cpe;
using PatchOps.Core.Exposure.Windows;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure;

/// <summary>All findings of an estate: packages against statements, what scanners report, updates that hosts themselves see, and what problem records name.</summary>
/// <remarks>Distinct package versions are judged once and joined to their hosts: the cost of ten thousand equal hosts is that of writing
/// their findings. Held in memory are the statements about installed packages, one number for each installed package and host, and the
/// updates that hosts see; findings stream.</remarks>
public sealed class EstateExposure(ICatalogue catalogue, DateTimeOffset asOf)
{
    /// <summary>Findings, package by package.</summary>
    public IEnumerable<Finding> Findings(FindingFilter? filter = null)
    {
        filter ??= FindingFilter.All;
        var updates = catalogue.PendingUpdates(filter.Assets).ToList();
        var problems = new ProblemFindings(catalogue, asOf);
        // Only what an update or a problem record may name again has to be remembered.
        var repeatable = updates.Select(PatchOf).Concat(problems.Patches).ToHashSet(StringComparer.Ordinal);
        var known = new HashSet<(string Asset, string Patch)>();
        var scanned = new ScannedFindings(catalogue, asOf);
        foreach (var verdict in Verdicts(filter.Assets))
        {
            var remembered = verdict.Status == FindingStatus.Affected && repeatable.Count > 0 && verdict.Patch is { } patch && repeatable.Contains(patch) ? patch : null;
            var wanted = filter.Takes(verdict.Status, verdict.Vulnerability, verdict.Package.Package);
            var reported = scanned.Reports(verdict);
            if (remembered is null && !wanted && !reported) continue;
            foreach (var asset in verdict.Package.Assets)
            {
                if (remembered is not null) known.Add((asset, remembered));
                if (reported)
                {
                    var finding = scanned.Join(verdict, asset);
                    if (filter.Takes(finding)) yield return finding;
                }
                else if (wanted) yield return verdict.For(asset);
            }
        }
        foreach (var finding in scanned.Rest())
        {
            if (finding is { Status: FindingStatus.Affected, Patch: { } patch }) known.Add((finding.Asset, patch));
            if (filter.Takes(finding)) yield return finding;
        }
        foreach (var finding in Updates(updates, known).Concat(problems.All(known)))
            if (filter.Takes(finding)) yield return finding;
    }

    /// <summary>One verdict for each distinct package version and vulnerability.</summary>
    /// <param name="assets">Only of packages that these assets have; null for all.</param>
    public IEnumerable<PackageVerdict> Verdicts(IReadOnlySet<string>? assets = null)
    {
        var packages = catalogue.InstalledPackages(assets).ToList();
        if (packages.Count == 0) yield break;
        var windows = new WindowsUpdates(catalogue, packages);
        var matcher = new ExposureMatcher(catalogue.Statements(Names(packages)), asOf);
        // A better source's word on a component keeps NVD's configuration of it out.
        var decided = new HashSet<(string, string, string?, string)>();
        foreach (var package in packages)
        {
            foreach (var verdict in matcher.Match(package))
            {
                if (package.Cpe is not null) decided.Add((package.Package, package.Version, package.Ecosystem, verdict.Vulnerability));
                if (package.Ecosystem == WindowsProducts.Ecosystem)
                    foreach (var split in windows.Judge(verdict)) yield return split;
                else yield return verdict;
            }
        }
        foreach (var verdict in new CpeExposure(catalogue, asOf).Verdicts(packages, (p, v) => decided.Contains((p.Package, p.Version, p.Ecosystem, v)))) yield return verdict;
    }

    private static HashSet<string> Names(List<InstalledPackage> packages)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var package in packages)
        {
            names.Add(package.Package);
            if (package.Source is not null) names.Add(package.Source);
            if (package.Ecosystem == WindowsProducts.Ecosystem) names.UnionWith(WindowsProducts.Spellings(package.Package));
        }
        return names;
    }

    private static string PatchOf(AvailableUpdate update) => EcosystemSchemes.TryResolve(update.Ecosystem ?? "", out var scheme) && scheme == VersionScheme.Rpm
        ? PatchIds.Rpm(update.Source ?? update.Package, update.AvailableVersion)
        : PatchIds.Deb(update.Source ?? update.Package, update.AvailableVersion);

    /// <summary>What the package manager offers although no advisory in the store explains it.</summary>
    private static IEnumerable<Finding> Updates(IEnumerable<AvailableUpdate> updates, HashSet<(string Asset, string Patch)> known)
    {
        foreach (var update in updates)
        {
            var patch = PatchOf(update);
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
