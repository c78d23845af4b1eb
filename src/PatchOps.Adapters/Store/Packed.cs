using System.Buffers;

namespace PatchOps.Adapters.Store;

/// <summary>Parts of what is stored as bytes: numbers in groups of seven bits, texts as length and UTF-8, lists as count and items.</summary>
/// <remarks>Reading throws <see cref="IndexOutOfRangeException"/>, <see cref="ArgumentException"/> or <see cref="OverflowException"/> where the bytes are damaged.</remarks>
internal static class Packed
{
    public static void Texts(ArrayBufferWriter<byte> output, IReadOnlyList<string> texts)
    {
        Number(output, texts.Count);
        foreach (var text in texts) Text(output, text);
    }

    public static string[] Texts(ref ReadOnlySpan<byte> bytes)
    {
        var texts = new string[Count(ref bytes)];
        for (var i = 0; i < texts.Length; i++) texts[i] = Text(ref bytes);
        return texts;
    }

    public static void Text(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (text.Length < 0x80 && System.Text.Ascii.IsValid(text))
        {
            var room = output.GetSpan(text.Length + 1);
            room[0] = (byte)text.Length;
            System.Text.Encoding.UTF8.GetBytes(text, room[1..]);
            output.Advance(text.Length + 1);
            return;
        }
        var length = System.Text.Encoding.UTF8.GetByteCount(text);
        Number(output, length);
        System.Text.Encoding.UTF8.GetBytes(text, output.GetSpan(length));
        output.Advance(length);
    }

    public static string Text(ref ReadOnlySpan<byte> bytes)
    {
        var length = Number(ref bytes);
        // OSV's zero stands in nearly every range.
        var text = length == 1 && bytes[0] == '0' ? "0" : System.Text.Encoding.UTF8.GetString(bytes[..length]);
        bytes = bytes[length..];
        return text;
    }

    public static byte Byte(ref ReadOnlySpan<byte> bytes)
    {
        var value = bytes[0];
        bytes = bytes[1..];
        return value;
    }

    /// <summary>A count of items of at least one byte each: more than there are bytes is damage, not a reason to allocate.</summary>
    public static int Count(ref ReadOnlySpan<byte> bytes)
    {
        var count = Number(ref bytes);
        return count <= bytes.Length ? count : throw new OverflowException();
    }

    public static void Number(ArrayBufferWriter<byte> output, int value)
    {
        var room = output.GetSpan(5);
        var n = 0;
        for (; value >= 0x80; value >>= 7) room[n++] = (byte)(value | 0x80);
        room[n++] = (byte)value;
        output.Advance(n);
    }

    public static int Number(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte(ref bytes);
            value |= (next & 0x7F) << shift;
            if (next < 0x80) return value >= 0 ? value : throw new OverflowException();
            if (shift > 21) throw new OverflowException();
        }
    }
}
