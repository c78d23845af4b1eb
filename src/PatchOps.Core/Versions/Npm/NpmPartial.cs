using System.Globalization;
using PatchOps.Core.Versions.Orders;

namespace PatchOps.Core.Versions.Npm;

/// <summary>A version whose numbers may be missing or x: <c>1</c>, <c>1.2.x</c>, <c>1.2.3-beta</c>. Null stands for x.</summary>
internal sealed record NpmPartial(long? Major, long? Minor, long? Patch, string Label)
{
    public bool IsFull => Major is not null && Minor is not null && Patch is not null;

    /// <summary>No number follows an x.</summary>
    public bool HasRightOrder => (Major is not null || Minor is null) && (Minor is not null || Patch is null);

    public static NpmPartial? Read(ReadOnlySpan<char> text, bool loose)
    {
        text = text.Trim();
        text = text[NpmText.PrefixLength(text)..];
        var numbers = new long?[3];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
            {
                if (text.IsEmpty) return new NpmPartial(numbers[0], numbers[1], numbers[2], "");
                if (text[0] != '.') return null;
                text = text[1..];
            }
            if (!TryTakeNumber(ref text, loose, out numbers[i])) return null;
        }
        if (text.IsEmpty) return new NpmPartial(numbers[0], numbers[1], numbers[2], "");
        if (!loose && text[0] != '-') return null;
        var label = NpmText.LooseLabel(text, loose);
        return label.IsEmpty ? null : new NpmPartial(numbers[0], numbers[1], numbers[2], NpmVersion.Normalise(label));
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> text, bool loose, out long? number)
    {
        number = null;
        if (!text.IsEmpty && text[0] is 'x' or 'X' or '*')
        {
            text = text[1..];
            return true;
        }
        var digits = Digits.Take(ref text);
        if (digits.IsEmpty || (!loose && digits.Length > 1 && digits[0] == '0')) return false;
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > NpmVersion.MostNumber) return false;
        number = value;
        return true;
    }
}
