namespace PatchOps.Domain;

/// <summary>Where a provider comes from.</summary>
public enum ProviderKind
{
    /// <summary>Part of PatchOps.</summary>
    BuiltIn,

    /// <summary>A manifest of scripts that run on the host; kept with the store.</summary>
    Manifest,

    /// <summary>Script blocks that run where PatchOps runs; kept for the session.</summary>
    ScriptBlock,
}

/// <summary>One way of patching hosts, by the name that an asset's Provider column uses.</summary>
public sealed record PatchProvider
{
    public required string Name { get; init; }

    public required ProviderKind Kind { get; init; }

    public required string Description { get; init; }

    /// <summary>Whether it was run on real hosts, and where; for a user's own provider empty.</summary>
    public string Proven { get; init; } = "";

    /// <summary>File it is kept in; null where there is none.</summary>
    public string? Source { get; init; }

    /// <summary>SHA-256 of its content, lower-case hexadecimal; null for built-in ones.</summary>
    public string? Hash { get; init; }

    public override string ToString() => $"{Name} ({Kind})";
}
