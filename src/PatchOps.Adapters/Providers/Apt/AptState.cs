using System.Collections.Immutable;
using System.Globalization;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Providers.Apt;

/// <summary>The lines that the state scripts print: a word that says what it is, then its fields.</summary>
internal sealed class AptState
{
    private readonly List<(string Name, string Architecture, string Status, bool Reinstall, string Version)> _packages = [];

    private AptState(string text)
    {
        var reasons = ImmutableArray.CreateBuilder<string>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split(' ');
            switch (fields[0])
            {
                case "boot" when fields.Length == 2: BootId = fields[1]; break;
                case "package" when fields.Length == 6:
                    if (fields[1] == "dpkg" && Architecture.Length == 0) Architecture = fields[2];
                    _packages.Add((fields[1], fields[2], fields[3], fields[4] == "reinstreq", fields[5]));
                    break;
                case "restart":
                    reasons.Add(string.Join(' ', fields.Skip(1)));
                    break;
                default:
                    Rest.Add(fields);
                    break;
            }
        }
        RestartReasons = reasons.ToImmutable();
    }

    public string BootId { get; } = "";

    /// <summary>The machine's own, which is dpkg's; empty where dpkg did not answer.</summary>
    public string Architecture { get; } = "";

    public ImmutableArray<string> RestartReasons { get; }

    /// <summary>Services that only run on replaced libraries need a restart of their own, not the host's.</summary>
    public bool HostRestartNeeded => RestartReasons.Any(r => !r.StartsWith("service ", StringComparison.Ordinal));

    public List<string[]> Rest { get; } = [];

    public static AptState Parse(string text) => new(text);

    /// <summary>The named package's version and half-done state; the machine's own architecture where none is named.</summary>
    public (string? Installed, string Broken) Find(string package)
    {
        var colon = package.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? package : package[..colon];
        var found = _packages.Where(p => p.Name == name && (colon < 0
            ? p.Architecture == Architecture || p.Architecture == "all"
            : p.Architecture == package[(colon + 1)..])).ToList();
        if (found.Count == 0) return (null, "");
        var one = found[0];
        return one.Status switch
        {
            "not-installed" or "config-files" => (null, ""),
            "installed" => (one.Version, one.Reinstall ? "reinst-required" : ""),
            _ => (one.Version, one.Status),
        };
    }

    public static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
