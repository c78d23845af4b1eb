using System.Globalization;

namespace PatchOps.Core.Exposure.Windows;

/// <summary>How Windows releases are called: by an inventory in one way, by Microsoft's advisories in another, by its CVE records in a third.</summary>
public static class WindowsProducts
{
    /// <summary>Ecosystem of Windows itself and of its updates.</summary>
    public const string Ecosystem = "Windows";

    private const string ServerCore = " (Server Core installation)";

    /// <summary>The name that Microsoft's advisories use.</summary>
    /// <param name="caption">As the host says: <c>Microsoft Windows Server 2022 Datacenter</c>, <c>Microsoft Windows 11 Pro</c>.</param>
    /// <param name="displayVersion">Feature release, such as <c>23H2</c> or <c>1809</c>; null where the host has none.</param>
    /// <param name="architecture"><c>x64</c>, <c>ARM64</c> or <c>x86</c>, also in the words of WMI (<c>64-bit</c>).</param>
    /// <param name="serverCore">Installed without a desktop.</param>
    /// <returns>Null where the caption names no Windows release that is known.</returns>
    public static string? AdvisoryName(string caption, string? displayVersion, string? architecture, bool serverCore)
    {
        ArgumentNullException.ThrowIfNull(caption);
        var at = caption.IndexOf("Windows ", StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var words = caption[(at + 8)..].Replace("®", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return null;
        if (words[0].Equals("Server", StringComparison.OrdinalIgnoreCase))
        {
            if (words.Length < 2 || !IsYear(words[1])) return null;
            var second = words.Length > 2 && words[2].Equals("R2", StringComparison.OrdinalIgnoreCase) ? " R2" : "";
            return $"Windows Server {words[1]}{second}{(serverCore ? ServerCore : "")}";
        }
        if (words[0] is not ("10" or "11")) return null;
        var release = string.IsNullOrWhiteSpace(displayVersion) ? "" : $" {(words[0] == "11" && displayVersion != "21H2" ? "version" : "Version")} {displayVersion}";
        return $"Windows {words[0]}{release} for {System(architecture)} Systems";
    }

    /// <summary>The CPE 2.3 name that NVD uses for a release; null where the name is none of <see cref="AdvisoryName"/>'s.</summary>
    public static string? Cpe(string advisoryName, string build)
    {
        ArgumentNullException.ThrowIfNull(advisoryName);
        var name = Base(advisoryName).ToLowerInvariant().Replace(" version ", " ", StringComparison.Ordinal).Replace(' ', '_');
        return name.StartsWith("windows_", StringComparison.Ordinal) ? $"cpe:2.3:o:microsoft:{name}:{build}:*:*:*:*:*:*:*" : null;
    }

    /// <summary>Every spelling under which advisories may speak of an installed release, the most specific first.</summary>
    public static IEnumerable<string> Spellings(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return ((string[])[name, Base(name)])
            .SelectMany(n => (string[])[n, n.Replace(" Version ", " version ", StringComparison.Ordinal), n.Replace(" version ", " Version ", StringComparison.Ordinal)])
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>Without architecture and kind of installation.</summary>
    private static string Base(string name)
    {
        var systems = name.IndexOf(" for ", StringComparison.Ordinal);
        var end = systems > 0 && name.EndsWith("Systems", StringComparison.Ordinal) ? systems : name.Length;
        return name.EndsWith(ServerCore, StringComparison.Ordinal) ? name[..^ServerCore.Length] : name[..end];
    }

    private static string System(string? architecture) => architecture?.ToUpperInvariant() switch
    {
        "ARM64" or "ARM 64-BIT" or "ARM 64-BIT PROCESSOR" => "ARM64-based",
        "X86" or "32-BIT" => "32-bit",
        _ => "x64-based",
    };

    private static bool IsYear(string word) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 2003 and <= 2100;
}
