using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PatchOps.Core.Operations;

/// <summary>JSON with one form per content: names sorted, no white space; what is hashed and signed.</summary>
public static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(params ReadOnlySpan<(string Name, object? Value)> properties)
    {
        var sorted = properties.ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Name, b.Name));
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in sorted)
            {
                writer.WritePropertyName(name);
                Write(writer, JsonSerializer.SerializeToElement(value));
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The canonical form of any JSON text.</summary>
    /// <param name="element">The text.</param>
    /// <param name="leaveOutEmpty">Leaves out properties that are null, false or an empty list.</param>
    public static string Canonicalise(JsonElement element, bool leaveOutEmpty = false)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer, element, leaveOutEmpty);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static bool IsEmpty(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.False || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    private static void Write(Utf8JsonWriter writer, JsonElement element, bool leaveOutEmpty = false)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().Where(p => !leaveOutEmpty || !IsEmpty(p.Value)).OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, leaveOutEmpty);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item, leaveOutEmpty);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
