using PatchOps.Core.Operations;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Governance;

/// <summary>What does not belong on the hosts it is offered to: drivers on servers, languages, previews.</summary>
public sealed record ContentPolicy
{
    public static ContentPolicy Default { get; } = new();

    /// <summary>The first that fits counts. A filter that does not name <see cref="ContentFilter.AlsoSecurity"/> never hides what closes a vulnerability.</summary>
    public IReadOnlyList<ContentFilter> Filters { get; init; } =
    [
        new() { Name = "previews", Kinds = ["*preview*"], Origins = ["*-proposed*", "*-backports*"], Because = "a preview comes again with the next release" },
        new() { Name = "language packs", Kinds = ["*language*"], Packages = ["language-pack-*", "*-l10n-*"], Because = "languages are set up once, not patched" },
    ];

    /// <summary>The filter that leaves an update out on an asset; null where it belongs there.</summary>
    public ContentFilter? Excluding(in ContentItem item, Asset asset)
    {
        foreach (var filter in Filters)
            if (filter.Excludes(item, asset)) return filter;
        return null;
    }
}

/// <summary>What a content filter looks at.</summary>
/// <param name="Package">Package as installed.</param>
/// <param name="Source">Source package; null where it is the package itself.</param>
/// <param name="Patch">Patch id; null where nobody offers one.</param>
/// <param name="Kind">Kind of update as published (<c>Drivers</c>, <c>enhancement</c>); null where no feed says.</param>
/// <param name="Security">True where it closes a vulnerability or comes from a security archive.</param>
/// <param name="Origin">Archive and suite that offer it, as host or repository name them; null where nobody says.</param>
public readonly record struct ContentItem(string Package, string? Source, string? Patch, string? Kind, bool Security, string? Origin = null);

/// <summary>One rule of what does not belong on which assets. Of packages, patches, kinds and origins it names at least one; one that fits is enough.</summary>
public sealed record ContentFilter
{
    public required string Name { get; init; }

    /// <summary>Package or source package; wildcards.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Patch id; wildcards.</summary>
    public IReadOnlyList<string> Patches { get; init; } = [];

    /// <summary>Kind of update as published; wildcards.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Archive or suite that offers it; wildcards.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>True where it leaves out security fixes as well: then a vulnerability stays open because policy says so.</summary>
    public bool AlsoSecurity { get; init; }

    public AssetSelector For { get; init; } = new();

    /// <summary>Why, for those who ask why an update is missing.</summary>
    public string? Because { get; init; }

    public bool Excludes(in ContentItem item, Asset asset) =>
        (AlsoSecurity || !item.Security)
        && (Fits(Packages, item.Package) || Fits(Packages, item.Source) || Fits(Patches, item.Patch) || Fits(Kinds, item.Kind) || Fits(Origins, item.Origin))
        && For.Matches(asset);

    public override string ToString() => Because is null ? $"left out by policy: {Name}" : $"left out by policy: {Name} ({Because})";

    private static bool Fits(IReadOnlyList<string> patterns, string? text) => patterns.Count > 0 && text is not null && new Wildcard(patterns).Matches(text);
}
