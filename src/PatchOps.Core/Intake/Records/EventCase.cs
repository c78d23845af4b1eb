namespace PatchOps.Core.Intake.Records;

/// <summary>A case told by its events, in the order in which they happened: the first opens it, the closing one resolves it.</summary>
/// <remarks>Closing is the first event of the closed run at the end: a case that was closed and opened again counts as open until it is closed anew.</remarks>
public sealed class EventCase
{
    private static readonly HashSet<string> Closing = new(["Closed", "Resolved", "Completed", "Cancelled", "Canceled", "Done", "Solved"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Time of the first event as it was written; null before any.</summary>
    public string? Opened { get; private set; }

    /// <summary>Time of the closing event as it was written; null while the case is open.</summary>
    public string? Resolved { get; private set; }

    /// <summary>State after the newest event.</summary>
    public string? Status { get; private set; }

    /// <summary>Values of the newest event.</summary>
    public IReadOnlyDictionary<string, string?> Last { get; private set; } = new Dictionary<string, string?>();

    public void Add(IReadOnlyDictionary<string, string?> values, string? time, string? status)
    {
        Last = values;
        Status = status;
        Opened ??= time;
        if (!Closes(status)) Resolved = null;
        else Resolved ??= time;
    }

    private static bool Closes(string? status) =>
        status?.Split([' ', '-', '_', '/', '+', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Any(Closing.Contains) == true;
}
