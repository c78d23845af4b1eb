namespace PatchOps.Domain;

/// <summary>A named maintenance window as it was imported. Several with one name add up.</summary>
public sealed record WindowDefinition
{
    /// <summary>Name by which assets call it; case does not matter.</summary>
    public required string Name { get; init => field = Require.Text(value).Trim(); }

    /// <summary>The window in the syntax of <c>docs/windows.md</c>, or the events of a calendar as iCalendar text (RFC 5545).</summary>
    public required string Definition { get; init => field = Require.Text(value).Trim(); }

    /// <summary>IANA zone of times that carry none; the asset's own where null.</summary>
    public string? TimeZone { get; init => field = Require.OptionalText(value); }

    /// <summary>Where it was written: file with line.</summary>
    public string? Source { get; init => field = Require.OptionalText(value); }

    /// <summary>Whether it comes from a calendar.</summary>
    public bool IsCalendar => Definition.StartsWith("BEGIN:VCALENDAR", StringComparison.Ordinal);

    public override string ToString() => IsCalendar ? $"{Name} ({Source})" : $"{Name}: {Definition}";
}
