using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Which assets a rule is for; an empty list does not restrict, and all that are given must fit.</summary>
public sealed record AssetSelector
{
    public IReadOnlyList<AssetEnvironment> Environments { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyList<string> BusinessUnits { get; init; } = [];

    public IReadOnlyList<string> Teams { get; init; } = [];

    public IReadOnlyList<string> Sites { get; init; } = [];

    public IReadOnlyList<string> NetworkSegments { get; init; } = [];

    public IReadOnlyList<Hosting> Hosting { get; init; } = [];

    public bool Matches(Asset asset) =>
        (Environments.Count == 0 || (asset.Environment is { } e && Environments.Contains(e)))
        && (Tags.Count == 0 || Tags.Any(t => asset.Tags.Contains(t, StringComparer.OrdinalIgnoreCase)))
        && Named(BusinessUnits, asset.BusinessUnit) && Named(Teams, asset.OwnerTeam) && Named(Sites, asset.Site) && Named(NetworkSegments, asset.NetworkSegment)
        && (Hosting.Count == 0 || (asset.Hosting is { } h && Hosting.Contains(h)));

    private static bool Named(IReadOnlyList<string> wanted, string? name) => wanted.Count == 0 || wanted.Contains(name ?? "", StringComparer.OrdinalIgnoreCase);
}

/// <summary>A change freeze.</summary>
public sealed record FreezeRule
{
    public required string Name { get; init; }

    /// <summary>As <c>docs/windows.md</c> says: <c>month-end 3+2</c>, <c>12-19..01-03</c> …</summary>
    public required string When { get; init; }

    /// <summary>IANA zone.</summary>
    public string TimeZone { get; init; } = "UTC";

    public AssetSelector For { get; init; } = new();
}

/// <summary>The window of assets that name none; the first rule that fits counts.</summary>
public sealed record WindowRuleFor
{
    /// <summary>As <c>docs/windows.md</c> says, or the name of a window.</summary>
    public required string Window { get; init; }

    public AssetSelector For { get; init; } = new();
}

/// <summary>Hosts that may be changed at the same time, among those it is for.</summary>
public sealed record CapacityRule
{
    public required string Name { get; init; }

    /// <summary>Hosts, one or more.</summary>
    public required int MaxConcurrent { get; init; }

    public AssetSelector For { get; init; } = new();
}

/// <summary>A team: when it works, and how many of its hosts may be changed at the same time.</summary>
public sealed record TeamRule
{
    /// <summary>Working hours as <c>docs/windows.md</c> writes windows, such as <c>Mon-Fri 08:00-17:00</c>; null: at any time.</summary>
    public string? Hours { get; init; }

    /// <summary>IANA zone of <see cref="Hours"/>.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Hosts, one or more; null: as for every team.</summary>
    public int? MaxConcurrent { get; init; }
}

/// <summary>Changes that people attend: work by hand, or somebody who accepts the result.</summary>
public sealed record AttendedRule
{
    public required string Name { get; init; }

    /// <summary>Team whose working hours count; null: the host's owner team.</summary>
    public string? Team { get; init; }

    /// <summary>Time that people take after the change itself; zero or more.</summary>
    public TimeSpan Acceptance { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentException($"attended: acceptance is {value}; it must be zero or more."); }

    /// <summary>Only where one of these packages or patches changes, with wildcards; both empty: always.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    public IReadOnlyList<string> Patches { get; init; } = [];

    public AssetSelector For { get; init; } = new();
}

/// <summary>What a plan made with -Emergency may leave aside; what it did leave aside stands with each host.</summary>
public sealed record EmergencyRule
{
    /// <summary>Hosts may be changed outside of their windows.</summary>
    public bool Windows { get; init; } = true;

    /// <summary>Hosts may be changed in freezes.</summary>
    public bool Freezes { get; init; } = true;

    /// <summary>Attended changes may happen outside of working hours.</summary>
    public bool Hours { get; init; } = true;

    /// <summary>Only these hosts; others keep windows, freezes and hours in an emergency too.</summary>
    public AssetSelector For { get; init; } = new();
}
