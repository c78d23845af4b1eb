namespace PatchOps.Core.Intake;

/// <summary>The one place where patch ids are made.</summary>
public static class PatchIds
{
    /// <summary>A Debian or Ubuntu fix: source package and fixed version.</summary>
    public static string Deb(string source, string fixedVersion) => $"deb:{source}/{fixedVersion}";

    /// <summary>An rpm fix: source package and epoch:version-release, epoch 0 left out.</summary>
    public static string Rpm(string source, string evr) =>
        $"rpm:{source}/{(evr.StartsWith("0:", StringComparison.Ordinal) ? evr[2..] : evr)}";

    /// <summary>A Microsoft article, with or without its KB.</summary>
    public static string Kb(string article) =>
        article.StartsWith("KB", StringComparison.OrdinalIgnoreCase) ? "KB" + article[2..] : "KB" + article;

    /// <summary>A package of a language's ecosystem: its package URL with the fixed version.</summary>
    /// <param name="ecosystem">OSV's name, such as <c>npm</c>.</param>
    /// <param name="name">Package.</param>
    /// <param name="purl">Package URL without version where the source gives one.</param>
    /// <param name="version">Fixed version.</param>
    /// <returns>Null where there is neither a package URL nor a known type for the ecosystem.</returns>
    public static string? Package(string ecosystem, string name, string? purl, string version)
    {
        if (!string.IsNullOrEmpty(purl))
        {
            var end = purl.AsSpan().IndexOfAny('?', '#');
            var head = end < 0 ? purl : purl[..end];
            var at = head.LastIndexOf('@');
            return (at > head.LastIndexOf('/') ? head[..at] : head) + "@" + version;
        }
        var type = ecosystem.Split(':')[0] switch
        {
            "npm" => "npm",
            "PyPI" => "pypi",
            "Go" => "golang",
            "Maven" => "maven",
            "NuGet" => "nuget",
            "RubyGems" => "gem",
            "crates.io" => "cargo",
            "Packagist" => "composer",
            "Hex" => "hex",
            "Pub" => "pub",
            "Bitnami" => "bitnami",
            "SwiftURL" => "swift",
            _ => null,
        };
        if (type is null) return null;
        var path = type == "maven" ? name.Replace(':', '/') : name;
        return $"pkg:{type}/{path.Replace("@", "%40", StringComparison.Ordinal)}@{version}";
    }
}
