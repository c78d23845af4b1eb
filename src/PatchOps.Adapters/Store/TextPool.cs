namespace PatchOps.Adapters.Store;

/// <summary>One string for each distinct text: columns repeat few values in many rows.</summary>
internal sealed class TextPool
{
    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
    private (byte[] Utf8, string Text)[] slots = new (byte[], string)[1024];
    private int used;

    public string Of(string text)
    {
        if (known.TryGetValue(text, out var one)) return one;
        known.Add(text, text);
        return text;
    }

    /// <summary>From UTF-8, which is only decoded the first time.</summary>
    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (2 * used >= slots.Length) Grow();
        var place = Find(slots, utf8);
        if (slots[place].Text is { } one) return one;
        used++;
        return (slots[place] = (utf8.ToArray(), Of(System.Text.Encoding.UTF8.GetString(utf8)))).Text;
    }

    private static int Find((byte[] Utf8, string Text)[] slots, ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        var place = hash.ToHashCode() & (slots.Length - 1);
        while (slots[place].Text is not null && !utf8.SequenceEqual(slots[place].Utf8)) place = (place + 1) & (slots.Length - 1);
        return place;
    }

    private void Grow()
    {
        var more = new (byte[] Utf8, string Text)[2 * slots.Length];
        foreach (var slot in slots)
            if (slot.Text is not null) more[Find(more, slot.Utf8)] = slot;
        slots = more;
    }
}
