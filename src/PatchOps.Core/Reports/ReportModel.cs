using PatchOps.Core.Operations.Requests;

namespace PatchOps.Core.Reports;

/// <summary>A report before it has a form: the same numbers go into every format.</summary>
public sealed record ReportModel
{
    public required string Title { get; init; }

    public required ReportKind Kind { get; init; }

    public required DateTimeOffset GeneratedAt { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The report in a few sentences, the most important first.</summary>
    public required IReadOnlyList<string> Summary { get; init => field = [.. value.Select(ReportCell.Clean)]; }

    public required IReadOnlyList<ReportSection> Sections { get; init; }
}

/// <summary>A chapter: text, figures, plots, tables, in that order.</summary>
public sealed record ReportSection
{
    public required string Title { get; init => field = ReportCell.Clean(value); }

    public IReadOnlyList<string> Text { get; init => field = [.. value.Select(ReportCell.Clean)]; } = [];

    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    public IReadOnlyList<ReportPlot> Plots { get; init; } = [];

    public IReadOnlyList<ReportTable> Tables { get; init; } = [];
}

/// <summary>One number that stands for itself.</summary>
/// <param name="Low">Lower limit of its interval, in the same unit; null where there is none.</param>
/// <param name="High">Upper limit.</param>
/// <param name="N">Observations; null where the number is a plain count.</param>
/// <param name="Definition">What is counted.</param>
public sealed record ReportFigure(string Label, ReportCell Value, ReportCell? Low = null, ReportCell? High = null, long? N = null, string? Definition = null)
{
    /// <summary>Interval and n in words; empty where there is neither.</summary>
    public string Basis => (Low?.Value, High?.Value, N) switch
    {
        (not null, not null, { } n) => $"95 % interval {Bare(Low!)} to {High!.Text}, n = {ReportCell.Of(n).Text}",
        (_, _, { } n) => $"n = {ReportCell.Of(n).Text}",
        _ => "",
    };

    /// <summary>The upper limit says the unit for both.</summary>
    private static string Bare(ReportCell cell) => cell.Unit is { } unit && cell.Text.EndsWith(unit, StringComparison.Ordinal) ? cell.Text[..^unit.Length].TrimEnd() : cell.Text;
}

/// <summary>Rows under named columns; the first column names the row.</summary>
public sealed record ReportTable
{
    /// <exception cref="ArgumentException">A row has another number of cells than there are columns.</exception>
    public ReportTable(string title, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<ReportCell>> rows, string? note = null)
    {
        if (rows.Any(r => r.Count != columns.Count)) throw new ArgumentException($"Every row of '{title}' needs {columns.Count} cells.", nameof(rows));
        Title = ReportCell.Clean(title);
        Columns = columns;
        Rows = rows;
        Note = note;
    }

    public string Title { get; }

    public IReadOnlyList<string> Columns { get; }

    public IReadOnlyList<IReadOnlyList<ReportCell>> Rows { get; }

    /// <summary>Such as how many rows were left out; null where nothing needs saying.</summary>
    public string? Note { get; }
}
