namespace PatchOps.Domain;

/// <summary>Something that a wave takes out of service around a change: jobs, backups, replication, a load balancer's member.</summary>
public sealed record QuiesceStep
{
    public required string Name { get; init; }

    /// <summary>Program and arguments that take out of service; run as root on the host.</summary>
    public required IReadOnlyList<string> Take { get; init; }

    /// <summary>Program and arguments that put back. May run twice, and after a crash even though <see cref="Take"/> did not end.</summary>
    public required IReadOnlyList<string> PutBack { get; init; }

    /// <summary>Hosts it is for; empty for every host of the wave.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    public override string ToString() => Name;
}

/// <summary>A snapshot that a wave takes before a change; <c>{id}</c> in an argument stands for the snapshot's id.</summary>
public sealed record SnapshotStep
{
    public required string Name { get; init; }

    /// <summary>Program and arguments that take it, run as root on the host; must fail where it cannot.</summary>
    public required IReadOnlyList<string> Take { get; init; }

    /// <summary>Prints one snapshot a line: its id, then a blank and whatever is worth knowing.</summary>
    public required IReadOnlyList<string> List { get; init; }

    public required IReadOnlyList<string> Restore { get; init; }

    public required IReadOnlyList<string> Remove { get; init; }

    /// <summary>Hosts it is for; empty for every host of the wave.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    public override string ToString() => Name;
}

/// <summary>A test case that replicates a documented failure: recorded before the change, required to pass after it.</summary>
public sealed record TestCase
{
    public required string Name { get; init; }

    /// <summary>Kind of probe: Command, Tcp, Http, Service or Log. Healthy means that the failure does not show.</summary>
    public required string Kind { get; init; }

    /// <summary>Command line, port, URL, service name, or log file and pattern.</summary>
    public required string Target { get; init; }

    /// <summary>Problem record whose failure it replicates; null for a test of its own.</summary>
    public string? Problem { get; init; }

    /// <summary>Packages it belongs to; empty for every host of the wave.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Hosts it is for; empty for every host of the wave.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    public override string ToString() => Problem is null ? Name : $"{Name} ({Problem})";
}

/// <summary>A test that policy waives on regulated hosts, so that an urgent change meets its date: in the plan, for those who approve it and for the auditor.</summary>
public sealed record TestWaiver
{
    /// <summary>As the policy's <c>waivedForEmergency</c> and <c>waivedForExpedite</c> name it.</summary>
    public required string Test { get; init; }

    /// <summary>Hosts on which it is waived.</summary>
    public required IReadOnlyList<string> Assets { get; init; }

    /// <summary>The regulation, and the patches with the decisions that ask for it.</summary>
    public required string Because { get; init; }

    /// <summary>What the plan therefore leaves out.</summary>
    public required string Effect { get; init; }

    public override string ToString() => $"{Test} on {string.Join(", ", Assets)}: {Effect}; {Because}";
}

/// <summary>A backup that must be fresh before a host is changed.</summary>
public sealed record BackupCheck
{
    public required string Name { get; init; }

    /// <summary>File on the host whose time of change is that of the last good backup.</summary>
    public required string Marker { get; init; }

    /// <summary>Oldest backup that is good enough; longer than zero.</summary>
    public required TimeSpan MaxAge { get; init; }

    /// <summary>When it runs, as windows are written; null where that is not known.</summary>
    public string? Schedule { get; init; }

    /// <summary>Hosts it is for; empty for every host of the wave.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    public override string ToString() => $"{Name}{(Schedule is null ? "" : $" ({Schedule})")}, no older than {MaxAge}";
}
