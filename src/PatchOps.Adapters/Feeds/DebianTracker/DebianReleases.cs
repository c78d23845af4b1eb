namespace PatchOps.Adapters.Feeds.DebianTracker;

/// <summary>Debian's code names and the numbers that OSV uses.</summary>
/// <remarks>distro-info-data, debian.csv.</remarks>
internal static class DebianReleases
{
    private static readonly Dictionary<string, string> Numbers = new(StringComparer.Ordinal)
    {
        ["squeeze"] = "6", ["wheezy"] = "7", ["jessie"] = "8", ["stretch"] = "9", ["buster"] = "10", ["bullseye"] = "11",
        ["bookworm"] = "12", ["trixie"] = "13", ["forky"] = "14", ["duke"] = "15",
    };

    /// <summary>The release's number; the name itself where it has none (sid).</summary>
    public static string Number(string name) => Numbers.GetValueOrDefault(name) ?? name;
}
