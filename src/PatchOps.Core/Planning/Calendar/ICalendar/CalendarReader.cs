using NodaTime;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>Reads the events of iCalendar text (RFC 5545) as it streams; a fault costs one event or line, never the rest.</summary>
/// <remarks>
/// Other components (to-dos, alarms, free/busy …) are passed over. A TZID is resolved as <see cref="ZoneNames"/> says, or by the
/// X-LIC-LOCATION of its VTIMEZONE; a zone that only the calendar itself defines is refused by name (<c>TimeZoneUnknown</c>), not guessed.
/// </remarks>
public sealed class CalendarReader
{
    private const int MaximumDepth = 64;

    // An event has a few dozen properties; thousands are EXDATE or RDATE lines of a long series.
    private const int MaximumProperties = 100_000;

    private readonly ContentLineReader _lines;
    private readonly DateTimeZone _defaultZone;
    private readonly Stack<string> _open = new();
    private readonly Dictionary<string, DateTimeZone> _locations = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(List<ContentLine> Properties, int Line)> _waiting = [];
    private DateTimeZone? _calendarZone;
    private string? _zoneId;
    private string? _zoneLocation;
    private List<ContentLine>? _event;
    private int _eventLine;
    private int _eventDepth;

    private CalendarReader(TextReader source, DateTimeZone defaultZone)
    {
        _lines = new(source);
        _defaultZone = defaultZone;
    }

    /// <param name="source">The text; read as entries are pulled, not closed.</param>
    /// <param name="defaultZone">For times without a zone, where X-WR-TIMEZONE names none either.</param>
    public static IEnumerable<CalendarEntry> Read(TextReader source, DateTimeZone defaultZone)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(defaultZone);
        return new CalendarReader(source, defaultZone).Entries();
    }

    private IEnumerable<CalendarEntry> Entries()
    {
        var last = 0;
        while (true)
        {
            if (!TryNext(out var line, out var number, out var fault)) break;
            last = Math.Max(last, number);
            if (fault is not null)
            {
                yield return CalendarEntry.Of(fault);
                if (line is null && number == 0) yield break;
                continue;
            }
            foreach (var entry in Take(line!)) yield return entry;
        }
        foreach (var entry in Waiting()) yield return entry;
        if (_open.Count > 0)
        {
            yield return CalendarEntry.Of(CalendarFailure.At(last, $"is the last, but {_open.Peek()} has not ended", "CalendarTruncated").Failure);
        }
    }

    /// <summary>The next content line or a fault; number 0 with a fault means that reading cannot go on.</summary>
    private bool TryNext(out ContentLine? line, out int number, out Failure? fault)
    {
        line = null;
        fault = null;
        number = 0;
        try
        {
            if (_lines.Next() is not { } next) return false;
            number = next.Line;
            line = ContentLine.Parse(next.Text, next.Line);
        }
        catch (FailureException e)
        {
            fault = e.Failure;
        }
        return true;
    }

    private IEnumerable<CalendarEntry> Take(ContentLine line) => line.Name switch
    {
        "BEGIN" => Begin(line),
        "END" => End(line),
        _ => Property(line),
    };

    private IEnumerable<CalendarEntry> Begin(ContentLine line)
    {
        var name = line.Value.Trim().ToUpperInvariant();
        if (_open.Count == MaximumDepth)
        {
            yield return CalendarEntry.Of(CalendarFailure.At(line.Line, $"opens {name} inside of {MaximumDepth} other components").Failure);
            yield break;
        }
        _open.Push(name);
        if (name == "VEVENT" && _event is null)
        {
            _event = [];
            _eventLine = line.Line;
            _eventDepth = _open.Count;
        }
        else if (name == "VTIMEZONE")
        {
            _zoneId = null;
            _zoneLocation = null;
        }
    }

    private IEnumerable<CalendarEntry> End(ContentLine line)
    {
        var name = line.Value.Trim().ToUpperInvariant();
        if (!_open.Contains(name))
        {
            yield return CalendarEntry.Of(CalendarFailure.At(line.Line, $"ends {name}, which is not open").Failure);
            yield break;
        }
        while (_open.Peek() != name)
        {
            // Something inside was never ended; an event among it is incomplete and not used.
            var inner = _open.Pop();
            if (_event is not null && _open.Count < _eventDepth) _event = null;
            yield return CalendarEntry.Of(CalendarFailure.At(line.Line, $"ends {name} while {inner} is open").Failure);
        }
        _open.Pop();
        switch (name)
        {
            case "VEVENT" when _event is not null && _open.Count < _eventDepth:
                var (properties, start) = (_event, _eventLine);
                _event = null;
                if (NeedsZone(properties)) _waiting.Add((properties, start));
                else yield return Build(properties, start);
                break;
            case "VTIMEZONE":
                if (_zoneId is not null && _zoneLocation is not null && ZoneNames.Find(_zoneLocation) is { } zone) _locations.TryAdd(_zoneId, zone);
                break;
            case "VCALENDAR":
                foreach (var entry in Waiting()) yield return entry;
                _calendarZone = null;
                _locations.Clear();
                break;
        }
    }

    private IEnumerable<CalendarEntry> Property(ContentLine line)
    {
        if (_event is not null)
        {
            // Properties of components inside of the event (alarms) are not the event's.
            if (_open.Count != _eventDepth) yield break;
            if (_event.Count == MaximumProperties)
            {
                _event.Add(line);
                yield return CalendarEntry.Of(CalendarFailure.At(line.Line, $"is in an event of more than {MaximumProperties} properties; the others are left out").Failure);
            }
            else if (_event.Count < MaximumProperties)
            {
                _event.Add(line);
            }
            yield break;
        }
        var component = _open.Count > 0 ? _open.Peek() : "";
        switch (component, line.Name)
        {
            case ("VTIMEZONE", "TZID"): _zoneId = CalendarEscapes.Unescape(line.Value).Trim(); break;
            case ("VTIMEZONE", "X-LIC-LOCATION"): _zoneLocation = line.Value.Trim(); break;
            case ("VCALENDAR", "X-WR-TIMEZONE") when ZoneNames.Find(line.Value) is { } zone: _calendarZone = zone; break;
            case ("VCALENDAR", "X-WR-TIMEZONE"):
                yield return CalendarEntry.Of(CalendarFailure.At(line.Line,
                    $"names time zone '{line.Value}', which is not known; times without a zone follow the caller's", "TimeZoneUnknown").Failure);
                break;
        }
    }

    /// <summary>A zone may be described after the event that uses it; such events wait for the calendar's end.</summary>
    private bool NeedsZone(List<ContentLine> properties) =>
        properties.Exists(p => p.Parameter("TZID") is { Length: > 0 } id && FindZone(id) is null);

    private IEnumerable<CalendarEntry> Waiting()
    {
        foreach (var (properties, line) in _waiting) yield return Build(properties, line);
        _waiting.Clear();
    }

    private CalendarEntry Build(List<ContentLine> properties, int line)
    {
        try
        {
            return CalendarEntry.Of(new CalendarEventBuilder(properties, line, _calendarZone ?? _defaultZone, FindZone).Build());
        }
        catch (FailureException e)
        {
            return CalendarEntry.Of(e.Failure);
        }
    }

    private DateTimeZone? FindZone(string id)
    {
        var name = CalendarEscapes.Unescape(id).Trim();
        return ZoneNames.Find(name) ?? _locations.GetValueOrDefault(name);
    }
}
