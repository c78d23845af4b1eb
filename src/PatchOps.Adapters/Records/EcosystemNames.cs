using PatchOps.Adapters.Feeds.Input;

namespace PatchOps.Adapters.Records;

/// <summary>Ecosystem and release of a package URL as advisories name them.</summary>
internal static class EcosystemNames
{
    /// <param name="distribution">What the user says the distribution's packages are of; null to believe the package URL.</param>
    public static string? Of(PackageUrl url, string? distribution)
    {
        if (url.IsDistribution && distribution is not null) return distribution;
        if (url.Ecosystem.Length == 0) return null;
        var parts = url.Ecosystem.Split(':', 2);
        if (parts.Length == 1) return parts[0];
        // A release as advisories name it: the point release does not matter.
        var numbers = parts[1].Split('.');
        return parts[0] switch
        {
            "Debian" or "AlmaLinux" or "Rocky Linux" or "Red Hat" or "Fedora" or "Oracle Linux" => $"{parts[0]}:{numbers[0]}",
            "Alpine" => $"Alpine:v{string.Join('.', numbers.Take(2))}",
            _ => url.Ecosystem,
        };
    }

    /// <summary>Source package that the package URL names; null where it names none.</summary>
    public static string? Source(PackageUrl url)
    {
        var upstream = url.Qualifiers.GetValueOrDefault("upstream");
        if (upstream is null) return null;
        return url.Type == "rpm" ? InstalledRow.RpmSource(upstream) : upstream.Split('@', 2)[0];
    }

    /// <summary>What stands after the @ of a deb's upstream; an rpm's version is its source's.</summary>
    public static string? SourceVersion(PackageUrl url) =>
        url.Type != "rpm" && url.Qualifiers.GetValueOrDefault("upstream")?.Split('@', 2) is [_, { Length: > 0 } version] ? version : null;

    /// <summary>Go's ecosystem in OSV has no v before the number.</summary>
    public static string Written(PackageUrl url, string version) =>
        url.Type == "golang" && version.Length > 1 && version[0] == 'v' && char.IsAsciiDigit(version[1]) ? version[1..] : version;
}
