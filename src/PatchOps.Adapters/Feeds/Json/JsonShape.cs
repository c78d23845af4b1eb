using System.Text;
using System.Text.Json;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>Names of properties found at the start of a JSON document, as paths of up to three names; lists are passed through.</summary>
internal sealed class JsonShape
{
    private const int MostPaths = 600;
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    private JsonShape()
    {
    }

    public bool IsObject { get; private set; }

    /// <summary>Value of the root's <c>@context</c>, <c>dataType</c> or <c>format</c> where it is text.</summary>
    public string Marker { get; private set; } = "";

    public IEnumerable<string> Paths => _paths;

    public bool Has(string path) => _paths.Contains(path);

    /// <summary>Null where the text does not start like JSON.</summary>
    public static JsonShape? Of(ReadOnlySpan<byte> head)
    {
        var start = head.IndexOfAnyExcept(" \r\n\t"u8);
        if (start < 0 || head[start] is not ((byte)'{' or (byte)'[')) return null;
        var shape = new JsonShape { IsObject = head[start] == '{' };
        var names = new List<string>();
        try
        {
            var r = new Utf8JsonReader(head, isFinalBlock: false, default);
            var objects = 0;
            while (r.Read() && shape._paths.Count < MostPaths)
            {
                switch (r.TokenType)
                {
                    case JsonTokenType.StartObject:
                        objects++;
                        break;
                    case JsonTokenType.EndObject:
                        objects--;
                        while (names.Count > objects) names.RemoveAt(names.Count - 1);
                        if (objects == 0 && shape.IsObject) return shape;
                        break;
                    case JsonTokenType.PropertyName when objects <= 3:
                        while (names.Count >= objects) names.RemoveAt(names.Count - 1);
                        names.Add(r.GetString()!);
                        shape._paths.Add(string.Join('/', names));
                        break;
                    case JsonTokenType.String when objects == 1 && names.Count == 1 && names[0] is "@context" or "dataType" or "format":
                        shape.Marker = r.GetString()!;
                        break;
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            // Damage in the head: what was seen before it decides.
        }
        return shape;
    }
}
