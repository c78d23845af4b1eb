using System.Text;

namespace PatchOps.Adapters.Feeds.Xml;

/// <summary>The name of an XML document's root element, without prefix.</summary>
internal static class XmlHead
{
    /// <returns>Empty where the text does not start like XML.</returns>
    public static string Root(ReadOnlySpan<byte> head)
    {
        var text = Encoding.UTF8.GetString(head[..Math.Min(head.Length, 8192)]).AsSpan().TrimStart();
        while (text.Length > 1 && text[0] == '<' && text[1] is '?' or '!')
        {
            // A document type may hold declarations in brackets.
            var end = text.StartsWith("<!--") ? text.IndexOf("-->") : text.StartsWith("<!DOCTYPE") && text.IndexOf('[') is > 0 and var open && open < text.IndexOf('>')
                ? text.IndexOf("]>") : text.IndexOf('>');
            if (end < 0) return "";
            text = text[(text[end..].IndexOf('>') + end + 1)..].TrimStart();
        }
        if (text.Length < 2 || text[0] != '<') return "";
        var stop = text[1..].IndexOfAny(" \r\n\t/>");
        var name = stop < 0 ? text[1..] : text.Slice(1, stop);
        return name[(name.IndexOf(':') + 1)..].ToString();
    }
}
