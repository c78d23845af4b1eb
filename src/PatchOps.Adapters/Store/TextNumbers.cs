using System.Buffers.Binary;
using System.Numerics;

namespace PatchOps.Adapters.Store;

/// <summary>A number for each distinct text of a column, from 0 in the order in which they come.</summary>
internal sealed class TextNumbers
{
    private readonly List<string> all = [];
    private (byte[]? Utf8, int Number)[] slots = new (byte[]?, int)[1024];

    public IReadOnlyList<string> All => all;

    public int Of(string text) => Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>From UTF-8, which is only decoded the first time; -1 for an empty text, which columns hold as null.</summary>
    public int Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return -1;
        if (2 * all.Count >= slots.Length) Grow();
        var place = Find(slots, utf8);
        if (slots[place].Utf8 is not null) return slots[place].Number;
        slots[place] = (utf8.ToArray(), all.Count);
        all.Add(System.Text.Encoding.UTF8.GetString(utf8));
        return all.Count - 1;
    }

    private static int Find((byte[]? Utf8, int Number)[] slots, ReadOnlySpan<byte> utf8)
    {
        var place = Hash(utf8) & (slots.Length - 1);
        while (slots[place].Utf8 is { } other && !utf8.SequenceEqual(other)) place = (place + 1) & (slots.Length - 1);
        return place;
    }

    /// <summary>Eight bytes at once; nobody chooses texts of a column to collide but who may write the store anyway.</summary>
    private static int Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length;
        for (; utf8.Length >= sizeof(ulong); utf8 = utf8[sizeof(ulong)..]) hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(utf8));
        ulong rest = 0;
        foreach (var one in utf8) rest = (rest << 8) | one;
        return (int)(Mix(hash, rest) >> 33);
    }

    private static ulong Mix(ulong hash, ulong more) => BitOperations.RotateLeft((hash ^ more) * 0x9E3779B97F4A7C15, 29);

    private void Grow()
    {
        var more = new (byte[]? Utf8, int Number)[2 * slots.Length];
        foreach (var slot in slots)
            if (slot.Utf8 is not null) more[Find(more, slot.Utf8)] = slot;
        slots = more;
    }
}
