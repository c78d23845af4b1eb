using PatchOps.Core.Exposure.Ranges;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Facts;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure;

/// <summary>A statement with its ranges made ready once, however many package versions it is asked about.</summary>
internal sealed class StatementEvaluator
{
    private readonly AnyRange? ranges;

    public StatementEvaluator(PackageStatement statement)
    {
        Statement = statement;
        Scheme = EcosystemSchemes.TryResolve(statement.Product.Ecosystem, out var scheme) ? scheme : null;
        ranges = statement.Product.Ranges.Count > 0 || statement.Product.Versions.Count > 0 ? ProductRanges.Of(statement.Product) : null;
    }

    public PackageStatement Statement { get; }

    public VersionScheme? Scheme { get; }

    public TrustRank Trust => Statement.Product.Trust ?? Statement.Trust;

    /// <summary>What the statement says of a version; null where it says nothing.</summary>
    public (FindingStatus Status, string? FixedVersion, string Why)? Evaluate(InstalledVersion version)
    {
        var product = Statement.Product;
        var inside = ranges?.Contains(version);
        switch (product.Status)
        {
            case ProductStatus.Affected when inside is null:
                return (FindingStatus.Affected, product.FixedVersion, "every version is affected");
            case ProductStatus.Affected:
                return inside.Status switch
                {
                    RangeStatus.Affected => (FindingStatus.Affected, inside.FixedVersion, inside.Reason),
                    RangeStatus.NotAffected => (inside.DecidedBy is { Kind: RangeEventKind.Fixed } ? FindingStatus.Fixed : FindingStatus.NotAffected, inside.DecidedBy?.Version, inside.Reason),
                    _ => (FindingStatus.Unknown, inside.FixedVersion, inside.Reason),
                };
            case ProductStatus.Fixed:
                return inside is null || inside.Status == RangeStatus.Affected ? (FindingStatus.Fixed, product.FixedVersion, "the source calls this version fixed") : FixedFrom(version, product);
            case ProductStatus.NotAffected:
                return inside is null || inside.Status == RangeStatus.Affected ? (FindingStatus.NotAffected, null, product.Justification ?? product.Statement ?? "the source calls it not affected") : null;
            case ProductStatus.UnderInvestigation:
                return (FindingStatus.UnderInvestigation, null, "the source is still looking into it");
            default:
                return (FindingStatus.Unknown, null, "the source does not know");
        }
    }

    /// <summary>A list of fixed versions: older than every one of them is open, at or above one is fixed.</summary>
    private (FindingStatus, string?, string)? FixedFrom(InstalledVersion version, AffectedProduct product)
    {
        if (Scheme is not { } scheme) return null;
        var order = VersionSchemes.Get(scheme);
        var fixes = product.Versions.Where(v => order.TryValidate(v, out _)).ToList();
        if (fixes.Count == 0 || version.Under(scheme, out _) is null) return null;
        var first = fixes.Aggregate((a, b) => order.Compare(a, b) <= 0 ? a : b);
        return order.Compare(version.Text, first) >= 0
            ? (FindingStatus.Fixed, first, $"fixed in {first}")
            : (FindingStatus.Affected, first, $"older than the fixed {first}");
    }
}
