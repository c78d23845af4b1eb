namespace PatchOps.Core.Seams;

/// <summary>One approved change of one package on one host. Exactly this version, or nothing.</summary>
public sealed record PackageChange
{
    /// <param name="patch">The patch's id, such as <c>deb:SOURCE/FIXEDVERSION</c>.</param>
    /// <param name="package">The package manager's name for it, with <c>:arch</c> where needed.</param>
    /// <param name="fromVersion">Version before, to which a revert returns; null for a package that was not installed.</param>
    /// <param name="toVersion">The approved version.</param>
    public PackageChange(string patch, string package, string? fromVersion, string toVersion)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(patch);
        ArgumentException.ThrowIfNullOrWhiteSpace(package);
        ArgumentException.ThrowIfNullOrWhiteSpace(toVersion);
        Patch = patch;
        Package = package;
        FromVersion = string.IsNullOrWhiteSpace(fromVersion) ? null : fromVersion;
        ToVersion = toVersion;
    }

    public string Patch { get; }

    public string Package { get; }

    public string? FromVersion { get; }

    public string ToVersion { get; }

    public override string ToString() => $"{Package} {FromVersion ?? "(none)"} → {ToVersion}";
}
