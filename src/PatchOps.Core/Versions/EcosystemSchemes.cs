using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions;

/// <summary>Which scheme orders the versions of an ecosystem, by OSV's names (OSV schema, "Defined ecosystems") package URL types and CVE version types.</summary>
/// <remarks>A release after a colon, as in <c>Debian:12</c>, does not matter. Ecosystems whose order PatchOps does not know have none.</remarks>
public static class EcosystemSchemes
{
    private static readonly FrozenDictionary<string, VersionScheme> Known = new Dictionary<string, VersionScheme>(StringComparer.OrdinalIgnoreCase)
    {
        ["Debian"] = VersionScheme.Dpkg,
        ["Ubuntu"] = VersionScheme.Dpkg,
        ["Echo"] = VersionScheme.Dpkg,
        ["deb"] = VersionScheme.Dpkg,
        ["AlmaLinux"] = VersionScheme.Rpm,
        ["Amazon Linux"] = VersionScheme.Rpm,
        ["Azure Linux"] = VersionScheme.Rpm,
        ["Fedora"] = VersionScheme.Rpm,
        ["Mageia"] = VersionScheme.Rpm,
        ["openEuler"] = VersionScheme.Rpm,
        ["openSUSE"] = VersionScheme.Rpm,
        ["Oracle Linux"] = VersionScheme.Rpm,
        ["Photon OS"] = VersionScheme.Rpm,
        ["Red Hat"] = VersionScheme.Rpm,
        ["Rocky Linux"] = VersionScheme.Rpm,
        ["SUSE"] = VersionScheme.Rpm,
        ["rpm"] = VersionScheme.Rpm,
        ["Alpaquita"] = VersionScheme.Alpine,
        ["Alpine"] = VersionScheme.Alpine,
        ["BellSoft Hardened Containers"] = VersionScheme.Alpine,
        ["Chainguard"] = VersionScheme.Alpine,
        ["MinimOS"] = VersionScheme.Alpine,
        ["Wolfi"] = VersionScheme.Alpine,
        ["apk"] = VersionScheme.Alpine,
        ["cargo"] = VersionScheme.SemVer,
        ["crates.io"] = VersionScheme.SemVer,
        ["Bitnami"] = VersionScheme.SemVer,
        ["GitHub Actions"] = VersionScheme.SemVer,
        ["githubactions"] = VersionScheme.SemVer,
        ["Go"] = VersionScheme.SemVer,
        ["golang"] = VersionScheme.SemVer,
        ["Hex"] = VersionScheme.SemVer,
        ["Julia"] = VersionScheme.SemVer,
        ["Pub"] = VersionScheme.SemVer,
        ["SwiftURL"] = VersionScheme.SemVer,
        ["swift"] = VersionScheme.SemVer,
        ["SEMVER"] = VersionScheme.SemVer,
        ["npm"] = VersionScheme.Npm,
        ["NuGet"] = VersionScheme.NuGet,
        ["Maven"] = VersionScheme.Maven,
        ["PyPI"] = VersionScheme.PyPI,
        ["python"] = VersionScheme.PyPI,
        ["Windows"] = VersionScheme.Windows,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FailureException">Code <c>SchemeUnknown</c>: the order of this ecosystem's versions is not known.</exception>
    public static VersionScheme Resolve(string ecosystem) => TryResolve(ecosystem, out var scheme) ? scheme.Value : throw new FailureException(
        "SchemeUnknown",
        FailureKind.InvalidInput,
        $"How versions of the ecosystem '{ecosystem}' are ordered is not known.",
        ecosystem,
        "Compare them with Compare-PatchVersion and the -Scheme that they follow.");

    /// <param name="ecosystem">An OSV ecosystem such as <c>Alpine:v3.18</c>, a package URL type such as <c>deb</c>, or a package URL.</param>
    /// <param name="scheme">The scheme, or null.</param>
    public static bool TryResolve(string ecosystem, [NotNullWhen(true)] out VersionScheme? scheme)
    {
        ArgumentNullException.ThrowIfNull(ecosystem);
        scheme = Known.TryGetValue(Name(ecosystem), out var found) ? found : null;
        return scheme is not null;
    }

    private static string Name(string ecosystem)
    {
        var text = ecosystem.AsSpan().Trim();
        if (text.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase))
        {
            text = text[4..].TrimStart('/');
            var slash = text.IndexOf('/');
            return (slash < 0 ? text : text[..slash]).ToString();
        }
        var colon = text.IndexOf(':');
        return (colon < 0 ? text : text[..colon]).TrimEnd().ToString();
    }
}
