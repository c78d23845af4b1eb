using System.Text.Json;

namespace PatchOps.Adapters.Feeds.Json;

/// <content>After damage: passing over what is unusable, and finding where the next record starts.</content>
internal sealed partial class JsonRecordStream
{
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
                if (!Swallowed(_window.Unread[..length]) && !HasParts(_window.Unread[1..length]))
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
        foreach (var key in _closedKeys)
        {
            if (StartsInside(record, key)) return true;
        }
        if (_closedLearnedKey is not null && StartsInside(record, _closedLearnedKey)) return true;
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

    /// <summary>Whether an unusable record has parts that can be read by themselves.</summary>
    private bool HasParts(ReadOnlySpan<byte> inside)
    {
        if (!_parser.HasParts) return false;
        while (true)
        {
            var at = inside.IndexOf((byte)'{');
            if (at < 0) return false;
            if (_parser.StartsPart(inside[at..])) return true;
            inside = inside[(at + 1)..];
        }
    }

    /// <param name="record">Where to look.</param>
    /// <param name="key">With its closing quote: the bare name stands in many texts, and two quotes are what is found fastest elsewhere.</param>
    private static bool StartsInside(ReadOnlySpan<byte> record, ReadOnlySpan<byte> key)
    {
        for (var from = 1; from < record.Length;)
        {
            var at = record[from..].IndexOf(key);
            if (at < 0) return false;
            from += at;
            var before = from - 2;
            while (before >= 0 && IsBlank(record[before])) before--;
            if (before > 0 && record[before] == '{' && record[from - 1] == '"') return true;
            from += key.Length;
        }
        return false;
    }

    private static byte[] Closed(byte[] key) => [.. key, (byte)'"'];

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
            if (_where == Where.List && EndOfList(at < 0 ? span : span[..at]) is var end and >= 0)
            {
                _window.Advance(end + 1);
                _where = Where.Tail;
                return;
            }
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

    /// <summary>Place of the bracket before a property that only stands behind the list, or -1.</summary>
    private int EndOfList(ReadOnlySpan<byte> span)
    {
        for (var from = 0; _parser.Following.Count > 0 && from < span.Length;)
        {
            var at = span[from..].IndexOf((byte)']');
            if (at < 0) return -1;
            at += from;
            var rest = span[(at + 1)..].TrimStart(" \r\n\t"u8);
            if (rest.Length > 0 && rest[0] == ',')
            {
                rest = rest[1..].TrimStart(" \r\n\t"u8);
                foreach (var name in _parser.Following)
                    if (rest.Length > name.Length + 1 && rest[0] == '"' && rest[1..].StartsWith(name) && rest[name.Length + 1] == '"') return at;
            }
            from = at + 1;
        }
        return -1;
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
        return _parser.Starts(at) || _parser.StartsPart(at);
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
        if (_learnedKey.Length > 1) _closedLearnedKey = Closed(_learnedKey);
    }
}
