using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Risk.Rules;

/// <summary>An exposure tier for assets that state no exposure themselves: what carries the tag of a network zone is reached from there.</summary>
public sealed record ExposureTier
{
    public required string Name { get; init; }

    public required AssetExposure Exposure { get; init; }

    public AssetSelector For { get; init; } = new();

    public override string ToString() => $"{Name}: {Exposure}";
}
