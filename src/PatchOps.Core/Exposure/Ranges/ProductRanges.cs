using PatchOps.Core.Intake;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Ranges;

/// <summary>Makes a published statement about a product answerable: its ranges under the order that they follow.</summary>
public static class ProductRanges
{
    /// <summary>The ranges and listed versions of a statement; a statement with neither is about every version.</summary>
    /// <remarks>What is in the ranges has the statement's status: this says which versions are meant, not that they are vulnerable.</remarks>
    public static AnyRange Of(AffectedProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        if (product.Ranges.Count == 0 && product.Versions.Count == 0) return new AnyRange([new EveryVersion()]);
        var ranges = product.Ranges.Select(r => (VersionRange)new OsvRange(SchemeOf(product, r), r.Events.Select(Read), product.Versions)).ToList();
        if (ranges.Count == 0) ranges.Add(new OsvRange(SchemeOf(product.Ecosystem), [], product.Versions));
        return new AnyRange(ranges);
    }

    /// <summary>The order of one range; null where the source names none that is known: commits, "custom", other ecosystems.</summary>
    public static VersionScheme? SchemeOf(AffectedProduct product, Intake.VersionRange range)
    {
        ArgumentNullException.ThrowIfNull(product);
        ArgumentNullException.ThrowIfNull(range);
        return range.Kind switch
        {
            RangeKind.Git => null,
            RangeKind.SemVer => SchemeOf(product.Ecosystem) ?? VersionScheme.SemVer,
            RangeKind.Ecosystem => SchemeOf(product.Ecosystem) ?? SchemeOf(range.Scheme),
            _ => SchemeOf(range.Scheme) ?? SchemeOf(product.Ecosystem),
        };
    }

    private static VersionScheme? SchemeOf(string? name) => name is not null && EcosystemSchemes.TryResolve(name, out var scheme) ? scheme : null;

    private static RangeEvent Read(VersionEvent at) => new(
        at.Kind switch
        {
            VersionEventKind.Introduced => RangeEventKind.Introduced,
            VersionEventKind.IntroducedAfter => RangeEventKind.IntroducedAfter,
            VersionEventKind.Fixed => RangeEventKind.Fixed,
            VersionEventKind.LastAffected => RangeEventKind.LastAffected,
            _ => RangeEventKind.Limit,
        },
        at.Version);
}
