using PatchOps.Domain;

namespace PatchOps.Core.Intake.Records;

/// <summary>One row of a table or one object of a list, values as text, with the place it stands in.</summary>
/// <param name="Values">Value by column, in the source's own names; case does not matter.</param>
/// <param name="Place">File and line, or position in the pipeline.</param>
/// <param name="Failure">Why the row could not be read; then it has no values.</param>
public sealed record RecordRow(IReadOnlyDictionary<string, string?> Values, string Place, Failure? Failure = null)
{
    /// <summary>The record itself where the file holds records of ours rather than a table's values; else null.</summary>
    public object? Record { get; init; }
}

/// <summary>How the source writes names, numbers and times.</summary>
public sealed record RecordDialect
{
    /// <summary>Their column = our column.</summary>
    public IReadOnlyDictionary<string, string> Map { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Our column = their columns by preference: the first with a value counts. <see cref="Map"/> goes before.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Names { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Texts that stand for no value.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Set where rows are events, several to a record.</summary>
    public EventLog? Events { get; init; }

    /// <summary>Culture of dates and numbers; null for ISO 8601 and invariant numbers.</summary>
    public string? Culture { get; init; }

    /// <summary>IANA zone of times without one; null for UTC.</summary>
    public string? TimeZone { get; init; }
}
