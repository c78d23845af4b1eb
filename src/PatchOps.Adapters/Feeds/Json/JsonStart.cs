using System.Text.Json;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>Looks into the beginning of an object, for finding records after damage.</summary>
internal static class JsonStart
{
    /// <summary>Which of the names stand directly in the object that begins here, as far as its bytes are there: bit 0 for the first.</summary>
    public static int Names(ReadOnlySpan<byte> at, IReadOnlyList<byte[]> names)
    {
        var found = 0;
        var depth = 0;
        var r = new Utf8JsonReader(at, isFinalBlock: false, default);
        try
        {
            while (r.Read())
            {
                if (r.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) depth++;
                else if (r.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                {
                    if (--depth == 0) break;
                }
                else if (r.TokenType == JsonTokenType.PropertyName && depth == 1)
                {
                    for (var i = 0; i < names.Count; i++)
                        if (JsonRead.Is(ref r, names[i])) found |= 1 << i;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Damaged further on: what stands before it counts.
        }
        return found;
    }
}
