namespace PatchOps.Adapters.Providers.Scripts;

/// <summary>What runs a provider's scripts on the host.</summary>
public enum ScriptShell
{
    /// <summary>A POSIX shell; each change arrives as three arguments: package, version before (may be empty), approved version.</summary>
    Sh,

    /// <summary>Windows PowerShell or PowerShell; the changes arrive as <c>$Changes</c>, each with Package, From and To.</summary>
    PowerShell,
}

/// <summary>A provider as scripts that run on the host. What they print is the protocol of docs/providers.md: one fact a line, fields separated by tabs.</summary>
public sealed record ProviderScripts
{
    /// <summary>Name that assets use; letters, digits, dash, dot, underscore.</summary>
    public required string Name { get; init; }

    public ScriptShell Shell { get; init; }

    /// <summary>Prints <c>update</c> lines: what is missing. Changes nothing.</summary>
    public required string Detect { get; init; }

    /// <summary>Prints <c>package</c> and <c>boot</c> lines, and <c>check</c> lines; null: <see cref="Verify"/> is used, so that nothing is checked but what is installed.</summary>
    public string? PreCheck { get; init; }

    /// <summary>Downloads; null where there is nothing to download.</summary>
    public string? Stage { get; init; }

    /// <summary>Installs exactly the approved versions; prints a <c>refused</c> line and changes nothing where it will not. Runs as root, detached.</summary>
    public required string Apply { get; init; }

    /// <summary>Prints <c>package</c>, <c>restart</c> and <c>boot</c> lines: the only judge of success.</summary>
    public required string Verify { get; init; }

    /// <summary>Leads back to the versions before. Runs as root, detached.</summary>
    public required string Revert { get; init; }
}
