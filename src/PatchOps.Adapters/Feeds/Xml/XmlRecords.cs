using System.Globalization;
using System.Text;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Xml;

/// <summary>One element of interest, or why it cannot be used.</summary>
internal readonly record struct XmlRecord(string Place, string Name, XmlPart? Part, string? Error);

/// <summary>
/// Cuts the elements of interest out of an XML document and parses each by itself: memory stays bounded, damage in one leaves the others,
/// and a document type with its entities is never looked at.
/// </summary>
internal sealed class XmlRecords
{
    private readonly ByteWindow _window;
    private readonly FeedContext _context;
    private readonly HashSet<string> _names;

    /// <param name="stream">UTF-8.</param>
    /// <param name="context">Limits.</param>
    /// <param name="names">Local names of the elements; none of them holds another.</param>
    public XmlRecords(Stream stream, FeedContext context, params string[] names)
    {
        _window = new ByteWindow(stream, context.Limits.RecordBytes);
        _context = context;
        _names = new HashSet<string>(names, StringComparer.Ordinal);
    }

    public IEnumerable<XmlRecord> Read()
    {
        while (Next(out var record)) yield return record;
        if (_window.Broken is { } broken) yield return new XmlRecord(Place(), "", null, broken);
    }

    private bool Next(out XmlRecord record)
    {
        record = default;
        while (true)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            var open = _window.Unread.IndexOf((byte)'<');
            _window.Advance(open < 0 ? _window.Unread.Length : open);
            if (_window.Unread.Length < 256 && !_window.AtEnd) _window.Fill();
            if (_window.Unread.IsEmpty) return false;
            if (open < 0) continue;
            if (_window.Unread.StartsWith("<!DOCTYPE"u8))
            {
                record = new XmlRecord(Place(), "", null, "a document type is not read, and its entities are never resolved");
                _window.Advance(9);
                return true;
            }
            var name = Name(_window.Unread);
            if (name.Length == 0 || !_names.Contains(Local(name)))
            {
                _window.Advance(1);
                continue;
            }
            record = Element(name);
            return true;
        }
    }

    private XmlRecord Element(string name)
    {
        var end = Encoding.UTF8.GetBytes($"</{name}");
        var start = Encoding.UTF8.GetBytes($"<{name}");
        var place = Place();
        var local = Local(name);
        while (true)
        {
            var span = _window.Unread;
            var close = span.IndexOf((byte)'>');
            var length = close > 0 && span[close - 1] == '/' ? close + 1 : End(span, end);
            var again = Again(span, start);
            if (again > 0 && (length < 0 || again < length))
            {
                _window.Advance(again);
                return new XmlRecord(place, local, null, $"<{name}> is not closed before the next one");
            }
            if (length > 0)
            {
                var fragment = span[..length].ToArray();
                _window.Advance(length);
                try
                {
                    return new XmlRecord(place, local, XmlPart.Parse(fragment, _context.Limits.Depth, _context.Limits.TextBytes), null);
                }
                catch (RecordException e)
                {
                    return new XmlRecord(place, local, null, e.Message);
                }
            }
            var refill = _window.Fill();
            if (refill == Refill.More) continue;
            _window.Advance(1);
            return new XmlRecord(place, local, null, refill == Refill.Full
                ? string.Create(CultureInfo.InvariantCulture, $"<{name}> is larger than {_context.Limits.RecordBytes} bytes")
                : _window.Broken ?? $"the document ends inside <{name}>");
        }
    }

    /// <summary>Bytes up to and with the end tag, or -1.</summary>
    private static int End(ReadOnlySpan<byte> span, ReadOnlySpan<byte> tag)
    {
        for (var from = 0; from < span.Length;)
        {
            var at = span[from..].IndexOf(tag);
            if (at < 0) return -1;
            from += at + tag.Length;
            var rest = span[from..].TrimStart(" \r\n\t"u8);
            if (!rest.IsEmpty && rest[0] == '>') return span.Length - rest.Length + 1;
        }
        return -1;
    }

    private static int Again(ReadOnlySpan<byte> span, ReadOnlySpan<byte> tag)
    {
        for (var from = 1; from < span.Length;)
        {
            var at = span[from..].IndexOf(tag);
            if (at < 0) return -1;
            from += at;
            if (from + tag.Length < span.Length && EndsName(span[from + tag.Length])) return from;
            from++;
        }
        return -1;
    }

    private static string Name(ReadOnlySpan<byte> span)
    {
        var i = 1;
        while (i < span.Length && i < 120 && !EndsName(span[i])) i++;
        return i < span.Length && EndsName(span[i]) ? Encoding.UTF8.GetString(span[1..i]) : "";
    }

    private static bool EndsName(byte b) => b is (byte)' ' or (byte)'\r' or (byte)'\n' or (byte)'\t' or (byte)'>' or (byte)'/';

    private static string Local(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private string Place() => string.Create(CultureInfo.InvariantCulture, $"byte {_window.Position}");
}
