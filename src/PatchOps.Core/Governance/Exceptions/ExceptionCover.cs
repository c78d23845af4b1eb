using PatchOps.Core.Operations;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Exceptions;

/// <summary>Which findings one exception is about.</summary>
public sealed class ExceptionCover
{
    private readonly HashSet<string> patches;
    private readonly HashSet<string> cves;
    private readonly AssetFilter assets;

    public ExceptionCover(ICatalogue catalogue, PatchException exception)
    {
        Exception = exception;
        patches = exception.Patch.ToHashSet(StringComparer.OrdinalIgnoreCase);
        cves = exception.Cve.ToHashSet(StringComparer.OrdinalIgnoreCase);
        assets = AssetFilter.Resolve(catalogue, exception.Asset);
    }

    private ExceptionCover(ExceptionCover other, PatchException exception)
    {
        Exception = exception;
        (patches, cves, assets) = (other.patches, other.cves, other.assets);
    }

    public PatchException Exception { get; }

    /// <summary>Assets named in full that nobody has.</summary>
    public IReadOnlyList<string> MissingAssets => assets.Missing;

    /// <summary>The same cover for the same exception in another state.</summary>
    internal ExceptionCover With(PatchException exception) => new(this, exception);

    /// <summary>True where the exception names the asset, or none.</summary>
    public bool CoversAsset(string asset) => assets.Matches(asset);

    /// <summary>True where patch, vulnerability and asset all fit; what the exception does not name fits.</summary>
    public bool Covers(Finding finding) =>
        (cves.Count == 0 || (finding.Cve is not null && cves.Contains(finding.Cve)))
        && (patches.Count == 0 || (finding.Patch is not null && patches.Contains(finding.Patch)))
        && assets.Matches(finding.Asset);
}
