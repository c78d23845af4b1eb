using System.Text.RegularExpressions;
using PatchOps.Adapters.Feeds.DebianTracker;

namespace PatchOps.Adapters.Feeds.Apt;

/// <summary>Where a Packages file is from, by its path: mirrors and /var/lib/apt/lists both carry host, archive and suite in it.</summary>
internal sealed partial record AptOrigin(string Origin, bool IsSecurity, string Ecosystem)
{
    private static readonly Dictionary<string, string> Ubuntu = new(StringComparer.Ordinal)
    {
        ["trusty"] = "14.04:LTS", ["xenial"] = "16.04:LTS", ["bionic"] = "18.04:LTS", ["focal"] = "20.04:LTS", ["jammy"] = "22.04:LTS", ["noble"] = "24.04:LTS",
    };

    public static AptOrigin Of(string path)
    {
        var match = Dists().Match(path.Replace('\\', '/'));
        if (!match.Success) return new AptOrigin("", false, "");
        var archive = match.Groups[1].Value;
        var suite = match.Groups[2].Value;
        var security = suite.EndsWith("-security", StringComparison.Ordinal) || archive.EndsWith("-security", StringComparison.Ordinal)
            || path.Contains("security.", StringComparison.Ordinal);
        var name = suite.Split('-')[0];
        var number = DebianReleases.Number(name);
        var ecosystem = Ubuntu.TryGetValue(name, out var release) ? "Ubuntu:" + release
            : number != name ? "Debian:" + number
            : archive.Contains("ubuntu", StringComparison.OrdinalIgnoreCase) ? "Ubuntu"
            : archive.Contains("debian", StringComparison.OrdinalIgnoreCase) ? "Debian" : "";
        return new AptOrigin($"{(ecosystem.Length > 0 ? ecosystem.Split(':')[0] : archive)}/{suite}", security, ecosystem);
    }

    [GeneratedRegex(@"([^/_]+)[/_]dists[/_]([A-Za-z0-9.-]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Dists();
}
