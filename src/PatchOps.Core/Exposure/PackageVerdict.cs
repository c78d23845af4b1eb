using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure;

/// <summary>One distinct installed package × vulnerability: decided once, true for every asset that has the package.</summary>
public sealed class PackageVerdict
{
    private readonly PackageStatement statement;
    private readonly VersionScheme? scheme;
    private (string? Patch, bool Known) patch;
    private string? evidence;

    internal PackageVerdict(InstalledPackage package, PackageStatement statement, VersionScheme? scheme, FindingStatus status, string? fixedVersion, string why)
    {
        Package = package;
        Status = status;
        FixedVersion = fixedVersion;
        this.statement = statement;
        this.scheme = scheme;
        Why = why;
    }

    public InstalledPackage Package { get; }

    /// <summary>Canonical id of the vulnerability.</summary>
    public string Vulnerability => statement.Vulnerability;

    public FindingStatus Status { get; }

    /// <summary>First version that closes it: of the source package where the statement is about that.</summary>
    public string? FixedVersion { get; }

    /// <summary>Patch id, where a fix is offered.</summary>
    public string? Patch => (patch.Known ? patch : patch = (FindPatch(), true)).Patch;

    /// <summary>When the deciding statement began to count.</summary>
    public DateTimeOffset AsOf => statement.AsOf;

    /// <summary>Who said what, in one sentence. Most verdicts are never shown, so it is written when it is read.</summary>
    public string Evidence => evidence ??= $"{statement.Source} ({statement.Key}): {Why}";

    /// <summary>What the deciding statement says of this version.</summary>
    public string Why { get; }

    /// <summary>Patches that the deciding statement names.</summary>
    public IReadOnlyList<string> StatedPatches => statement.Product.Patches;

    /// <summary>The product as the deciding statement calls it.</summary>
    public string StatedProduct => statement.Product.Name;

    /// <summary>True where the statement tells versions apart, so that the installed one proves something.</summary>
    public bool DecidedByVersion => statement.Product.Ranges.Count > 0 || statement.Product.Versions.Count > 0;

    /// <summary>The same statement with another outcome for some of the assets.</summary>
    public PackageVerdict With(InstalledPackage package, FindingStatus status, string why) => new(package, statement, scheme, status, FixedVersion, why);

    public Finding For(string asset) => new()
    {
        Asset = asset, Package = Package.Package, InstalledVersion = Package.Version, FixedVersion = FixedVersion, Cve = Vulnerability, Patch = Patch, Status = Status, Evidence = Evidence,
        FixAvailable = Patch is null ? null : AsOf,
    };

    private string? FindPatch()
    {
        var stated = statement.Product.Patches;
        if (FixedVersion is null) return stated.Count > 0 ? stated[0] : null;
        foreach (var one in stated)
            if (one.Length > FixedVersion.Length && one[^(FixedVersion.Length + 1)] == '/' && one.EndsWith(FixedVersion, StringComparison.Ordinal)) return one;
        if (stated.Count > 0) return stated[0];
        if (Package.Ecosystem is null) return null;
        var source = Package.Source ?? statement.Product.Name;
        return scheme switch
        {
            VersionScheme.Dpkg => PatchIds.Deb(source, FixedVersion),
            VersionScheme.Rpm => PatchIds.Rpm(source, FixedVersion),
            // Windows is patched by articles; a build number alone names none.
            VersionScheme.Windows => null,
            _ => PatchIds.Package(Package.Ecosystem, Package.Package, null, FixedVersion),
        };
    }
}
