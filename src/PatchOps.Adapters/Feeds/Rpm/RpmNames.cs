using System.Text.RegularExpressions;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;

namespace PatchOps.Adapters.Feeds.Rpm;

/// <summary>Parts of rpm names.</summary>
internal static partial class RpmNames
{
    /// <summary>epoch:version-release, epoch 0 left out.</summary>
    /// <exception cref="RecordException">Version or release is missing.</exception>
    public static string Evr(string? epoch, string? version, string? release)
    {
        if (string.IsNullOrEmpty(version) || string.IsNullOrEmpty(release)) throw new RecordException("a package has no version or no release");
        return epoch is null or "" or "0" ? $"{version}-{release}" : $"{epoch}:{version}-{release}";
    }

    /// <summary>Name of a source package from its file: name-version-release.src.rpm.</summary>
    public static string? Source(string? file)
    {
        if (string.IsNullOrEmpty(file)) return null;
        var release = file.LastIndexOf('-');
        var version = release > 0 ? file.LastIndexOf('-', release - 1) : -1;
        return version > 0 ? file[..version] : null;
    }

    /// <summary>OSV's ecosystem from an advisory's id and a package's release.</summary>
    public static string Ecosystem(string id, string? release)
    {
        var family = id switch
        {
            ['A', 'L', 'A', 'S', ..] => "Amazon Linux",
            ['A', 'L', 'S' or 'B' or 'E', 'A', '-', ..] => "AlmaLinux",
            ['R', 'L', 'S' or 'B' or 'E', 'A', '-', ..] => "Rocky Linux",
            ['R', 'H', 'S' or 'B' or 'E', 'A', '-', ..] => "Red Hat",
            ['E', 'L', 'S' or 'B' or 'E', 'A', '-', ..] => "Oracle Linux",
            ['F', 'E', 'D', 'O', 'R', 'A', '-', ..] => "Fedora",
            _ when id.StartsWith("openSUSE", StringComparison.Ordinal) => "openSUSE",
            _ when id.StartsWith("SUSE", StringComparison.Ordinal) => "SUSE",
            _ => "",
        };
        if (family.Length == 0 || release is null) return family;
        var match = Tag().Match(release);
        return match.Success ? $"{family}:{match.Groups[1].Value}" : family;
    }

    /// <summary>OSV's ecosystem from who built a package and its release; empty where neither tells.</summary>
    public static string VendorEcosystem(string? vendor, string? release)
    {
        var family = vendor switch
        {
            null or "" => "",
            _ when vendor.StartsWith("AlmaLinux", StringComparison.OrdinalIgnoreCase) => "AlmaLinux",
            _ when vendor.StartsWith("Rocky", StringComparison.OrdinalIgnoreCase) => "Rocky Linux",
            _ when vendor.StartsWith("Red Hat", StringComparison.OrdinalIgnoreCase) => "Red Hat",
            _ when vendor.StartsWith("Oracle", StringComparison.OrdinalIgnoreCase) => "Oracle Linux",
            _ when vendor.StartsWith("Fedora", StringComparison.OrdinalIgnoreCase) => "Fedora",
            _ => "",
        };
        var match = Tag().Match(release ?? "");
        return family.Length > 0 && match.Success ? $"{family}:{match.Groups[1].Value}" : family;
    }

    /// <summary>The version at the end of a change log entry's author: <c>Somebody &lt;some@body&gt; - 1:3.0.7-25</c>; null where there is none.</summary>
    public static string? EntryVersion(string? author, string? epoch)
    {
        var match = Entry().Match(author ?? "");
        if (!match.Success) return null;
        var version = match.Groups[1].Value;
        return version.Contains(':', StringComparison.Ordinal) || epoch is null or "" or "0" ? version.StartsWith("0:", StringComparison.Ordinal) ? version[2..] : version : $"{epoch}:{version}";
    }

    /// <summary>CVE ids in a text, each once.</summary>
    public static string[] Cves(IEnumerable<string> texts) =>
        texts.SelectMany(t => Cve().Matches(t).Select(m => m.Value)).Distinct(StringComparer.Ordinal).ToArray();

    /// <summary>Whether an element says yes by standing there, or by its text.</summary>
    public static bool Says(this XmlPart part, string name) =>
        part.One(name) is { } flag && !flag.Text.Equals("False", StringComparison.OrdinalIgnoreCase) && flag.Text != "0";

    [GeneratedRegex(@"\.(?:el|fc|amzn|oe)(\d{1,4})", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"(?:[-\s]|>)\s*((?:\d+:)?[A-Za-z0-9._+~^]+-[A-Za-z0-9._+~^]+)\s*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Entry();

    [GeneratedRegex(@"CVE-\d{4}-\d{4,19}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Cve();
}
