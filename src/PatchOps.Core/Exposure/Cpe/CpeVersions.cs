using System.Text.RegularExpressions;
using PatchOps.Core.Exposure.Ranges;
using PatchOps.Core.Intake;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Cpe;

/// <summary>NVD names no order for its versions: the ecosystem's own where the component has one, else numbers by value with pre-releases below their release.</summary>
internal static partial class CpeVersions
{
    /// <summary>Whether a match means the version, with the reason; Unknown where the two cannot be compared.</summary>
    public static RangeVerdict Holds(CpeMatch match, CpeName criteria, string version, string? ecosystem)
    {
        var scheme = ecosystem is not null && EcosystemSchemes.TryResolve(ecosystem, out var known) ? known.Value : VersionScheme.Dpkg;
        string Written(string text) => scheme == VersionScheme.Dpkg ? Ordered(text) : text;
        var installed = Written(version);
        if (match.From is not null || match.To is not null)
        {
            return NvdRange.Between(
                scheme,
                match.FromIncluded ? Bound(match.From) : null, match.FromIncluded ? null : Bound(match.From),
                match.ToIncluded ? Bound(match.To) : null, match.ToIncluded ? null : Bound(match.To)).Contains(installed);
        }
        string? Bound(string? text) => text is null ? null : Written(text);
        if (criteria.FullVersion is { } one)
        {
            if (one.Contains('*', StringComparison.Ordinal) || one.Contains('?', StringComparison.Ordinal))
                return System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(one, version) ? Every : new RangeVerdict(RangeStatus.NotAffected, null, null, $"not one of {one}");
            return NvdRange.Exactly(scheme, Written(one)).Contains(installed);
        }
        // A platform without a version is meant whatever its version; a flaw in "no version" says nothing of a real one.
        if (criteria.HasNoVersion && match.Vulnerable) return RangeVerdict.Unknown("NVD names no version");
        return Every;
    }

    private static readonly RangeVerdict Every = new(RangeStatus.Affected, null, null, "every version is affected");

    /// <summary>For dpkg's order: what is a pre-release stands behind a tilde.</summary>
    private static string Ordered(string version) => Prerelease().Replace(version.Trim().TrimStart('v', 'V').Replace('_', '.'), "~$1");

    [GeneratedRegex(@"[-.]?(?<![a-z])((?:alpha|beta|preview|pre|rc|dev|snapshot|milestone)[-.]?\d*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Prerelease();
}
