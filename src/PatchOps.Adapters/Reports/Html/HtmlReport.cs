using System.Globalization;
using System.Text;
using HandlebarsDotNet;
using PatchOps.Adapters.Reports.Plots;
using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Reports.Html;

/// <summary>One page that carries everything: no script, no font, no picture from elsewhere.</summary>
internal static class HtmlReport
{
    private const int Unfolded = 10;

    private static readonly Lazy<HandlebarsTemplate<object, object>> Page = new(Compile);

    /// <summary>Makes the template ready meanwhile; who writes waits for it.</summary>
    public static void Ahead() => _ = Task.Run(() => Page.Value);

    public static string Write(ReportModel report) => Page.Value(View(report));

    private static HandlebarsTemplate<object, object> Compile()
    {
        var handlebars = Handlebars.Create(new HandlebarsConfiguration { TextEncoder = new MarkupEncoder(), FormatProvider = CultureInfo.InvariantCulture });
        handlebars.RegisterTemplate("table", Resource("table.hbs"));
        var template = Resource("page.hbs").Replace("/*style*/", Resource("page.css"), StringComparison.Ordinal);
        return handlebars.Compile(template);
    }

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("PatchOps.Adapters.Reports.Html." + name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static object View(ReportModel report) => new
    {
        report.Title,
        AsOf = ReportCell.Of(report.AsOf).Text,
        GeneratedAt = ReportCell.Of(report.GeneratedAt).Text,
        report.Summary,
        Sections = report.Sections.Select((s, i) => View(s, "s" + (i + 1).ToString(CultureInfo.InvariantCulture))).ToList(),
    };

    private static object View(ReportSection section, string id) => new
    {
        Id = id,
        section.Title,
        section.Text,
        HasFigures = section.Figures.Count > 0,
        Figures = section.Figures.Select(f => new { f.Label, f.Value.Text, Missing = f.Value.Value is null, Basis = f.Basis.Replace("n = ", "n\u00a0=\u00a0", StringComparison.Ordinal), f.Definition }).ToList(),
        Plots = section.Plots.Where(p => !p.IsEmpty).Select((p, i) => new
        {
            p.Title,
            p.Description,
            Drawing = PlotDrawing.Draw(p, $"{id}p{(i + 1).ToString(CultureInfo.InvariantCulture)}"),
            Events = (p as TimePlot)?.Events.Select((e, n) => new { Letter = PlotDrawing.Letter(n), Day = ReportCell.Day(e.At).Text, e.Text }).ToList() ?? [],
            Table = View(p.Data, plot: true),
        }).ToList(),
        Tables = section.Tables.Select(t => View(t, plot: false)).ToList(),
    };

    private static object View(ReportTable table, bool plot) => new
    {
        Title = plot ? $"{table.Title}: the numbers" : table.Title,
        Columns = table.Columns.Select((c, i) => new { Text = c, Number = IsNumber(table, i) }).ToList(),
        Rows = table.Rows.Select(r => new
        {
            Head = r[0].Text,
            Wide = r[0].Text.Length > 12,
            Cells = r.Skip(1).Select((c, i) => new { c.Text, Number = IsNumber(table, i + 1), Date = c.Value is DateTimeOffset, Long = c.Text.Length > 60, Short = c.Text.Length <= 14 && !c.IsNumber && !c.Verbatim && c.Value is not DateTimeOffset && !IsNumber(table, i + 1), c.Verbatim, Brief = Brief(c) }).ToList(),
        }).ToList(),
        table.Note,
        Empty = table.Rows.Count == 0,
    };

    /// <summary>The last line of a text that is too long to be read at a glance: there a script has its arguments, and a program its end. Null for a short one.</summary>
    private static string? Brief(ReportCell cell)
    {
        if (!cell.Verbatim || cell.Text.AsSpan().Count('\n') < Unfolded) return null;
        var last = cell.Text[(cell.Text.LastIndexOf('\n') + 1)..];
        return "… " + (last.Length <= 120 ? last : string.Concat("…", last.AsSpan(last.Length - 120)));
    }

    private static bool IsNumber(ReportTable table, int column) => column > 0 && table.Rows.Any(r => r[column].IsNumber);

    /// <summary>Escapes what HTML gives a meaning to, in text and in quoted attributes; letters of every script stay as they are.</summary>
    private sealed class MarkupEncoder : ITextEncoder
    {
        public void Encode(StringBuilder? text, TextWriter target)
        {
            if (text is null) return;
            foreach (var chunk in text.GetChunks()) Encode(chunk.Span, target);
        }

        public void Encode(string? text, TextWriter target) => Encode(text.AsSpan(), target);

        public void Encode<T>(T? text, TextWriter target) where T : IEnumerator<char>
        {
            while (text?.MoveNext() == true) Encode(text.Current, target);
        }

        private static void Encode(ReadOnlySpan<char> text, TextWriter target)
        {
            foreach (var character in text) Encode(character, target);
        }

        private static void Encode(char character, TextWriter target)
        {
            switch (character)
            {
                case '<': target.Write("&lt;"); break;
                case '>': target.Write("&gt;"); break;
                case '&': target.Write("&amp;"); break;
                case '"': target.Write("&quot;"); break;
                case '\'': target.Write("&#39;"); break;
                case '`': target.Write("&#96;"); break;
                default: target.Write(character); break;
            }
        }
    }
}
