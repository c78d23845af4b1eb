using System.Globalization;
using System.Text;
using System.Text.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>
/// Walks a JSON document record by record: one object, lines of objects, a list, an envelope around a list, or a map. Each record is
/// parsed in place, once. After damage it looks for the next place where a record can start, so that undamaged records survive.
/// </summary>
internal sealed class JsonRecordStream
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
    private byte[]? _learnedKey;
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
                default: Tail(); break;
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

    private void SkipToBracket()
    {
        do
        {
            var at = _window.Unread.IndexOfAny((byte)'{', (byte)'[');
            _window.Advance(at < 0 ? _window.Unread.Length : at);
            if (at >= 0) return;
        }
        while (_window.Fill() == Refill.More);
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

    private void Entry()
    {
        if (!SkipBlanks())
        {
            Reject(_window.Position, _window.Broken ?? "the document ends inside its map of records");
            _where = Where.End;
            return;
        }
        var next = _window.Unread[0];
        if (next == '}')
        {
            _window.Advance(1);
            if (_outer is null) _where = Where.Root;
            _outer = null;
            _first = false;
            return;
        }
        if (next == ',' && !_first)
        {
            _window.Advance(1);
            _first = true;
            return;
        }
        if (next == '"' && EntryKey() is { } key)
        {
            if (!_first) Reject(_window.Position, "a comma is missing between two records");
            var unclosed = _outer is not null && !_parser.IsEntryKey(key) && HoldsEntries();
            if (unclosed) Reject(_window.Position, $"{_outer} is not closed before {key}");
            if (_outer is null || unclosed)
            {
                _outer = key;
                _window.Advance(1);
                _first = true;
                return;
            }
            _first = false;
            Record($"{_outer}/{key}");
            return;
        }
        Reject(_window.Position, $"{Shown(next)} where a record's name belongs");
        Resync();
    }

    /// <summary>Whether the object that begins here is one of the outer map.</summary>
    private bool HoldsEntries()
    {
        if (_window.Unread.Length < 512 && _window.Fill() == Refill.Full) return false;
        var after = _window.Unread[1..].TrimStart(" \r\n\t"u8);
        var close = after.Length > 1 && after[0] == '"' ? after[1..].IndexOf((byte)'"') : -1;
        return close > 0 && _parser.IsEntryKey(Encoding.UTF8.GetString(after.Slice(1, close)));
    }

    /// <summary>Reads <c>"name":</c> and leaves the window at the value's brace; null where that is not what stands there.</summary>
    private string? EntryKey()
    {
        while (true)
        {
            var span = _window.Unread;
            var close = span[1..].IndexOf((byte)'"');
            var at = close + 2;
            while (close >= 0 && at < span.Length && IsBlank(span[at])) at++;
            if (close >= 0 && at < span.Length)
            {
                if (span[at] != ':') return null;
                for (at++; at < span.Length && IsBlank(span[at]); at++)
                {
                }
                if (at < span.Length)
                {
                    if (span[at] != '{' || close > 1000) return null;
                    var key = Encoding.UTF8.GetString(span.Slice(1, close));
                    _window.Advance(at);
                    return key;
                }
            }
            if (_window.Fill() != Refill.More) return null;
        }
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

    /// <summary>Passes over a record that is well-formed but unusable.</summary>
    private void SkipRecord()
    {
        while (true)
        {
            try
            {
                var r = new Utf8JsonReader(_window.Unread, isFinalBlock: false, new JsonReaderState(_options));
                JsonRead.Next(ref r);
                JsonRead.Skip(ref r);
                var length = (int)r.BytesConsumed;
                if (!Swallowed(_window.Unread[..length]))
                {
                    _window.Advance(length);
                    return;
                }
            }
            catch (NeedMoreException)
            {
                if (_window.Fill() == Refill.More) continue;
            }
            catch (JsonException)
            {
                // The part after what was wrong is damaged, too.
            }
            Resync();
            return;
        }
    }

    /// <summary>Whether an unusable record has others inside, as when its end or its envelope is damaged.</summary>
    private bool Swallowed(ReadOnlySpan<byte> record)
    {
        if (_where == Where.Map) return _parser.FindEntry(record[1..], _outer is not null, out _) >= 0;
        foreach (var key in _parser.FirstKeys)
        {
            if (StartsInside(record, key)) return true;
        }
        if (_learnedKey is { Length: > 1 } && StartsInside(record, _learnedKey)) return true;
        for (var from = 1; from < record.Length && !_parser.LearnsFirstKey;)
        {
            var at = record[from..].IndexOf((byte)'{');
            if (at < 0) return false;
            from += at;
            if (_parser.Starts(record[from..])) return true;
            from++;
        }
        return false;
    }

    private static bool StartsInside(ReadOnlySpan<byte> record, ReadOnlySpan<byte> key)
    {
        for (var from = 1; from < record.Length;)
        {
            var at = record[from..].IndexOf(key);
            if (at < 0) return false;
            from += at;
            var end = from + key.Length;
            var before = from - 2;
            while (before >= 0 && IsBlank(record[before])) before--;
            if (before > 0 && record[before] == '{' && record[from - 1] == '"' && end < record.Length && record[end] == '"') return true;
            from = end;
        }
        return false;
    }

    /// <summary>In a list, passes over something that is no object.</summary>
    private void SkipToRecord()
    {
        var text = false;
        var depth = 0;
        while (true)
        {
            var span = _window.Unread;
            for (var i = 0; i < span.Length; i++)
            {
                var b = span[i];
                if (b == '{' && StartsRecord(span[i..]))
                {
                    _first = true;
                    _window.Advance(i);
                    return;
                }
                if (text)
                {
                    if (b == '\\') i++;
                    else if (b == '"') text = false;
                }
                else if (b == '"') text = true;
                else if (b == '[') depth++;
                else if (depth == 0 && (b is (byte)']' or (byte)'{' || (b == ',' && i > 0)))
                {
                    _first = b == '{';
                    _window.Advance(i);
                    return;
                }
                else if (b == ']') depth--;
            }
            _window.Advance(span.Length);
            if (_window.Fill() != Refill.More) return;
        }
    }

    /// <summary>After damage: on to the next place, past the present one, where a record can start.</summary>
    private void Resync(int past = 1)
    {
        _window.Advance(Math.Min(past, _window.Unread.Length));
        const int Overlap = 512;
        while (true)
        {
            var span = _window.Unread;
            var at = NextStart(span);
            if (at >= 0)
            {
                _window.Advance(at);
                _first = true;
                return;
            }
            _window.Advance(Math.Max(0, span.Length - Overlap));
            if (_window.Fill() == Refill.More) continue;
            _window.Advance(_window.Unread.Length);
            _where = Where.End;
            return;
        }
    }

    private int NextStart(ReadOnlySpan<byte> span)
    {
        if (_where == Where.Map || (_where == Where.Root && _parser.IsMap))
        {
            var entry = _parser.FindEntry(span, _outer is not null, out var isOuter);
            if (isOuter) _outer = null;
            if (entry >= 0) _where = Where.Map;
            return entry;
        }
        var inRoot = _where == Where.Root;
        for (var from = 0; from < span.Length;)
        {
            var at = span[from..].IndexOf((byte)'{');
            if (at < 0) return -1;
            at += from;
            if (inRoot && at > 0 && span[at - 1] == '\n') return at;
            if (StartsRecord(span[at..]))
            {
                if (inRoot && (_sawList || _parser.Lists.Count > 0))
                {
                    _where = Where.List;
                    _listIsRoot = false;
                }
                return at;
            }
            from = at + 1;
        }
        return -1;
    }

    private bool StartsRecord(ReadOnlySpan<byte> at)
    {
        if (_learnedKey is not null && HasFirstKey(at, _learnedKey)) return true;
        foreach (var key in _parser.FirstKeys)
        {
            if (HasFirstKey(at, key)) return true;
        }
        return _parser.Starts(at);
    }

    private static bool HasFirstKey(ReadOnlySpan<byte> at, ReadOnlySpan<byte> key)
    {
        var i = 1;
        while (i < at.Length && IsBlank(at[i])) i++;
        if (i + key.Length + 2 > at.Length || at[i] != '"' || !at[(i + 1)..].StartsWith(key)) return false;
        return at[i + 1 + key.Length] == '"';
    }

    private void Learn(ReadOnlySpan<byte> record)
    {
        var open = record.IndexOf((byte)'"');
        var length = open < 0 ? -1 : record[(open + 1)..].IndexOf((byte)'"');
        _learnedKey = length > 0 ? record.Slice(open + 1, length).ToArray() : [];
        if (_learnedKey.Length == 0) _learnedKey = [0];
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
