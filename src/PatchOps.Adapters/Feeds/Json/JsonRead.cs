using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>Steps of a hand-written parser over <see cref="Utf8JsonReader"/>. All throw <see cref="RecordException"/> on the wrong type.</summary>
internal static class JsonRead
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Next(ref Utf8JsonReader r)
    {
        if (!r.Read()) throw NeedMoreException.Instance;
    }

    /// <summary>Steps into the object that is the current value; false where it is null.</summary>
    public static bool Object(ref Utf8JsonReader r, string what)
    {
        if (r.TokenType == JsonTokenType.StartObject) return true;
        if (r.TokenType == JsonTokenType.Null) return false;
        throw Wrong(ref r, what, "an object");
    }

    /// <summary>Steps into the array that is the current value; false where it is null.</summary>
    public static bool Array(ref Utf8JsonReader r, string what)
    {
        if (r.TokenType == JsonTokenType.StartArray) return true;
        if (r.TokenType == JsonTokenType.Null) return false;
        throw Wrong(ref r, what, "a list");
    }

    /// <summary>On to the next property of the object: true with the reader on its name, false at the object's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Property(ref Utf8JsonReader r)
    {
        if (!r.Read()) throw NeedMoreException.Instance;
        return r.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>On to the next element of the array; false at its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Element(ref Utf8JsonReader r)
    {
        if (!r.Read()) throw NeedMoreException.Instance;
        return r.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Whether the current property's name is this one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(ref Utf8JsonReader r, ReadOnlySpan<byte> name) =>
        r.ValueIsEscaped ? r.ValueTextEquals(name) : r.ValueSpan.SequenceEqual(name);

    /// <summary>Leaves out the value of the current property, or the rest of the current value.</summary>
    /// <remarks>The reader's own way keeps a copy of itself to go back to, which costs more than most values; here a record is started again instead.</remarks>
    public static void Skip(ref Utf8JsonReader r)
    {
        if (r.TokenType == JsonTokenType.PropertyName) Next(ref r);
        if (r.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return;
        var depth = r.CurrentDepth;
        do
        {
            if (!r.Read()) throw NeedMoreException.Instance;
        }
        while (r.CurrentDepth > depth);
    }

    /// <summary>The text that is the next token, or null.</summary>
    public static string? Text(ref Utf8JsonReader r, int limit, string what)
    {
        Next(ref r);
        return ThisText(ref r, limit, what);
    }

    /// <summary>The text that is the current token, or null.</summary>
    public static string? ThisText(ref Utf8JsonReader r, int limit, string what)
    {
        if (r.TokenType == JsonTokenType.Null) return null;
        if (r.TokenType != JsonTokenType.String) throw Wrong(ref r, what, "text");
        if (r.ValueSpan.Length > limit) throw new RecordException($"{what} is longer than {limit} bytes", r.TokenStartIndex);
        return r.GetString();
    }

    /// <summary>The text that is the next token, or null; for text that repeats.</summary>
    public static string? Text(ref Utf8JsonReader r, TextCache cache, string what)
    {
        Next(ref r);
        return ThisToken(ref r, cache, what);
    }

    /// <summary>As <see cref="ThisText"/>, for text that repeats.</summary>
    public static string? ThisToken(ref Utf8JsonReader r, TextCache cache, string what)
    {
        if (r.TokenType == JsonTokenType.Null) return null;
        if (r.TokenType != JsonTokenType.String) throw Wrong(ref r, what, "text");
        if (r.ValueIsEscaped || r.ValueSpan.Length > TextCache.Longest) return ThisTextOf(ref r, what);
        return cache.Get(r.ValueSpan) ?? r.GetString();
    }

    public static bool? Flag(ref Utf8JsonReader r, string what)
    {
        Next(ref r);
        return r.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Null => null,
            _ => throw Wrong(ref r, what, "true or false"),
        };
    }

    public static DateTimeOffset? Date(ref Utf8JsonReader r, string what)
    {
        Next(ref r);
        if (r.TokenType == JsonTokenType.Null) return null;
        if (r.TokenType != JsonTokenType.String) throw Wrong(ref r, what, "a date");
        return FeedDates.Parse(r.ValueIsEscaped ? System.Text.Encoding.UTF8.GetBytes(r.GetString()!) : r.ValueSpan);
    }

    /// <summary>A score from 0 to 10, or null.</summary>
    public static double? Score(ref Utf8JsonReader r, string what)
    {
        Next(ref r);
        if (r.TokenType == JsonTokenType.Null) return null;
        if (r.TokenType != JsonTokenType.Number || !r.TryGetDouble(out var value)) throw Wrong(ref r, what, "a number");
        if (value is not (>= 0 and <= 10)) throw new RecordException($"{what} is not between 0 and 10", r.TokenStartIndex);
        return value;
    }

    /// <summary>Notes that a known property was met; meeting it twice makes the record ambiguous.</summary>
    public static void Once(ref Utf8JsonReader r, ref uint seen, int bit)
    {
        if ((seen & (1u << bit)) != 0)
        {
            throw new RecordException($"property '{r.GetString()}' appears twice", r.TokenStartIndex);
        }
        seen |= 1u << bit;
    }

    public static RecordException Wrong(ref Utf8JsonReader r, string what, string expected) =>
        new($"{what} is {Name(r.TokenType)} where {expected} belongs", r.TokenStartIndex);

    private static string? ThisTextOf(ref Utf8JsonReader r, string what) => ThisText(ref r, 1 << 16, what);

    private static string Name(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        JsonTokenType.Null => "null",
        _ => "something else",
    };
}
