using System.Globalization;
using System.Text;
using System.Text.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>
/// Walks a JSON document record by record: one object, lines of objects, a list, an envelope around a list, or a map. Each record is
/// parsed in place, once. After damage it looks for the next place where a record can start, so that undamaged records survive.
/// </summary>
internal sealed partial class JsonRecordStream
{
    private enum Where
    {
        Root,
        List,
        Map,
        Tail,
        End,
    }

    private readonly ByteWindow _window;
    private readonly FeedContext _context;
    private readonly JsonRecordParser _parser;
    private readonly JsonReaderOptions _options;
    private readonly Queue<FeedItem> _ready = new();
    private readonly List<FeedItem> _parsed = [];
    private Where _where = Where.Root;
    private readonly byte[][] _closedKeys;
    private byte[]? _learnedKey;
    private byte[]? _closedLearnedKey;
    private string? _outer;
    private bool _listIsRoot;
    private bool _sawList;
    private bool _first = true;
    private bool _finished;
    private long _items;

    public JsonRecordStream(Stream stream, FeedContext context, JsonRecordParser parser)
    {
        _context = context;
        _parser = parser;
        _window = new ByteWindow(stream, parser.RecordBytes);
        _closedKeys = [.. parser.FirstKeys.Select(Closed)];
        _options = new JsonReaderOptions { MaxDepth = context.Limits.Depth };
    }

    public IEnumerable<FeedItem> Items()
    {
        while (Next(out var item)) yield return item;
    }

    private bool Next(out FeedItem item)
    {
        while (true)
        {
            if (_ready.TryDequeue(out item)) return true;
            if (_where == Where.End)
            {
                if (_finished) return false;
                _finished = true;
                if (_parser.Finish(_items) is { } reason) Reject(_window.Position, reason);
                continue;
            }
            _context.Cancellation.ThrowIfCancellationRequested();
            switch (_where)
            {
                case Where.Root: Root(); break;
                case Where.List: Element(); break;
                case Where.Map: Entry(); break;
                default:
                    if (_parser.AfterList.Count > 0) After();
                    else Tail();
                    break;
            }
        }
    }

    private void Root()
    {
        if (!SkipBlanks())
        {
            if (_window.Broken is { } broken) Reject(_window.Position, broken);
            _where = Where.End;
            return;
        }
        switch (_window.Unread[0])
        {
            case (byte)'{' when _parser.IsMap:
                _window.Advance(1);
                _first = true;
                _outer = null;
                _where = Where.Map;
                break;
            case (byte)'{':
                if (_parser.Lists.Count == 0 || !Envelope()) Record(null);
                break;
            case (byte)'[' when !_parser.IsMap:
                _window.Advance(1);
                _listIsRoot = _sawList = _first = true;
                _where = Where.List;
                break;
            case 0x1E: // JSON text sequences (RFC 7464)
                _window.Advance(1);
                break;
            default:
                Reject(_window.Position, $"{Shown(_window.Unread[0])} where a record belongs");
                if (_parser.IsMap) Resync(0);
                else SkipToBracket();
                break;
        }
    }

    /// <summary>Reads the envelope up to its list; false where the root object is itself a record.</summary>
    private bool Envelope()
    {
        while (true)
        {
            var at = _window.Position;
            try
            {
                var r = new Utf8JsonReader(_window.Unread, _window.AtEnd && _window.Broken is null, new JsonReaderState(_options));
                JsonRead.Next(ref r);
                while (JsonRead.Property(ref r))
                {
                    if (Named(ref r, _parser.Marks)) return false;
                    if (!Named(ref r, _parser.Lists))
                    {
                        _parser.Envelope(ref r);
                        continue;
                    }
                    JsonRead.Next(ref r);
                    if (r.TokenType == JsonTokenType.Null) continue;
                    if (r.TokenType != JsonTokenType.StartArray) throw JsonRead.Wrong(ref r, "the list of records", "a list");
                    _window.Advance((int)r.BytesConsumed);
                    _listIsRoot = false;
                    _first = true;
                    _where = Where.List;
                    return true;
                }
                return false;
            }
            catch (NeedMoreException)
            {
                if (_window.Fill() == Refill.More) continue;
                Reject(at, _window.AtEnd ? _window.Broken ?? "the document ends before its records begin" : "the records begin too late");
            }
            catch (Exception e) when (e is JsonException or RecordException or InvalidOperationException)
            {
                Reject(at, Reason(e));
            }
            Resync();
            return true;
        }
    }

    private void Element()
    {
        if (!SkipBlanks())
        {
            Reject(_window.Position, _window.Broken ?? "the document ends inside its list of records");
            _where = Where.End;
            return;
        }
        var next = _window.Unread[0];
        if (next == ']')
        {
            _window.Advance(1);
            if (!_listIsRoot && !EndsProperly())
            {
                Reject(_window.Position - 1, "the list of records is closed before its end");
                _first = true;
                return;
            }
            _where = _listIsRoot ? Where.Root : Where.Tail;
            return;
        }
        if (next == ',' && !_first)
        {
            _window.Advance(1);
            _first = true;
            return;
        }
        if (next == '{')
        {
            if (!_first) Reject(_window.Position, "a comma is missing between two records");
            _first = false;
            Record(null);
            return;
        }
        Reject(_window.Position, $"{Shown(next)} where a record belongs");
        SkipToRecord();
    }

    /// <summary>What follows the list in its envelope: up to the closing brace, unless records turn up again.</summary>
    private void Tail()
    {
        var depth = 0;
        var text = false;
        while (true)
        {
            var span = _window.Unread;
            for (var i = 0; i < span.Length; i++)
            {
                var b = span[i];
                if (text)
                {
                    if (b == '\\') i++;
                    else if (b == '"') text = false;
                    continue;
                }
                if (b == '"') text = true;
                else if (b is (byte)']' && depth == 0)
                {
                    Reject(_window.Position + i, "the list of records is closed twice");
                    _window.Advance(i + 1);
                    Resync();
                    return;
                }
                else if (b is (byte)'{' && StartsRecord(span[i..]))
                {
                    Reject(_window.Position + i, "records go on after the end of their list");
                    _window.Advance(i);
                    _where = Where.List;
                    _first = true;
                    return;
                }
                else if (b is (byte)'{' or (byte)'[') depth++;
                else if (b is (byte)'}' or (byte)']' && --depth < 0)
                {
                    _window.Advance(i + 1);
                    _where = Where.Root;
                    return;
                }
            }
            _window.Advance(span.Length);
            if (_window.Fill() == Refill.More) continue;
            Reject(_window.Position, _window.Broken ?? "the document ends before its closing brace");
            _where = Where.End;
            return;
        }
    }

    private void Record(string? key)
    {
        while (true)
        {
            _parsed.Clear();
            try
            {
                var r = new Utf8JsonReader(_window.Unread, isFinalBlock: false, new JsonReaderState(_options));
                JsonRead.Next(ref r);
                _parser.Read(ref r, key, _parsed);
                var length = (int)r.BytesConsumed;
                if (_parser.RefusesInside && Swallowed(_window.Unread[..length])) throw new RecordException("another record stands inside: its end is damaged");
                if (length > _context.Limits.TextBytes) CheckTexts(_window.Unread[..length]);
                if (_learnedKey is null && _where == Where.List && _parser.LearnsFirstKey) Learn(_window.Unread[..length]);
                _window.Advance(length);
                foreach (var item in _parsed)
                {
                    _items += item.Count;
                    _ready.Enqueue(item);
                }
                return;
            }
            catch (NeedMoreException)
            {
                switch (_window.Fill())
                {
                    case Refill.More: continue;
                    case Refill.Full:
                        RejectRecord($"the record is larger than {_parser.RecordBytes} bytes", -1);
                        Resync();
                        return;
                    default:
                        RejectRecord(_window.Broken ?? "the document ends inside the record", -1);
                        Resync();
                        return;
                }
            }
            catch (RecordException e)
            {
                RejectRecord(e.Message, e.At);
                // What looks like one unusable record may be a whole document whose envelope is damaged.
                SkipRecord();
                return;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
            {
                RejectRecord(Reason(e), -1);
                if (e is JsonException) Resync();
                else SkipRecord();
                return;
            }
        }
    }

    private void CheckTexts(ReadOnlySpan<byte> record)
    {
        var r = new Utf8JsonReader(record, true, new JsonReaderState(_options));
        while (r.Read())
        {
            if (r.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && r.ValueSpan.Length > _context.Limits.TextBytes)
            {
                throw new RecordException($"a text is longer than {_context.Limits.TextBytes} bytes", r.TokenStartIndex);
            }
        }
    }

    private bool SkipBlanks()
    {
        while (true)
        {
            var span = _window.Unread;
            var i = 0;
            while (i < span.Length && IsBlank(span[i])) i++;
            _window.Advance(i);
            if (i < span.Length) return true;
            if (_window.Fill() != Refill.More) return false;
        }
    }

    private void RejectRecord(string reason, long at) => Reject(_window.Position + Math.Max(0, at), reason, _parser.CurrentId);

    private void Reject(long at, string reason, string? id = null)
    {
        _items++;
        _ready.Enqueue(FeedItem.Reject(Place(at, id), reason));
    }

    internal static string Place(long at, string? id) => id is null
        ? string.Create(CultureInfo.InvariantCulture, $"byte {at}")
        : string.Create(CultureInfo.InvariantCulture, $"byte {at} ({id})");

    private static bool Named(ref Utf8JsonReader r, IReadOnlyList<byte[]> names)
    {
        foreach (var name in names)
        {
            if (JsonRead.Is(ref r, name)) return true;
        }
        return false;
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    private static string Shown(byte b) => b is > 32 and < 127 ? $"'{(char)b}'" : $"byte 0x{b:X2}";

    private static string Reason(Exception e) => e switch
    {
        JsonException j => "damaged JSON: " + Plain(j.Message),
        RecordException => e.Message,
        // The records refuse what has no meaning, such as an empty name.
        ArgumentException and not DecoderFallbackException => e.Message,
        _ => "text that is not valid UTF-8",
    };

    /// <summary>Without the reader's own line and byte numbers, which count from the record's start.</summary>
    private static string Plain(string message)
    {
        var at = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (at < 0 ? message : message[..at]).TrimEnd('.');
    }
}
