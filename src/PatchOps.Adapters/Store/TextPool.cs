namespace PatchOps.Adapters.Store;

/// <summary>One string for each distinct text: columns repeat few values in many rows.</summary>
internal sealed class TextPool
{
    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
    private readonly List<string> texts = [];
    private (byte[]? Utf8, int Number)[] slots = new (byte[]?, int)[1024];

    /// <summary>What came as UTF-8, by number.</summary>
    public IReadOnlyList<string> Texts => texts;

    public string Of(string text)
    {
        if (known.TryGetValue(text, out var one)) return one;
        known.Add(text, text);
        return text;
    }

    /// <summary>From UTF-8, which is only decoded the first time.</summary>
    public string Of(ReadOnlySpan<byte> utf8) => texts[Number(utf8)];

    /// <summary>Place in <see cref="Texts"/>.</summary>
    public int Number(ReadOnlySpan<byte> utf8)
    {
        if (2 * texts.Count >= slots.Length) Grow();
        var place = Find(slots, utf8);
        if (slots[place].Utf8 is not null) return slots[place].Number;
        slots[place] = (utf8.ToArray(), texts.Count);
        texts.Add(Of(System.Text.Encoding.UTF8.GetString(utf8)));
        return texts.Count - 1;
    }

    private static int Find((byte[]? Utf8, int Number)[] slots, ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        var place = hash.ToHashCode() & (slots.Length - 1);
        while (slots[place].Utf8 is { } held && !utf8.SequenceEqual(held)) place = (place + 1) & (slots.Length - 1);
        return place;
    }

    private void Grow()
    {
        var more = new (byte[]? Utf8, int Number)[2 * slots.Length];
        foreach (var slot in slots)
            if (slot.Utf8 is not null) more[Find(more, slot.Utf8)] = slot;
        slots = more;
    }
}
