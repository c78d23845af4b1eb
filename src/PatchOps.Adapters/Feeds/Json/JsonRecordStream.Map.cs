using System.Text;

namespace PatchOps.Adapters.Feeds.Json;

/// <content>Documents that are a map of maps.</content>
internal sealed partial class JsonRecordStream
{
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
}
