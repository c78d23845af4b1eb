using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Ranges;

/// <summary>A version as a host has it, parsed at most once under each scheme, however many ranges it is held against.</summary>
public sealed class InstalledVersion
{
    private readonly (ParsedVersion? Version, string? Fault)[] byScheme = new (ParsedVersion?, string?)[VersionSchemes.All.Count];

    public InstalledVersion(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
    }

    /// <summary>As the platform writes it.</summary>
    public string Text { get; }

    /// <summary>The version under a scheme, or null with the reason why it is none of that scheme's.</summary>
    public ParsedVersion? Under(VersionScheme scheme, out string? fault)
    {
        ref var known = ref byScheme[(int)scheme];
        if (known.Version is null && known.Fault is null)
        {
            var order = VersionSchemes.Get(scheme);
            known = order.TryValidate(Text, out var reason) ? (order.Parse(Text), null) : (null, reason);
        }
        fault = known.Fault;
        return known.Version;
    }
}
