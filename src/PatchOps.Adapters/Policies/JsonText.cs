using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchOps.Adapters.Policies;

/// <summary>Policies in JSON; remarks and trailing commas are allowed.</summary>
internal sealed class JsonText
{
    private readonly byte[] bytes;
    private readonly PolicyDocument document;
    private long counted;
    private long line = 1;

    public JsonText(string text, PolicyDocument document)
    {
        bytes = Encoding.UTF8.GetBytes(text);
        this.document = document;
    }

    public JsonNode? Read()
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            if (bytes.AsSpan().Trim(" \t\r\n"u8).Length == 0) return null;
            reader.Read();
            var root = Value(ref reader, "");
            while (reader.Read()) throw new PolicyTextException(Line(reader), "something follows after the end");
            return root;
        }
        catch (JsonException e)
        {
            throw new PolicyTextException((e.LineNumber ?? 0) + 1, e.Message.Split(" LineNumber:")[0].TrimEnd('.'), e);
        }
    }

    private JsonNode? Value(ref Utf8JsonReader reader, string path)
    {
        document.Place(path, Line(reader));
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var json = new JsonObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    var place = PolicyDocument.Join(path, name);
                    var at = Line(reader);
                    if (json.ContainsKey(name)) throw new PolicyTextException(at, $"the key '{name}' is given twice");
                    reader.Read();
                    var given = Value(ref reader, place);
                    document.Place(place, at);
                    if (given is not null) json[name] = given;
                }
                return json;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(Value(ref reader, $"{path}[{list.Count}]"));
                return list;
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.True or JsonTokenType.False:
                return JsonValue.Create(reader.TokenType == JsonTokenType.True);
            case JsonTokenType.Number:
                return JsonValue.Create(Encoding.UTF8.GetString(reader.ValueSpan));
            default:
                return JsonValue.Create(reader.GetString());
        }
    }

    private long Line(in Utf8JsonReader reader)
    {
        for (; counted < reader.TokenStartIndex; counted++)
            if (bytes[counted] == '\n') line++;
        return line;
    }
}
