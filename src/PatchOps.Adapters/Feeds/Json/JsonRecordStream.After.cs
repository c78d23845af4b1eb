using System.Text;
using System.Text.Json;

namespace PatchOps.Adapters.Feeds.Json;

/// <content>What follows the list of records in its envelope, for parsers that need some of it. Whatever is not needed is passed over without being held.</content>
internal sealed partial class JsonRecordStream
{
    private void After()
    {
        var at = _window.Position;
        try
        {
            var state = BehindList();
            while (Name(ref state) is { } name)
            {
                at = _window.Position;
                if (name.Length == 0) Pass(ref state);
                else Value(name, ref state);
            }
            _where = Where.Root;
            return;
        }
        catch (Exception e) when (e is JsonException or RecordException or InvalidOperationException)
        {
            Reject(at, Reason(e));
        }
        // The records are read; what is damaged here has no place from which to go on.
        _where = Where.End;
    }

    /// <summary>Whether a property or the envelope's end follows the list, for parsers that read what is behind it; another record means that the bracket is damage.</summary>
    private bool EndsProperly()
    {
        if (_parser.AfterList.Count == 0) return true;
        if (!SkipBlanks()) return true;
        if (_window.Unread[0] == '}') return true;
        if (_window.Unread[0] != ',') return false;
        if (_window.Unread.Length < 64) _window.Fill();
        var behind = _window.Unread[1..].TrimStart(" \r\n\t"u8);
        return behind.IsEmpty || behind[0] == '"';
    }

    /// <summary>State of a reader that has just left a list in an object.</summary>
    private JsonReaderState BehindList()
    {
        var r = new Utf8JsonReader("{\"\":[]"u8, isFinalBlock: false, new JsonReaderState(_options));
        while (r.Read())
        {
        }
        return r.CurrentState;
    }

    /// <summary>Name of the next property where it counts, empty where it does not, null at the envelope's end.</summary>
    private string? Name(ref JsonReaderState state)
    {
        while (true)
        {
            var r = new Utf8JsonReader(_window.Unread, isFinalBlock: false, state);
            if (!r.Read())
            {
                More("the document ends before its closing brace");
                continue;
            }
            string? name = null;
            if (r.TokenType == JsonTokenType.PropertyName)
            {
                name = "";
                foreach (var wanted in _parser.AfterList)
                    if (JsonRead.Is(ref r, wanted)) name = Encoding.UTF8.GetString(wanted);
            }
            Take(ref r, ref state);
            return name;
        }
    }

    private void Pass(ref JsonReaderState state)
    {
        var depth = 0;
        while (true)
        {
            var r = new Utf8JsonReader(_window.Unread, isFinalBlock: false, state);
            while (r.Read())
            {
                if (r.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) depth++;
                else if (r.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) depth--;
                if (depth > 0) continue;
                Take(ref r, ref state);
                return;
            }
            Take(ref r, ref state);
            More("the document ends before its closing brace");
        }
    }

    private void Value(string name, ref JsonReaderState state)
    {
        var inside = false;
        while (true)
        {
            var r = new Utf8JsonReader(_window.Unread, isFinalBlock: false, state);
            var more = r.Read();
            if (more && !inside && r.TokenType == JsonTokenType.StartArray)
            {
                inside = true;
                Take(ref r, ref state);
                continue;
            }
            if (more && inside && r.TokenType == JsonTokenType.EndArray)
            {
                Take(ref r, ref state);
                return;
            }
            if (!more || !JsonDocument.TryParseValue(ref r, out var document))
            {
                More("the document ends before its closing brace");
                continue;
            }
            using (document) _parser.After(name, document.RootElement);
            Take(ref r, ref state);
            if (!inside) return;
        }
    }

    private void Take(ref Utf8JsonReader r, ref JsonReaderState state)
    {
        state = r.CurrentState;
        _window.Advance((int)r.BytesConsumed);
    }

    /// <exception cref="RecordException">There is no more, or one value does not fit into the window.</exception>
    private void More(string atEnd)
    {
        _context.Cancellation.ThrowIfCancellationRequested();
        switch (_window.Fill())
        {
            case Refill.More: return;
            case Refill.Full: throw new RecordException($"a value behind the records is larger than {_parser.RecordBytes} bytes");
            default: throw new RecordException(_window.Broken ?? atEnd);
        }
    }
}
