namespace PatchOps.Core.Intake.Records;

/// <summary>A table whose rows are events of cases.</summary>
/// <param name="Case">Column with the case's number.</param>
/// <param name="Time">Column with the event's time; null where the case's own times stand in every row.</param>
/// <param name="Status">Columns that together name the state after the event.</param>
public sealed record EventLog(string Case, string? Time, IReadOnlyList<string> Status)
{
    /// <summary>Column of a folded row: when its first event was.</summary>
    public const string FirstEvent = "(first event)";

    /// <summary>Column of a folded row: when it was closed for good.</summary>
    public const string ClosingEvent = "(closing event)";

    /// <summary>One row a case, with the values of its last event. Rows without a case go through as they are.</summary>
    public IEnumerable<RecordRow> Fold(IEnumerable<RecordRow> rows)
    {
        var cases = new Dictionary<string, (EventCase Case, string Place)>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var row in rows)
        {
            if (row.Failure is not null || !row.Values.TryGetValue(Case, out var number) || string.IsNullOrWhiteSpace(number))
            {
                yield return row;
                continue;
            }
            number = number.Trim();
            if (!cases.TryGetValue(number, out var known))
            {
                known = (new EventCase(), row.Place);
                order.Add(number);
            }
            var status = string.Join('-', Status.Select(s => row.Values.GetValueOrDefault(s)).Where(s => !string.IsNullOrWhiteSpace(s)));
            known.Case.Add(row.Values, Time is null ? null : row.Values.GetValueOrDefault(Time), status);
            cases[number] = known with { Place = row.Place };
        }
        foreach (var (told, place) in order.Select(n => cases[n]))
        {
            yield return new RecordRow(Time is null ? told.Last : new Dictionary<string, string?>(told.Last, StringComparer.OrdinalIgnoreCase)
            {
                [FirstEvent] = told.Opened, [ClosingEvent] = told.Resolved,
            }, place);
        }
    }
}
