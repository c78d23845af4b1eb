using System.Diagnostics.CodeAnalysis;

namespace PatchOps.Core.Intake;

/// <summary>The form of CVE ids: <c>CVE-</c>, four digits of the year, a hyphen, four to nineteen digits.</summary>
/// <remarks>CVE JSON 5.x schema, <c>cveId</c>.</remarks>
public static class CveIds
{
    public static bool IsValid([NotNullWhen(true)] string? id)
    {
        if (id is null || id.Length is < 13 or > 28 || !id.StartsWith("CVE-", StringComparison.Ordinal) || id[8] != '-') return false;
        for (var i = 4; i < id.Length; i++)
        {
            if (i != 8 && !char.IsAsciiDigit(id[i])) return false;
        }
        return true;
    }

    /// <summary>As <see cref="IsValid(string)"/>, for UTF-8.</summary>
    public static bool IsValid(ReadOnlySpan<byte> id)
    {
        if (id.Length is < 13 or > 28 || !id.StartsWith("CVE-"u8) || id[8] != '-') return false;
        for (var i = 4; i < id.Length; i++)
        {
            if (i != 8 && id[i] is < (byte)'0' or > (byte)'9') return false;
        }
        return true;
    }

    /// <summary>Year × 10⁸ + sequence number, so that scores need no lookup; two spellings of one number are one id.</summary>
    /// <returns>Null where the text is no id, or its sequence number has more than eight digits that count.</returns>
    public static long? Number(ReadOnlySpan<byte> id)
    {
        if (!IsValid(id)) return null;
        long year = 0, sequence = 0;
        for (var i = 4; i < 8; i++) year = (year * 10) + (id[i] - '0');
        for (var i = 9; i < id.Length; i++)
        {
            sequence = (sequence * 10) + (id[i] - '0');
            if (sequence >= 100_000_000) return null;
        }
        return (year * 100_000_000) + sequence;
    }
}
