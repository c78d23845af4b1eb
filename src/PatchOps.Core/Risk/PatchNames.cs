namespace PatchOps.Core.Risk;

/// <summary>Product and vendor behind a patch id: the levels at which outcomes are shared.</summary>
public static class PatchNames
{
    private const string PackageUrl = "pkg:";

    /// <summary><c>deb:openssl/3.0.11</c> is of <c>deb:openssl</c>, <c>pkg:npm/lodash@4.17.21</c> of <c>pkg:npm/lodash</c>, <c>KB5034441</c> of <c>KB</c>, <c>RHSA-2024:1</c> of <c>RHSA</c>.</summary>
    public static string Product(string patch)
    {
        if (patch.StartsWith(PackageUrl, StringComparison.OrdinalIgnoreCase))
        {
            // A scope may be written with its @; the version comes last, and may hold a slash.
            var name = patch.IndexOf('/', StringComparison.Ordinal) + 1;
            var version = patch.IndexOf('@', Math.Min(patch.Length, name + 1));
            return version < 0 ? patch : patch[..version];
        }
        var end = patch.LastIndexOf('/');
        if (end > 0) return patch[..end];
        end = patch.IndexOf('@', StringComparison.Ordinal);
        if (end > 0) return patch[..end];
        return Vendor(patch);
    }

    /// <summary>Of a package URL its type: what comes from one registry.</summary>
    public static string Vendor(string patch)
    {
        if (patch.StartsWith(PackageUrl, StringComparison.OrdinalIgnoreCase)) patch = patch[PackageUrl.Length..].TrimStart('/');
        var end = 0;
        while (end < patch.Length && char.IsAsciiLetter(patch[end])) end++;
        return end == 0 ? patch : patch[..end].ToUpperInvariant();
    }
}
