using System.Globalization;
using System.Text.Json;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Store;

/// <summary>How values stand in columns.</summary>
internal static class Encoding
{
    public static JsonSerializerOptions Json => RecordJson.Options;

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    /// <summary>As <see cref="Write"/>, in UTF-8.</summary>
    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Json);

    public static T Read<T>(string doc) => JsonSerializer.Deserialize<T>(doc, Json) ?? throw new InvalidDataException("An empty document stands in the store.");

    public static long Millis(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static DateTimeOffset Time(long millis) => DateTimeOffset.FromUnixTimeMilliseconds(millis);

    /// <summary>UTC ticks.</summary>
    public static long Ticks(long millis) => DateTime.UnixEpoch.Ticks + (millis * TimeSpan.TicksPerMillisecond);

    public static int Day(DateOnly date) => date.DayNumber - Epoch;

    public static DateOnly Date(long day) => DateOnly.FromDayNumber(Epoch + (int)day);

    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    /// <summary>CVE-YYYY-N as YYYY × 10⁸ + N, so that scores need no lookup; null where the text is no CVE id.</summary>
    public static long? CveNumber(ReadOnlySpan<char> cve)
    {
        if (cve.Length < 13 || !cve.StartsWith("CVE-", StringComparison.OrdinalIgnoreCase) || cve[8] != '-') return null;
        return int.TryParse(cve.Slice(4, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            && int.TryParse(cve[9..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 100_000_000
            ? (year * 100_000_000L) + number
            : null;
    }
}
