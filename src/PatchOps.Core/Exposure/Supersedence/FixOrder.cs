using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>Which of two versions of one package on one host is newer.</summary>
internal static class FixOrder
{
    private static readonly string[] DpkgPatches = ["deb:", "USN-", "DSA-", "DLA-"];

    /// <param name="ecosystem">Of the installed package, where it is known.</param>
    /// <param name="patch">Patch id: tells the scheme where the ecosystem does not. Advisories of all other distributions are about rpm packages.</param>
    /// <param name="left">A version.</param>
    /// <param name="right">Another.</param>
    public static int Compare(string? ecosystem, string patch, string left, string right)
    {
        var scheme = ecosystem is not null && EcosystemSchemes.TryResolve(ecosystem, out var known) ? known.Value
            : Array.Exists(DpkgPatches, p => patch.StartsWith(p, StringComparison.OrdinalIgnoreCase)) ? VersionScheme.Dpkg : VersionScheme.Rpm;
        var order = VersionSchemes.Get(scheme);
        return order.TryValidate(left, out _) && order.TryValidate(right, out _) ? order.Compare(left, right) : string.CompareOrdinal(left, right);
    }
}
