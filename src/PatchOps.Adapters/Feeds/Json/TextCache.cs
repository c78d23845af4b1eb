using System.Buffers.Binary;
using System.Text;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>Remembers recent short texts, so that vectors, tags and sources that repeat in every record are one string each.</summary>
internal sealed class TextCache
{
    private const int Slots = 4096;
    private readonly string?[] _texts = new string?[Slots];

    /// <summary>One for all: a slot is one reference to an immutable text, so that readers on several threads can only miss.</summary>
    public static TextCache Shared { get; } = new();

    /// <summary>Bytes of the longest text that is kept.</summary>
    public const int Longest = 100;

    /// <returns>Null where the text is not plain ASCII: such text is left to the reader, which checks it.</returns>
    public string? Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        ref var slot = ref _texts[Hash(utf8) & (Slots - 1)];
        if (slot is not null && slot.Length == utf8.Length && Ascii.Equals(utf8, slot)) return slot;
        return Ascii.IsValid(utf8) ? slot = Encoding.ASCII.GetString(utf8) : null;
    }

    /// <summary>Eight bytes at a time; the last eight overlap those before.</summary>
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        const ulong Odd = 0x9E3779B97F4A7C15;
        var hash = (ulong)utf8.Length * Odd;
        if (utf8.Length < 8)
        {
            foreach (var b in utf8) hash = (hash ^ b) * Odd;
        }
        else
        {
            for (var at = 0; at < utf8.Length - 8; at += 8) hash = Mixed(hash, BinaryPrimitives.ReadUInt64LittleEndian(utf8[at..]));
            hash = Mixed(hash, BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]));
        }
        return (uint)(hash >> 40);

        static ulong Mixed(ulong hash, ulong next)
        {
            hash = (hash ^ next) * Odd;
            return hash ^ (hash >> 32);
        }
    }
}
