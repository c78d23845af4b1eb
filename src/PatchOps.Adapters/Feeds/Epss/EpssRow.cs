using System.Buffers.Text;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Epss;

/// <summary>One line of an EPSS file.</summary>
internal static class EpssRow
{
    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    public static bool TryParse(
        ReadOnlySpan<byte> line, out ReadOnlySpan<byte> cve, out double probability, out double percentile, out string reason)
    {
        cve = default;
        probability = percentile = 0;
        var first = line.IndexOfAny((byte)',', (byte)';');
        if (first < 0)
        {
            reason = "not three values";
            return false;
        }
        cve = Unquoted(line[..first]);
        var rest = line[(first + 1)..];
        var second = rest.IndexOf(line[first]);
        if (second < 0)
        {
            reason = "not three values";
            return false;
        }
        if (!CveIds.IsValid(cve))
        {
            reason = "not a CVE id";
            return false;
        }
        if (!Share(Unquoted(rest[..second]), out probability))
        {
            reason = "the probability is not between 0 and 1";
            return false;
        }
        if (!Share(Unquoted(rest[(second + 1)..]), out percentile))
        {
            reason = "the percentile is not between 0 and 1";
            return false;
        }
        reason = "";
        return true;
    }

    private static ReadOnlySpan<byte> Unquoted(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t"u8);
        return value is [(byte)'"', .., (byte)'"'] && value.Length > 1 ? value[1..^1] : value;
    }

    /// <summary>Plain decimals exactly: digits over a power of ten rounds once.</summary>
    private static bool Share(ReadOnlySpan<byte> text, out double value)
    {
        long digits = 0;
        var decimals = -1;
        foreach (var b in text)
        {
            var digit = b - '0';
            if ((uint)digit <= 9)
            {
                digits = (digits * 10) + digit;
                if (decimals >= 0) decimals++;
            }
            else if (b == '.' && decimals < 0)
            {
                decimals = 0;
            }
            else
            {
                return Slow(text, out value);
            }
            if (digits > 1L << 50 || decimals > 15) return Slow(text, out value);
        }
        value = digits / Powers[Math.Max(0, decimals)];
        return text.Length > 0 && !(text is [(byte)'.']) && value <= 1;
    }

    private static bool Slow(ReadOnlySpan<byte> text, out double value) =>
        Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && value is >= 0 and <= 1;
}
