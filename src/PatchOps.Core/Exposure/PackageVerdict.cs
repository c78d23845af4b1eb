using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Exposure;

/// <summary>One distinct installed package × vulnerability: decided once, true for every asset that has the package.</summary>
public sealed record PackageVerdict
{
    public required InstalledPackage Package { get; init; }

    /// <summary>Canonical id of the vulnerability.</summary>
    public required string Vulnerability { get; init; }

    public required FindingStatus Status { get; init; }

    public string? FixedVersion { get; init; }

    /// <summary>Patch id, where a fix is offered.</summary>
    public string? Patch { get; init; }

    /// <summary>When the deciding statement began to count.</summary>
    public DateTimeOffset AsOf { get; init; }

    /// <summary>Who said what, in one sentence.</summary>
    public required string Evidence { get; init; }

    public Finding For(string asset) => new()
    {
        Asset = asset, Package = Package.Package, InstalledVersion = Package.Version, FixedVersion = FixedVersion, Cve = Vulnerability, Patch = Patch, Status = Status, Evidence = Evidence,
        FixAvailable = Patch is null ? null : AsOf,
    };
}
