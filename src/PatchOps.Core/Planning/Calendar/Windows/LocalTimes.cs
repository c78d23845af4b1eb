using NodaTime;
using NodaTime.TimeZones;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>From local times to instants: a time in a gap moves forward by the gap's length, of an ambiguous one the first counts.</summary>
internal static class LocalTimes
{
    private static readonly ZoneLocalMappingResolver Resolver =
        Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    public static Instant ToInstant(LocalDateTime local, DateTimeZone zone) => zone.ResolveLocal(local, Resolver).ToInstant();

    /// <summary>When a day begins; a day that a zone left out (Samoa, 2011-12-30) begins when the next one does.</summary>
    public static Instant StartOfDay(LocalDate day, DateTimeZone zone)
    {
        var mapping = zone.MapLocal(day.AtMidnight());
        return mapping.Count == 0 ? mapping.LateInterval.Start : mapping.First().ToInstant();
    }
}
