using NodaTime;
using NodaTime.TimeZones;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>Time zones by the names that inventories and calendars use.</summary>
/// <remarks>
/// IANA ids in any case and their aliases, fixed offsets such as <c>UTC+02</c>, Windows ids such as <c>W. Europe Standard Time</c>
/// (CLDR's primary zone), and IANA ids behind a vendor's prefix, such as <c>/example.org/Olson_1/Europe/Berlin</c>.
/// </remarks>
public static class ZoneNames
{
    private static readonly Dictionary<string, string> Ids =
        DateTimeZoneProviders.Tzdb.Ids.ToDictionary(id => id, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string> WindowsIds =
        TzdbDateTimeZoneSource.Default.WindowsToTzdbIds.ToDictionary(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FailureException"><c>TimeZoneUnknown</c>.</exception>
    public static DateTimeZone Resolve(string name) => Find(name) ?? throw new FailureException(
        "TimeZoneUnknown",
        FailureKind.InvalidInput,
        $"Time zone '{name}' is not known.",
        name,
        "Use an IANA id such as 'Europe/Berlin', or a Windows id such as 'W. Europe Standard Time'.");

    /// <summary>The zone, or null where no such name is known.</summary>
    public static DateTimeZone? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var trimmed = name.Trim();
        if (trimmed is "Z" or "z") return DateTimeZone.Utc;
        if (WindowsIds.TryGetValue(trimmed, out var mapped)) return DateTimeZoneProviders.Tzdb[mapped];
        if (trimmed.StartsWith('/')) return BehindPrefix(trimmed);
        return Known(trimmed);
    }

    private static DateTimeZone? BehindPrefix(string name)
    {
        for (var slash = name.IndexOf('/', 1); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            if (Known(name[(slash + 1)..]) is { } zone) return zone;
        }
        return Known(name[1..]);
    }

    private static DateTimeZone? Known(string name) =>
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(Ids.GetValueOrDefault(name, name.ToUpperInvariant()));
}
