using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Contents;

/// <summary>Something to take out of service around a change.</summary>
public sealed record QuiesceRule
{
    public required string Name { get; init; }

    /// <summary>Program and arguments, run as root on the host.</summary>
    public required IReadOnlyList<string> Take { get; init => field = RuleTexts.Command(value, "quiesce", "take"); }

    /// <summary>Puts back; may run twice, and after a crash even though <see cref="Take"/> did not end.</summary>
    public required IReadOnlyList<string> PutBack { get; init => field = RuleTexts.Command(value, "quiesce", "putBack"); }

    /// <summary>True where it moves the virtual machines of a hypervisor away; a hypervisor with guests is changed only behind such a step.</summary>
    public bool Evacuates { get; init; }

    /// <summary>Time that moving one guest away takes; zero or more.</summary>
    public TimeSpan PerGuest { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentException($"quiesce: perGuest is {value}; it must be zero or more."); }

    public AssetSelector For { get; init; } = new();
}

/// <summary>A snapshot to take before a change; <c>{id}</c> in an argument stands for the snapshot's id.</summary>
public sealed record SnapshotRule
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Take { get; init => field = RuleTexts.Command(value, "snapshots", "take"); }

    public required IReadOnlyList<string> List { get; init => field = RuleTexts.Command(value, "snapshots", "list"); }

    public required IReadOnlyList<string> Restore { get; init => field = RuleTexts.Command(value, "snapshots", "restore"); }

    public required IReadOnlyList<string> Remove { get; init => field = RuleTexts.Command(value, "snapshots", "remove"); }

    public AssetSelector For { get; init; } = new();
}

/// <summary>A test case that hosts run before the change and must pass after it.</summary>
public sealed record TestRule
{
    public required string Name { get; init; }

    /// <summary>Command, Tcp, Http, Service or Log.</summary>
    public required string Kind { get; init; }

    public required string Target { get; init; }

    /// <summary>Problem whose failure it replicates.</summary>
    public string? Problem { get; init; }

    /// <summary>Only where one of these packages changes; empty: always.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    public AssetSelector For { get; init; } = new();
}

/// <summary>A backup that must be fresh before a change.</summary>
public sealed record BackupRule
{
    public required string Name { get; init; }

    /// <summary>File on the host whose time of change is that of the last good backup.</summary>
    public required string Marker { get; init; }

    /// <summary>When backups run, as <c>docs/windows.md</c> writes windows, in the asset's zone unless it says another: each counts from its end. Null: not planned with, only checked.</summary>
    public string? Schedule { get; init; }

    public TimeSpan MaxAge { get; init => field = value > TimeSpan.Zero ? value : throw new ArgumentException($"backups: maxAge is {value}; it must be longer than zero."); } = TimeSpan.FromDays(1);

    public AssetSelector For { get; init; } = new();
}

/// <summary>Notices to business units before a change.</summary>
public sealed record NoticePolicy
{
    /// <summary>How long before the first change of a unit's hosts its notice is sent; zero or more.</summary>
    public TimeSpan Ahead { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentException($"notices: ahead is {value}; it must be zero or more."); } = TimeSpan.FromDays(1);

    /// <summary>Where each business unit is reached; <c>*</c> for those that are not listed.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Recipients { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> For(string unit)
    {
        foreach (var (name, addresses) in Recipients)
            if (name.Equals(unit, StringComparison.OrdinalIgnoreCase)) return addresses;
        return Recipients.TryGetValue("*", out var others) ? others : [];
    }
}

internal static class RuleTexts
{
    public static IReadOnlyList<string> Command(IReadOnlyList<string> value, string section, string key) =>
        value.Count > 0 && !string.IsNullOrWhiteSpace(value[0]) ? value : throw new ArgumentException($"{section}: {key} needs a program and its arguments, as a list.");
}
