namespace PatchOps.Domain;

/// <summary>An ITIL problem record: the cause behind one or more incidents.</summary>
public sealed record Problem
{
    public required string Id { get; init => field = Require.Text(value).Trim(); }

    public string? Title { get; init => field = Require.OptionalText(value); }

    public string? Status { get; init => field = Require.OptionalText(value); }

    public string? Priority { get; init => field = Require.OptionalText(value); }

    public DateTimeOffset? Opened { get; init; }

    /// <summary>Null while the problem is open.</summary>
    public DateTimeOffset? Resolved { get; init; }

    /// <summary>Asset ids or names that the problem affects.</summary>
    public IReadOnlyList<string> ConfigurationItems { get; init => field = Require.Names(value); } = [];

    public IReadOnlyList<string> Cves { get; init => field = Require.Names(value); } = [];

    /// <summary>Patch ids expected to remove the cause.</summary>
    public IReadOnlyList<string> Patches { get; init => field = Require.Names(value); } = [];

    public string? Workaround { get; init => field = Require.OptionalText(value); }

    public string? RootCause { get; init => field = Require.OptionalText(value); }

    public string? OwnerTeam { get; init => field = Require.OptionalText(value); }

    public bool KnownError { get; init; }

    /// <summary>What a patch did to it, from the last verdict; null before one. Kept by PatchOps, never imported.</summary>
    public ProblemOutcome? Outcome { get; init; }

    /// <summary>What was changed here with Set-PatchProblem, oldest first; null where nothing was. Never imported.</summary>
    public IReadOnlyList<ProblemEdit>? Edits { get; init; }

    /// <summary>Open: no resolution date, and no status that says closed.</summary>
    public bool IsOpen => Resolved is null && Status?.ToUpperInvariant() is not ("CLOSED" or "RESOLVED" or "CANCELLED");

    public override string ToString() => Title is null ? Id : $"{Id} {Title}";
}

/// <summary>An interruption of a service, as the service desk recorded it.</summary>
public sealed record Incident
{
    public required string Id { get; init => field = Require.Text(value).Trim(); }

    public required DateTimeOffset Opened { get; init; }

    public DateTimeOffset? Resolved { get; init; }

    /// <summary>Asset id or name; null where the record names none (such incidents count in no rate).</summary>
    public string? ConfigurationItem { get; init => field = Require.OptionalText(value); }

    public string? Category { get; init => field = Require.OptionalText(value); }

    public string? Priority { get; init => field = Require.OptionalText(value); }

    /// <summary>Problem that explains it, where linked.</summary>
    public string? Problem { get; init => field = Require.OptionalText(value); }

    /// <summary>Change that caused it, where known.</summary>
    public string? CausedBy { get; init => field = Require.OptionalText(value); }

    public string? Description { get; init => field = Require.OptionalText(value); }

    /// <summary>Why PatchOps linked it to <see cref="Problem"/>; null where the source did, or nobody has. Never imported.</summary>
    public string? LinkedBecause { get; init => field = Require.OptionalText(value); }

    /// <summary>Known vulnerabilities that were open on its item when it was imported, and that it points to: CVE ids, else patch ids. Never imported.</summary>
    public IReadOnlyList<string> Vulnerabilities { get; init => field = Require.Names(value); } = [];

    /// <summary>What it was flagged for; null where it was not.</summary>
    public string? Flag { get; init => field = Require.OptionalText(value); }

    public override string ToString() => Id;
}

/// <summary>A change record.</summary>
public sealed record Change
{
    public required string Id { get; init => field = Require.Text(value).Trim(); }

    /// <summary>Standard, Normal or Emergency, or what the source calls it.</summary>
    public string? Type { get; init => field = Require.OptionalText(value); }

    public string? Category { get; init => field = Require.OptionalText(value); }

    public string? Status { get; init => field = Require.OptionalText(value); }

    public string? Risk { get; init => field = Require.OptionalText(value); }

    public IReadOnlyList<string> ConfigurationItems { get; init => field = Require.Names(value); } = [];

    public DateTimeOffset? PlannedStart { get; init; }

    public DateTimeOffset? PlannedEnd { get; init; }

    public IReadOnlyList<string> Patches { get; init => field = Require.Names(value); } = [];

    public string? Problem { get; init => field = Require.OptionalText(value); }

    public override string ToString() => Id;
}

/// <summary>How one deployment of one patch to one asset ended.</summary>
public enum DeploymentOutcome { Succeeded, Failed, RolledBack }

/// <summary>One patch on one asset at one time, with its outcome: what stability and effectiveness learn from.</summary>
public sealed record Deployment
{
    public required string Id { get; init => field = Require.Text(value).Trim(); }

    public required string Patch { get; init => field = Require.Text(value).Trim(); }

    /// <summary>Asset id or name.</summary>
    public required string Asset { get; init => field = Require.Text(value).Trim(); }

    public required DateTimeOffset Started { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public required DeploymentOutcome Outcome { get; init; }

    public string? Problem { get; init => field = Require.OptionalText(value); }

    public string? Change { get; init => field = Require.OptionalText(value); }

    public override string ToString() => $"{Patch} on {Asset}";
}
