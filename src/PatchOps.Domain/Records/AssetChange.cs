namespace PatchOps.Domain;

/// <summary>One change of an asset or of a package installed on it, as an import or a person brought it.</summary>
public sealed record AssetChange
{
    /// <summary>Asset id.</summary>
    public required string Asset { get; init => field = Require.Text(value); }

    /// <summary>Name that people use, as it is now.</summary>
    public string Name { get => field.Length > 0 ? field : Asset; init; } = "";

    /// <summary>When it was imported or entered, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary><c>Added</c>, <c>Changed</c>, <c>Gone</c> (a package), <c>Retired</c> or <c>Returned</c> (the asset).</summary>
    public required string Change { get; init => field = Require.Text(value); }

    /// <summary>What changed: a property of the asset, or a package; empty for the asset as a whole.</summary>
    public string Item { get; init; } = "";

    /// <summary>What it was; null where there was nothing.</summary>
    public string? Before { get; init; }

    /// <summary>What it is since; null where there is nothing.</summary>
    public string? After { get; init; }

    public override string ToString() => $"{At.UtcDateTime:yyyy-MM-dd} {Name}: {Change} {Item} {Before} → {After}";
}
