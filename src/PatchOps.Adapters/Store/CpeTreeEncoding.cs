using System.Buffers;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Store;

/// <summary>A configuration tree as bytes beside its statement: NVD has some millions of matches, and a row for each costs more than all else together.</summary>
/// <remarks>A version byte, the tree's shape, the number of matches, and for each its node, its flags, how many characters its name has in
/// common with the one before, the rest of the name, and its bounds.</remarks>
internal static class CpeTreeEncoding
{
    private const byte Version = 1;

    [Flags]
    private enum Parts
    {
        None = 0, Vulnerable = 1, Low = 2, LowIncluded = 4, High = 8, HighIncluded = 16,
    }

    public static void Write(ArrayBufferWriter<byte> output, CpeTree tree)
    {
        output.GetSpan(1)[0] = Version;
        output.Advance(1);
        Packed.Text(output, tree.Shape);
        Packed.Number(output, tree.Matches.Count);
        var before = "";
        foreach (var m in tree.Matches)
        {
            var parts = (m.Vulnerable ? Parts.Vulnerable : Parts.None) | (m.From is null ? Parts.None : Parts.Low) | (m.FromIncluded ? Parts.LowIncluded : Parts.None)
                | (m.To is null ? Parts.None : Parts.High) | (m.ToIncluded ? Parts.HighIncluded : Parts.None);
            var common = Common(before, m.Criteria);
            Packed.Number(output, m.Node);
            Packed.Number(output, (int)parts);
            Packed.Number(output, common);
            Packed.Text(output, m.Criteria.AsSpan(common));
            if (m.From is not null) Packed.Text(output, m.From);
            if (m.To is not null) Packed.Text(output, m.To);
            before = m.Criteria;
        }
    }

    /// <exception cref="InvalidDataException">The bytes are none that <see cref="Write"/> makes.</exception>
    public static CpeTree Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (bytes[0] != Version) throw new InvalidDataException("A configuration was written by a newer PatchOps.");
            bytes = bytes[1..];
            var nodes = CpeTree.ParseShape(Packed.Text(ref bytes));
            var matches = new CpeMatch[Packed.Count(ref bytes)];
            var before = "";
            for (var i = 0; i < matches.Length; i++)
            {
                var node = Packed.Number(ref bytes);
                var parts = (Parts)Packed.Number(ref bytes);
                var common = Packed.Number(ref bytes);
                before = string.Concat(before.AsSpan(0, common), Packed.Text(ref bytes));
                var low = parts.HasFlag(Parts.Low) ? Packed.Text(ref bytes) : null;
                var high = parts.HasFlag(Parts.High) ? Packed.Text(ref bytes) : null;
                matches[i] = new CpeMatch(node, parts.HasFlag(Parts.Vulnerable), before, low, parts.HasFlag(Parts.LowIncluded), high, parts.HasFlag(Parts.HighIncluded));
            }
            return new CpeTree(nodes, matches);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("A configuration is damaged in the store.", e);
        }
    }

    /// <summary>Plain ASCII only, so that no character is cut in two.</summary>
    private static int Common(string before, string name)
    {
        var n = before.AsSpan().CommonPrefixLength(name);
        var other = name.AsSpan(0, n).IndexOfAnyExceptInRange('\0', '\x7F');
        return other < 0 ? n : other;
    }
}
