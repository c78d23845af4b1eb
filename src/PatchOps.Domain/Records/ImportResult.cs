namespace PatchOps.Domain;

/// <summary>What one document brought into the store. Read = Added + Updated + Unchanged + Rejected, always.</summary>
public sealed record ImportResult
{
    /// <summary>Kind of document: Kev, Epss, Nvd, Asset, Incident …</summary>
    public required string Feed { get; init; }

    /// <summary>File, URL or pipeline that was read.</summary>
    public required string Source { get; init; }

    public long Read => Added + Updated + Unchanged + Rejected;

    public long Added { get; init; }

    public long Updated { get; init; }

    public long Unchanged { get; init; }

    public long Rejected { get; init; }

    /// <summary>Incidents that were found to match a known vulnerability open on their item; others have none.</summary>
    public long Flagged { get; init; }

    public TimeSpan Elapsed { get; init; }

    /// <summary>The first rejected records, each with its place; at most <see cref="ErrorLimit"/>.</summary>
    public IReadOnlyList<Failure> Errors { get; init; } = [];

    /// <summary>What the administrator should know although nothing failed, such as assets that are now retired.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Errors kept in <see cref="Errors"/>; <see cref="Rejected"/> counts all.</summary>
    public const int ErrorLimit = 100;

    public override string ToString() => $"{Feed} {Source}: {Read} read, {Added} added, {Updated} updated, {Rejected} rejected";
}

/// <summary>What one host said about itself, or why it could not be read.</summary>
public sealed record InventoryResult
{
    /// <summary>The host; its id is the machine id where the host has one.</summary>
    public required Asset Asset { get; init; }

    public required DateTimeOffset Taken { get; init; }

    public IReadOnlyList<Software> Software { get; init; } = [];

    public IReadOnlyList<AvailableUpdate> PendingUpdates { get; init; } = [];

    /// <summary>True where the host's package manager said what it would update, so that an update missing in <see cref="PendingUpdates"/> is not on offer there.</summary>
    public bool UpdatesKnown { get; init; }

    /// <summary>Null where the host could be read.</summary>
    public Failure? Failure { get; init; }

    public string Name => Asset.Name;

    public override string ToString() =>
        Failure is null ? $"{Name}: {Software.Count} packages, {PendingUpdates.Count} updates pending" : $"{Name}: {Failure.Message}";
}
