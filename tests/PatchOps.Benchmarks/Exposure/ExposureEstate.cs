using System.Globalization;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Benchmarks.Exposure;

/// <summary>10,000 hosts × 500 packages, 30,000 distinct, and 100,000 advisories; the same on every run.</summary>
/// <remarks>Seven hosts of ten run Debian, whose tracker speaks of source packages; the others AlmaLinux, whose errata name several
/// packages each. One package in a hundred is behind: estates are mostly patched, and most statements find nothing.</remarks>
internal sealed class ExposureEstate(int hosts)
{
    public const int PackagesPerHost = 500, Advisories = 100_000;

    /// <summary>A Debian host of the estate.</summary>
    public const string Sample = "host05000";

    private const int Names = 3_000, DebianNames = 2_100, Versions = 10, Behind = 100;
    private static readonly DateTimeOffset Day = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    public int Hosts { get; } = hosts;

    public void Fill(ICatalogue catalogue)
    {
        using (var import = catalogue.BeginImport("Inventory", "benchmark", Day))
        {
            foreach (var host in Inventories()) import.Add(host);
            import.Complete(TimeSpan.Zero);
        }
        using (var import = catalogue.BeginImport("Advisories", "benchmark", Day))
        {
            foreach (var record in Records()) import.Add(record);
            import.Complete(TimeSpan.Zero);
        }
    }

    public IEnumerable<InventoryResult> Inventories()
    {
        var seen = new int[Names];
        var step = 0;
        for (var host = 0; host < Hosts; host++)
        {
            var debian = host % 10 < 7;
            var (first, count) = debian ? (0, DebianNames) : (DebianNames, Names - DebianNames);
            var software = new List<Software>(PackagesPerHost);
            var id = string.Create(CultureInfo.InvariantCulture, $"host{host:00000}");
            step = (step + 37) % count;
            for (var i = 0; i < PackagesPerHost; i++)
            {
                var name = first + ((step + i) % count);
                var nth = seen[name]++;
                software.Add(Package(id, name, nth % Behind == 0 ? nth / Behind % (Versions - 1) : Versions - 1));
            }
            yield return new InventoryResult { Asset = new Asset { Id = id, OperatingSystem = debian ? "Debian 12" : "AlmaLinux 9" }, Taken = Day, Software = software };
        }
    }

    /// <summary>Debian's statements as package and fixed version, for another tool to be asked the same.</summary>
    public static IEnumerable<(string Cve, string Source, string Fixed)> DebianStatements() =>
        Records().Where(r => r.Source == "debian-tracker").Select(r => (r.Id, r.Affected[0].Name, r.Affected[0].FixedVersion ?? ""));

    private static IEnumerable<VulnerabilityRecord> Records()
    {
        var random = new Random(20260801);
        for (var i = 0; i < Advisories; i++)
        {
            var cve = string.Create(CultureInfo.InvariantCulture, $"CVE-{2015 + (i % 12)}-{10_000 + i}");
            // Most fixes are old, and most hosts have them.
            var at = 1 + Math.Min(random.Next(Versions - 1), Math.Min(random.Next(Versions - 1), random.Next(Versions - 1)));
            if (i % 10 < 7)
            {
                var source = Source(random.Next(DebianNames));
                yield return new VulnerabilityRecord("debian-tracker", cve, $"{source}/{cve}")
                {
                    Trust = TrustRank.VendorAdvisory, AsOf = Day.AddDays(-random.Next(900)), Description = "A flaw in a parser lets a crafted file run code.", Severity = "medium",
                    Affected = [Statement("Debian:12", source, DebianVersion(at), source: true), Statement("Debian:13", source, DebianVersion(at), source: true)],
                };
                continue;
            }
            var first = DebianNames + random.Next(Names - DebianNames - 2);
            yield return new VulnerabilityRecord("osv:almalinux", cve, $"ALSA-{cve}")
            {
                Trust = TrustRank.VendorAdvisory, AsOf = Day.AddDays(-random.Next(900)), Title = "Important: security update", Severity = "Important",
                Affected = [Statement("AlmaLinux:9", Name(first), RpmVersion(at), source: false), Statement("AlmaLinux:9", Name(first + 1), RpmVersion(at), source: false)],
            };
        }
    }

    private static AffectedProduct Statement(string ecosystem, string name, string @fixed, bool source) => new(ecosystem, name)
    {
        IsSourcePackage = source, Status = ProductStatus.Affected,
        Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, @fixed)])],
        Patches = [source ? PatchIds.Deb(name, @fixed) : PatchIds.Rpm(name, @fixed)],
    };

    private static Software Package(string asset, int name, int version) => name < DebianNames
        ? new Software { Asset = asset, Package = Name(name), Version = DebianVersion(version), Ecosystem = "Debian:12", Architecture = "amd64", Source = Source(name) }
        : new Software { Asset = asset, Package = Name(name), Version = RpmVersion(version), Ecosystem = "AlmaLinux:9", Architecture = "x86_64" };

    private static string Name(int name) => string.Create(CultureInfo.InvariantCulture, $"package-{name:0000}");

    private static string Source(int name) => string.Create(CultureInfo.InvariantCulture, $"source-{name / 2:0000}");

    private static string DebianVersion(int version) => string.Create(CultureInfo.InvariantCulture, $"1.{10 + version}.2-3+deb12u{version}");

    private static string RpmVersion(int version) => string.Create(CultureInfo.InvariantCulture, $"2.{10 + version}.4-{7 + version}.el9");
}
