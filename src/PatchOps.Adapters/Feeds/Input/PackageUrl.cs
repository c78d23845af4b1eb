namespace PatchOps.Adapters.Feeds.Input;

/// <summary>A package URL taken apart, and OSV's name for where the package lives.</summary>
/// <remarks>Package URL specification 1.0.</remarks>
internal sealed record PackageUrl(string Type, string Namespace, string Name, string? Version, IReadOnlyDictionary<string, string> Qualifiers)
{
    /// <returns>Null where the text is not a package URL.</returns>
    public static PackageUrl? Parse(string? text)
    {
        if (text is null || !text.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase)) return null;
        var rest = text[4..].TrimStart('/');
        var fragment = rest.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0) rest = rest[..fragment];
        var qualifiers = new Dictionary<string, string>(StringComparer.Ordinal);
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0)
        {
            foreach (var pair in rest[(query + 1)..].Split('&'))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0) qualifiers[pair[..equals].ToLowerInvariant()] = Uri.UnescapeDataString(pair[(equals + 1)..]);
            }
            rest = rest[..query];
        }
        string? version = null;
        var at = rest.LastIndexOf('@');
        // An unescaped scope (pkg:npm/@scope/name) is no version.
        if (at > rest.LastIndexOf('/') && at > 0 && rest[at - 1] != '/')
        {
            version = Uri.UnescapeDataString(rest[(at + 1)..]);
            rest = rest[..at];
        }
        var parts = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2) return null;
        var name = Uri.UnescapeDataString(parts[^1]);
        if (name.Length == 0) return null;
        return new PackageUrl(
            parts[0].ToLowerInvariant(), Uri.UnescapeDataString(string.Join('/', parts[1..^1])), name, string.IsNullOrEmpty(version) ? null : version, qualifiers);
    }

    public bool IsDistribution => Type is "rpm" or "deb" or "apk";

    public bool IsSource => Qualifiers.TryGetValue("arch", out var arch) && arch is "src" or "source";

    /// <summary>Name as the ecosystem writes it.</summary>
    public string PackageName => Type switch
    {
        "maven" when Namespace.Length > 0 => $"{Namespace}:{Name}",
        "rpm" or "deb" or "apk" => Name,
        _ when Namespace.Length > 0 => $"{Namespace}/{Name}",
        _ => Name,
    };

    /// <summary>Version with the epoch that rpm keeps in a qualifier.</summary>
    public string? FullVersion => Version is not null && Type == "rpm" && Qualifiers.TryGetValue("epoch", out var epoch) && epoch is not ("0" or "")
        ? $"{epoch}:{Version}" : Version;

    /// <summary>OSV's ecosystem; empty where there is none.</summary>
    public string Ecosystem
    {
        get
        {
            var family = (Type, Namespace.ToLowerInvariant()) switch
            {
                ("rpm", "redhat") => "Red Hat",
                ("rpm", "suse") => "SUSE",
                ("rpm", "opensuse") => "openSUSE",
                ("rpm", "almalinux") => "AlmaLinux",
                ("rpm", "rocky" or "rockylinux" or "rocky-linux") => "Rocky Linux",
                ("rpm", "openeuler") => "openEuler",
                ("rpm", "fedora") => "Fedora",
                ("rpm", "amzn" or "amazon") => "Amazon Linux",
                ("rpm", "oracle" or "oraclelinux") => "Oracle Linux",
                ("deb", "debian") => "Debian",
                ("deb", "ubuntu") => "Ubuntu",
                ("apk", "alpine") => "Alpine",
                ("apk", "wolfi") => "Wolfi",
                ("apk", "chainguard") => "Chainguard",
                ("npm", _) => "npm",
                ("pypi", _) => "PyPI",
                ("golang", _) => "Go",
                ("maven", _) => "Maven",
                ("nuget", _) => "NuGet",
                ("gem", _) => "RubyGems",
                ("cargo", _) => "crates.io",
                ("composer", _) => "Packagist",
                ("hex", _) => "Hex",
                ("pub", _) => "Pub",
                ("bitnami", _) => "Bitnami",
                _ => "",
            };
            if (!Qualifiers.TryGetValue("distro", out var distro) || distro.Length == 0 || family.Length == 0) return family;
            var digit = distro.AsSpan().IndexOfAnyInRange('0', '9');
            return digit < 0 ? family : $"{family}:{distro[digit..]}";
        }
    }
}
