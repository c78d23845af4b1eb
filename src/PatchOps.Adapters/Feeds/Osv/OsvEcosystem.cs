namespace PatchOps.Adapters.Feeds.Osv;

/// <summary>What follows from an OSV ecosystem's name.</summary>
internal static class OsvEcosystem
{
    private static readonly HashSet<string> Deb = new(StringComparer.Ordinal) { "Debian", "Ubuntu", "Echo" };

    private static readonly HashSet<string> OtherDistributions = new(StringComparer.Ordinal)
    {
        "AlmaLinux", "Alpaquita", "Alpine", "Azure Linux", "BellSoft Hardened Containers", "Chainguard", "CleanStart", "Docker Hardened Images",
        "Mageia", "MinimOS", "openEuler", "openSUSE", "Photon OS", "Red Hat", "Rocky Linux", "SUSE", "Wolfi", "Android",
    };

    public static string Family(string ecosystem)
    {
        var colon = ecosystem.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ecosystem : ecosystem[..colon];
    }

    /// <summary>Debian and its kin: packages are named by source, and a fix is a source version.</summary>
    public static bool IsDeb(string family) => Deb.Contains(family);

    /// <summary>A distribution speaks about its own packages; others relay.</summary>
    public static bool IsDistribution(string family) => Deb.Contains(family) || OtherDistributions.Contains(family);
}
