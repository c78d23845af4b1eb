using System.Text.Json;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>Typed access to a record's properties: absent and null are alike, the wrong type is an error that names the property.</summary>
internal static class Dom
{
    private const int FewProperties = 12;

    public static string? Text(this JsonElement e, string name)
    {
        if (!e.Find(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, value, "text");
    }

    /// <summary>Text or a number as text.</summary>
    public static string? Plain(this JsonElement e, string name)
    {
        if (!e.Find(name, out var value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => throw Wrong(name, value, "text"),
        };
    }

    public static DateTimeOffset? Date(this JsonElement e, string name) => FeedDates.Parse(e.Text(name));

    /// <summary>A score from 0 to 10, as a number or as text.</summary>
    public static double? Score(this JsonElement e, string name)
    {
        if (!e.Find(name, out var value)) return null;
        double score;
        if (value.ValueKind == JsonValueKind.String)
        {
            if (!double.TryParse(value.GetString(), System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out score))
            {
                throw Wrong(name, value, "a number");
            }
        }
        else if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out score)) throw Wrong(name, value, "a number");
        return score is >= 0 and <= 10 ? score : throw new RecordException($"{name} is not between 0 and 10");
    }

    /// <summary>The object of that name; an undefined element where there is none.</summary>
    public static JsonElement Object(this JsonElement e, string name)
    {
        if (!e.Find(name, out var value)) return default;
        return value.ValueKind == JsonValueKind.Object ? value : throw Wrong(name, value, "an object");
    }

    /// <summary>The objects of the list of that name; none where there is none.</summary>
    public static IEnumerable<JsonElement> Objects(this JsonElement e, string name)
    {
        foreach (var item in e.Elements(name))
        {
            if (item.ValueKind == JsonValueKind.Null) continue;
            if (item.ValueKind != JsonValueKind.Object) throw Wrong(name, item, "a list of objects");
            yield return item;
        }
    }

    public static JsonElement.ArrayEnumerator Elements(this JsonElement e, string name)
    {
        if (!e.Find(name, out var value)) return default;
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(name, value, "a list");
    }

    public static string[] Texts(this JsonElement e, string name)
    {
        if (!e.Find(name, out var value)) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(name, value, "a list");
        var texts = new string[value.GetArrayLength()];
        var n = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null) continue;
            texts[n++] = item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, item, "a list of texts");
        }
        return n == texts.Length ? texts : texts[..n];
    }

    public static bool Find(this JsonElement e, string name, out JsonElement value)
    {
        value = default;
        return e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    public static RecordException Wrong(string name, JsonElement value, string expected) =>
        new($"{name} is {value.ValueKind.ToString().ToLowerInvariant()} where {expected} belongs");

    /// <exception cref="RecordException">An object holds one name twice: which one counts would be a guess.</exception>
    public static void RefuseDuplicates(JsonElement e)
    {
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in e.EnumerateArray())
            {
                if (item.ValueKind is JsonValueKind.Array or JsonValueKind.Object) RefuseDuplicates(item);
            }
            return;
        }
        if (e.ValueKind != JsonValueKind.Object) return;
        var few = new string[FewProperties];
        HashSet<string>? many = null;
        var n = 0;
        foreach (var property in e.EnumerateObject())
        {
            var name = property.Name;
            if (many is null && n == FewProperties) many = new HashSet<string>(few, StringComparer.Ordinal);
            if (many is null ? Array.IndexOf(few, name, 0, n) >= 0 : !many.Add(name)) throw new RecordException($"property '{name}' appears twice");
            if (many is null) few[n] = name;
            n++;
            if (property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object) RefuseDuplicates(property.Value);
        }
    }
}
