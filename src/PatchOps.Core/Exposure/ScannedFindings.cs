using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure;

/// <summary>What scanners report, joined to what statements about packages say: a statement that decides overrules the scanner, and the scanner speaks where there is none.</summary>
/// <remarks>Scanners report backported fixes as open because they compare with upstream's ranges; the distribution knows its own packages.</remarks>
internal sealed class ScannedFindings
{
    private readonly ICatalogue catalogue;
    private readonly Dictionary<string, Dictionary<string, List<Report>>> byAsset = new(StringComparer.Ordinal);
    private readonly HashSet<string> vulnerabilities = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="catalogue">The store.</param>
    /// <param name="asOf">What was reported later is left out.</param>
    /// <param name="only">Vulnerabilities that will be asked for; null for all.</param>
    public ScannedFindings(ICatalogue catalogue, DateTimeOffset asOf, Func<string?, bool>? only = null)
    {
        this.catalogue = catalogue;
        foreach (var finding in catalogue.ScannerFindings(asOf))
        {
            if (only?.Invoke(finding.Cves[0]) == false) continue;
            if (!byAsset.TryGetValue(finding.Asset, out var byCve)) byAsset[finding.Asset] = byCve = new Dictionary<string, List<Report>>(StringComparer.OrdinalIgnoreCase);
            if (!byCve.TryGetValue(finding.Cves[0], out var list)) byCve[finding.Cves[0]] = list = [];
            list.Add(new Report(finding));
            vulnerabilities.Add(finding.Cves[0]);
        }
    }

    /// <summary>Whether a scanner reports the vulnerability anywhere.</summary>
    public bool Reports(PackageVerdict verdict) => vulnerabilities.Contains(verdict.Vulnerability);

    /// <summary>The finding of a verdict, with the scanners that report the same.</summary>
    public Finding Join(PackageVerdict verdict, string asset)
    {
        var finding = verdict.For(asset);
        if (byAsset.Count == 0 || !byAsset.TryGetValue(asset, out var byCve) || !byCve.TryGetValue(verdict.Vulnerability, out var list)) return finding;
        var same = list.FindAll(r => r.Finding.Package == verdict.Package.Package || r.Finding.Package == verdict.Package.Source);
        if (same.Count == 0) return finding;
        if (finding.Status == FindingStatus.Unknown && same.Find(r => r.Finding.InstalledVersion is null || r.Finding.InstalledVersion == verdict.Package.Version) is { } speaker)
        {
            foreach (var report in same) report.IsTold = true;
            var said = Of(speaker.Finding, verdict.Package);
            return said with { Scanner = Names(same), Evidence = $"{said.Evidence}; {finding.Evidence}" };
        }
        foreach (var report in same) report.IsTold = true;
        var names = Names(same);
        return finding with
        {
            Scanner = names,
            Evidence = finding.Status is FindingStatus.Affected or FindingStatus.Unknown ? $"{finding.Evidence}; {names} reports it too" : $"{finding.Evidence}; {names} reports it as open, which this statement overrules",
        };
    }

    /// <summary>What only scanners report.</summary>
    public IEnumerable<Finding> Rest()
    {
        var rest = byAsset.Values.SelectMany(a => a.Values).SelectMany(l => l).Where(r => !r.IsTold).Select(r => r.Finding).ToList();
        if (rest.Count == 0) yield break;
        var names = rest.Select(f => f.Package).ToHashSet(StringComparer.Ordinal);
        var installed = new Dictionary<(string Asset, string Package), InstalledPackage>();
        foreach (var package in catalogue.InstalledPackages(null, p => names.Contains(p.Package)))
            foreach (var asset in package.Assets.Where(byAsset.ContainsKey)) installed[(asset, package.Package)] = package;
        foreach (var same in rest.GroupBy(f => (f.Asset, f.Package, Cve: f.Cves[0].ToUpperInvariant(), f.InstalledVersion)))
        {
            var first = same.First();
            yield return Of(first, installed.GetValueOrDefault((first.Asset, first.Package))) with { Scanner = string.Join(", ", same.Select(f => f.Scanner).Distinct(StringComparer.Ordinal)) };
        }
    }

    /// <summary>A scanner's word about a package; what is installed now goes before what the scanner saw.</summary>
    private static Finding Of(ScannerFinding said, InstalledPackage? installed)
    {
        var ecosystem = installed?.Ecosystem ?? said.Ecosystem;
        VersionScheme? scheme = ecosystem is not null && EcosystemSchemes.TryResolve(ecosystem, out var known) ? known : null;
        var finding = new Finding
        {
            Asset = said.Asset, Package = said.Package, InstalledVersion = installed?.Version ?? said.InstalledVersion, FixedVersion = said.FixedVersion, Cve = said.Cves[0],
            Patch = said.FixedVersion is null ? null : PatchOf(said, installed?.Source ?? said.Source ?? said.Package, ecosystem, scheme),
            Status = said.Status, FixAvailable = said.FixedVersion is null ? null : said.Found, Scanner = said.Scanner,
            Evidence = $"{said.Scanner} reports it{(said.Severity is null ? "" : $" ({said.Severity})")}{(said.InstalledVersion is null ? "" : $" in {said.InstalledVersion}")}",
        };
        if (installed is null || said.InstalledVersion is null || said.InstalledVersion == installed.Version || said.Status != FindingStatus.Affected) return finding;
        var order = scheme is null ? null : VersionSchemes.Get(scheme.Value);
        if (said.FixedVersion is null || order is null || !order.TryValidate(installed.Version, out _) || !order.TryValidate(said.FixedVersion, out _))
            return finding with { Status = FindingStatus.Unknown, Evidence = $"{finding.Evidence}; {installed.Version} is installed since, of which it says nothing" };
        return order.Compare(installed.Version, said.FixedVersion) >= 0
            ? finding with { Status = FindingStatus.Fixed, Evidence = $"{finding.Evidence}; {installed.Version} is installed since, which has the fix" }
            : finding with { Evidence = $"{finding.Evidence}; {installed.Version} is installed since, still older than the fixed {said.FixedVersion}" };
    }

    private static string? PatchOf(ScannerFinding said, string source, string? ecosystem, VersionScheme? scheme) => scheme switch
    {
        VersionScheme.Dpkg => PatchIds.Deb(source, said.FixedVersion!),
        VersionScheme.Rpm => PatchIds.Rpm(source, said.FixedVersion!),
        _ => ecosystem is null ? null : PatchIds.Package(ecosystem, said.Package, null, said.FixedVersion!),
    };

    private static string Names(List<Report> reports) => string.Join(", ", reports.Select(r => r.Finding.Scanner).Distinct(StringComparer.Ordinal));

    private sealed class Report(ScannerFinding finding)
    {
        public ScannerFinding Finding { get; } = finding;

        /// <summary>True once a finding names its scanner.</summary>
        public bool IsTold { get; set; }
    }
}
