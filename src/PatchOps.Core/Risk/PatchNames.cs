namespace PatchOps.Core.Risk;

/// <summary>Product and vendor behind a patch id: the levels at which outcomes are shared.</summary>
public static class PatchNames
{
    /// <summary><c>deb:openssl/3.0.11</c> is of <c>deb:openssl</c>, <c>KB5034441</c> of <c>KB</c>, <c>RHSA-2024:1</c> of <c>RHSA</c>.</summary>
    public static string Product(string patch)
    {
        var end = patch.LastIndexOf('/');
        if (end > 0) return patch[..end];
        end = patch.IndexOf('@', StringComparison.Ordinal);
        if (end > 0) return patch[..end];
        return Vendor(patch);
    }

    public static string Vendor(string patch)
    {
        var end = 0;
        while (end < patch.Length && char.IsAsciiLetter(patch[end])) end++;
        return end == 0 ? patch : patch[..end].ToUpperInvariant();
    }
}
