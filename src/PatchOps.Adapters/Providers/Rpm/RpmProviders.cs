using PatchOps.Adapters.Providers.Scripts;
using PackageChange = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Adapters.Providers.Rpm;

/// <summary>How the tools for rpm are called.</summary>
public sealed record RpmSettings
{
    /// <summary>Options for every call of the tool, as words; for another root or configuration.</summary>
    public string Options { get; init; } = "";

    /// <summary>Another root for rpm itself; null is the host's.</summary>
    public string? Root { get; init; }
}

/// <summary>Providers for hosts with rpm: dnf, yum (as dnf's other name), zypper.</summary>
public static class RpmProviders
{
    public static ScriptProvider Dnf(RpmSettings? settings = null) => Make(RpmScripts.Dnf("dnf"), "dnf", settings);

    public static ScriptProvider Yum(RpmSettings? settings = null) => Make(RpmScripts.Dnf("yum"), "yum", settings);

    public static ScriptProvider Zypper(RpmSettings? settings = null) => Make(ZypperScripts.All, "zypper", settings);

    private static ScriptProvider Make(ProviderScripts scripts, string tool, RpmSettings? settings) =>
        new(scripts, new Dictionary<string, string>(StringComparer.Ordinal) { ["tool"] = tool, ["options"] = settings?.Options ?? "", ["root"] = settings?.Root is { } root ? "--root " + root : "" })
        {
            Accepts = static c => IsName(c.Package) && IsVersion(c.ToVersion) && (c.FromVersion is null || IsVersion(c.FromVersion)),
        };

    private static bool IsName(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+');

    /// <summary>[epoch:]version-release; <see cref="Core.Waves.WaveDefinition.InstalledVersion"/> is none, since rpm always has one.</summary>
    private static bool IsVersion(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-' or '~' or ':' or '^' or '_');
}
