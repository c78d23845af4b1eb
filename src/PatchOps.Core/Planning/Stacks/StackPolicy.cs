using PatchOps.Core.Planning.Planner;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Planning.Stacks;

/// <summary>Where the other half of a combination is looked for.</summary>
public enum StackRelation
{
    /// <summary>On the same host.</summary>
    Host,

    /// <summary>On what the host depends on or runs on, directly or through others.</summary>
    Dependencies,

    /// <summary>On the other members of its cluster.</summary>
    Cluster,

    /// <summary>On the other hosts of its site.</summary>
    Site,

    /// <summary>On every other host.</summary>
    Estate,
}

/// <summary>One line of a compatibility matrix: a version of one product is supported only beside some versions of another.</summary>
public sealed record CompatibilityRule
{
    public required string Name { get; init; }

    /// <summary>Package that asks for something, with wildcards.</summary>
    public required string Package { get; init; }

    /// <summary>Its versions that do, as <see cref="VersionRange"/> writes them; null: every version.</summary>
    public string? Versions { get; init; }

    /// <summary>Package that it asks for, with wildcards; hosts without it are not concerned.</summary>
    public required string Needs { get; init; }

    /// <summary>Versions of that which are supported.</summary>
    public required string NeedsVersions { get; init; }

    public StackRelation On { get; init; } = StackRelation.Host;

    /// <summary>How versions are ordered; null: as the ecosystem of each package says, and as rpm does where it has none.</summary>
    public VersionScheme? Scheme { get; init; }

    /// <summary>Hosts whose <see cref="Package"/> is meant.</summary>
    public AssetSelector For { get; init; } = new();
}

/// <summary>Patches that another patch asks for, on the same host.</summary>
public sealed record PrerequisiteRule
{
    /// <summary>Patch id, with wildcards.</summary>
    public required string Patch { get; init; }

    /// <summary>Patch ids; each must be installed, or installed before it by the same plan.</summary>
    public required IReadOnlyList<string> Needs { get; init; }

    public AssetSelector For { get; init; } = new();
}
