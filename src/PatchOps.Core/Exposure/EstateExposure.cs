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
public sealed class EstateExposure(EstateRecords records)
{
    private readonly ICatalogue catalogue = records.Catalogue;
    private readonly DateTimeOffset asOf = records.AsOf;

    public EstateExposure(ICatalogue catalogue, DateTimeOffset asOf)
        : this(new EstateRecords(catalogue, asOf))
    {
    }

    /// <summary>Findings, package by package.</summary>
    /// <param name="watch">Is told every verdict on the way, whether or not a finding comes of it; null for nobody.</param>
    public IEnumerable<Finding> Findings(FindingFilter? filter = null, Action<PackageVerdict>? watch = null)
    {
        filter ??= FindingFilter.All;
        if (filter.Named is not null && Narrow(filter) is { } few)
        {
            foreach (var finding in few) yield return finding;
            yield break;
        }
        var updates = catalogue.PendingUpdates(filter.Assets).ToList();
        var problems = new ProblemFindings(records);
        // Only what an update or a problem record may name again has to be remembered.
        var repeatable = updates.Select(PatchOf).Concat(problems.Patches).ToHashSet(StringComparer.Ordinal);
        var known = new HashSet<(string Asset, string Patch)>();
        var scanned = new ScannedFindings(catalogue, asOf);
        foreach (var verdict in Verdicts(filter.Assets))
        {
            watch?.Invoke(verdict);
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

    /// <summary>Findings of a few vulnerabilities by the packages that they concern.</summary>
    /// <returns>Null where more than these packages counts: a problem record that names one, or a configuration of several products.</returns>
    private List<Finding>? Narrow(FindingFilter filter)
    {
        if (new ProblemFindings(records).Names(filter.Cve!)) return null;
        var concern = new Concern(catalogue, filter.Named!);
        var packages = catalogue.InstalledPackages(filter.Assets, concern.Holds).ToList();
        if (concern.NeedsAll) return null;
        var scanned = new ScannedFindings(catalogue, asOf, filter.Cve);
        var findings = new List<Finding>();
        foreach (var verdict in Verdicts(packages, filter.Cve!))
        {
            var reported = scanned.Reports(verdict);
            if (!reported && !filter.Takes(verdict.Status, verdict.Vulnerability, verdict.Package.Package)) continue;
            findings.AddRange(verdict.Package.Assets.Select(a => reported ? scanned.Join(verdict, a) : verdict.For(a)));
        }
        return [.. findings.Concat(scanned.Rest()).Where(filter.Takes)];
    }

    /// <summary>One verdict for each distinct package version and vulnerability.</summary>
    /// <param name="assets">Only of packages that these assets have; null for all.</param>
    public IEnumerable<PackageVerdict> Verdicts(IReadOnlySet<string>? assets = null)
    {
        var packages = catalogue.InstalledPackages(assets).ToList();
        return Verdicts(packages, null);
    }

    private IEnumerable<PackageVerdict> Verdicts(List<InstalledPackage> packages, Func<string?, bool>? only)
    {
        if (packages.Count == 0) yield break;
        var windows = new WindowsUpdates(catalogue, packages);
        var statements = catalogue.Statements(Names(packages));
        var matcher = new ExposureMatcher(only is null ? statements : statements.Where(t => only(t.Vulnerability)), asOf);
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
        // Where only some vulnerabilities count, no component is one that their configurations name.
        if (only is not null) yield break;
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
