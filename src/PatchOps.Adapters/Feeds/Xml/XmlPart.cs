using System.Globalization;
using System.Xml;
using PatchOps.Adapters.Feeds.Json;

namespace PatchOps.Adapters.Feeds.Xml;

/// <summary>One element with what is in it; names without prefix.</summary>
internal sealed class XmlPart
{
    private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private readonly List<XmlPart> _children = [];

    private XmlPart(string name) => Name = name;

    public string Name { get; }

    /// <summary>Text directly inside, without blanks at its ends.</summary>
    public string Text { get; private set; } = "";

    public string? this[string attribute] => _attributes.GetValueOrDefault(attribute);

    /// <exception cref="RecordException">Not well-formed, too deep, or with a document type.</exception>
    public static XmlPart Parse(byte[] fragment, int depthLimit, int textLimit)
    {
        try
        {
            // Prefixes are declared on the document's root, which a fragment lacks: they are taken off instead of resolved.
            using var reader = new XmlTextReader(new MemoryStream(fragment), XmlNodeType.Element, null)
            {
                Namespaces = false, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, WhitespaceHandling = WhitespaceHandling.Significant,
            };
            return Build(reader, depthLimit, textLimit);
        }
        catch (XmlException e)
        {
            throw new RecordException("damaged XML: " + e.Message.TrimEnd('.'));
        }
    }

    public IEnumerable<XmlPart> All(string name) => _children.Where(c => c.Name == name);

    /// <summary>The first of that name, or null.</summary>
    public XmlPart? One(string name) => _children.Find(c => c.Name == name);

    /// <summary>Text of the first of that name; null where there is none or it is empty.</summary>
    public string? TextOf(string name) => One(name)?.Text is { Length: > 0 } text ? text : null;

    /// <summary>This and everything below, of that name.</summary>
    public IEnumerable<XmlPart> Below(string name)
    {
        var open = new Stack<XmlPart>();
        open.Push(this);
        while (open.TryPop(out var part))
        {
            if (part.Name == name) yield return part;
            for (var i = part._children.Count - 1; i >= 0; i--) open.Push(part._children[i]);
        }
    }

    private static XmlPart Build(XmlTextReader reader, int depthLimit, int textLimit)
    {
        XmlPart? root = null;
        var open = new Stack<XmlPart>();
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    if (open.Count >= depthLimit) throw new RecordException(string.Create(CultureInfo.InvariantCulture, $"nested deeper than {depthLimit}"));
                    var part = new XmlPart(Local(reader.Name));
                    var empty = reader.IsEmptyElement;
                    while (reader.MoveToNextAttribute()) part._attributes[Local(reader.Name)] = reader.Value;
                    if (open.TryPeek(out var above)) above._children.Add(part);
                    root ??= part;
                    if (!empty) open.Push(part);
                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    if (reader.Value.Length > textLimit) throw new RecordException(string.Create(CultureInfo.InvariantCulture, $"a text is longer than {textLimit} characters"));
                    if (open.TryPeek(out var here)) here.Text = here.Text.Length == 0 ? reader.Value.Trim() : here.Text + " " + reader.Value.Trim();
                    break;
                case XmlNodeType.EntityReference:
                    throw new RecordException($"the entity '{reader.Name}' is not resolved");
                default:
                    break;
            }
        }
        return root ?? throw new RecordException("no element");
    }

    private static string Local(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
