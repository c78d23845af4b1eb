using System.Globalization;
using System.Text;
using System.Xml;
using PatchOps.Core.Reports;

namespace PatchOps.Adapters.Reports.Plots;

/// <summary>One inline SVG picture: well-formed by construction, coloured by the page's own classes, named for screen readers.</summary>
internal sealed class SvgDrawing : IDisposable
{
    public const double Width = 760;

    private readonly StringBuilder text = new();
    private readonly XmlWriter xml;

    /// <param name="id">Unique in the page.</param>
    public SvgDrawing(string id, ReportPlot plot, double height)
    {
        xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, ConformanceLevel = ConformanceLevel.Fragment, Indent = false });
        xml.WriteStartElement("svg");
        Attributes(("viewBox", $"0 0 {Number(Width)} {Number(height)}"), ("role", "img"), ("aria-labelledby", $"{id}-title {id}-desc"), ("class", "plot"), ("preserveAspectRatio", "xMinYMin meet"));
        Element("title", plot.Title, ("id", id + "-title"));
        Element("desc", plot.Description, ("id", id + "-desc"));
    }

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        Element("line", null, ("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)), ("y2", Number(y2)), ("class", style));

    /// <param name="tip">Shown when the pointer rests on it.</param>
    public void Rectangle(double x, double y, double width, double height, string style, string? tip = null)
    {
        xml.WriteStartElement("rect");
        Attributes(("x", Number(x)), ("y", Number(y)), ("width", Number(Math.Max(0, width))), ("height", Number(Math.Max(0, height))), ("class", style));
        Tip(tip);
        xml.WriteEndElement();
    }

    public void Circle(double x, double y, double radius, string style, string? tip = null)
    {
        xml.WriteStartElement("circle");
        Attributes(("cx", Number(x)), ("cy", Number(y)), ("r", Number(radius)), ("class", style));
        Tip(tip);
        xml.WriteEndElement();
    }

    public void Diamond(double x, double y, double radius, string style, string? tip = null)
    {
        xml.WriteStartElement("path");
        Attributes(("d", $"M{Number(x)} {Number(y - radius)}L{Number(x + radius)} {Number(y)}L{Number(x)} {Number(y + radius)}L{Number(x - radius)} {Number(y)}Z"), ("class", style));
        Tip(tip);
        xml.WriteEndElement();
    }

    public void Path(IReadOnlyList<(double X, double Y)> points, string style, bool closed = false)
    {
        if (points.Count == 0) return;
        var data = new StringBuilder();
        for (var i = 0; i < points.Count; i++) data.Append(i == 0 ? 'M' : 'L').Append(Number(points[i].X)).Append(' ').Append(Number(points[i].Y));
        if (closed) data.Append('Z');
        Element("path", null, ("d", data.ToString()), ("class", style));
    }

    /// <param name="anchor">start, middle or end.</param>
    public void Text(double x, double y, string value, string anchor = "start", string style = "label") =>
        Element("text", value, ("x", Number(x)), ("y", Number(y)), ("text-anchor", anchor), ("class", style));

    /// <summary>The finished markup.</summary>
    public string Finish()
    {
        xml.WriteEndElement();
        xml.Flush();
        return text.ToString();
    }

    public void Dispose() => xml.Dispose();

    /// <summary>Cut to what fits, with an ellipsis.</summary>
    public static string Fit(string text, int characters) => text.Length <= characters ? text : string.Concat(text.AsSpan(0, CutAt(text, characters - 1)), "…");

    private static int CutAt(string text, int place) => char.IsHighSurrogate(text[place - 1]) ? place - 1 : place;

    private void Element(string name, string? content, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        xml.WriteStartElement(name);
        Attributes(attributes);
        if (content is not null) xml.WriteString(ReportCell.Clean(content));
        xml.WriteEndElement();
    }

    private void Attributes(params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        foreach (var (name, value) in attributes) xml.WriteAttributeString(name, value);
    }

    private void Tip(string? tip)
    {
        if (tip is not null) Element("title", tip);
    }

    private static string Number(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);
}
