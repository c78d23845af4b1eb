using System.Globalization;
using NodaTime;
using NodaTime.TimeZones;
using PatchOps.Domain;

namespace PatchOps.Core.Intake.Records;

/// <summary>Reads our columns from rows in the source's own dialect.</summary>
internal sealed class FieldReader
{
    private readonly Dictionary<string, IReadOnlyList<string>> theirs;
    private readonly IReadOnlyList<string> missing;
    private readonly CultureInfo? culture;
    private readonly DateTimeZone zone;

    /// <exception cref="FailureException"><c>CultureUnknown</c>, <c>TimeZoneUnknown</c>.</exception>
    public FieldReader(RecordDialect dialect)
    {
        theirs = new Dictionary<string, IReadOnlyList<string>>(dialect.Names, StringComparer.OrdinalIgnoreCase);
        foreach (var ours in dialect.Map.GroupBy(m => m.Value, m => m.Key, StringComparer.OrdinalIgnoreCase)) theirs[ours.Key] = [.. ours];
        missing = dialect.Missing;
        Zone = string.IsNullOrWhiteSpace(dialect.TimeZone) ? null : dialect.TimeZone;
        if (!string.IsNullOrWhiteSpace(dialect.Culture))
        {
            try
            {
                culture = CultureInfo.GetCultureInfo(dialect.Culture, predefinedOnly: true);
            }
            catch (CultureNotFoundException)
            {
                throw new FailureException("CultureUnknown", FailureKind.InvalidInput, $"'{dialect.Culture}' is not a culture.", dialect.Culture, "Give -Culture a name such as de-DE or en-GB.");
            }
        }
        zone = string.IsNullOrWhiteSpace(dialect.TimeZone)
            ? DateTimeZone.Utc
            : DateTimeZoneProviders.Tzdb.GetZoneOrNull(dialect.TimeZone)
                ?? throw new FailureException("TimeZoneUnknown", FailureKind.InvalidInput, $"'{dialect.TimeZone}' is not an IANA time zone.", dialect.TimeZone, "Give -TimeZone a name such as Europe/Berlin.");
    }

    /// <summary>Zone that the user named for times without one; null where none was named.</summary>
    public string? Zone { get; }

    public string ColumnOf(string ours) => theirs.TryGetValue(ours, out var names) ? names[0] : ours;

    public bool Has(RecordRow row, string column) => theirs.TryGetValue(column, out var names) ? names.Any(row.Values.ContainsKey) : row.Values.ContainsKey(column);

    public string? Text(RecordRow row, string column)
    {
        if (!theirs.TryGetValue(column, out var names)) return Value(row, column);
        foreach (var name in names)
            if (Value(row, name) is { } value) return value;
        return null;
    }

    private string? Value(RecordRow row, string name) =>
        row.Values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) && !missing.Contains(value.Trim()) ? value : null;

    public string Required(RecordRow row, string column) =>
        Text(row, column)?.Trim() ?? throw Bad(row, column, "is empty", null);

    public IReadOnlyList<string> List(RecordRow row, string column) =>
        Text(row, column)?.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public int? Integer(RecordRow row, string column)
    {
        var text = Text(row, column)?.Trim();
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowThousands, culture ?? CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Bad(row, column, "is not a whole number", text);
    }

    public bool Flag(RecordRow row, string column) => Text(row, column)?.Trim().ToUpperInvariant() switch
    {
        null or "FALSE" or "NO" or "N" or "0" => false,
        "TRUE" or "YES" or "Y" or "1" => true,
        var other => throw Bad(row, column, "is neither true nor false", other),
    };

    public T? Choice<T>(RecordRow row, string column) where T : struct, Enum
    {
        var text = Text(row, column)?.Trim();
        if (text is null) return null;
        var plain = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        return Enum.TryParse<T>(plain, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(plain[0])
            ? value
            : throw Bad(row, column, $"must be one of {string.Join(", ", Enum.GetNames<T>())}", text);
    }

    public DateOnly? Date(RecordRow row, string column)
    {
        var text = Text(row, column)?.Trim();
        if (text is null) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        if (culture is not null && DateOnly.TryParse(text, culture, out date)) return date;
        throw Bad(row, column, "is not a date (yyyy-MM-dd)", text);
    }

    public DateTimeOffset? Time(RecordRow row, string column)
    {
        var text = Text(row, column)?.Trim();
        if (text is null) return null;
        var form = culture ?? CultureInfo.InvariantCulture;
        var iso = text.Length >= 10 && text[4] == '-';
        if (culture is null && !iso) throw Bad(row, column, "is not an ISO 8601 time; give -Culture for other forms", text);
        if (!DateTime.TryParse(text, iso ? CultureInfo.InvariantCulture : form, DateTimeStyles.RoundtripKind | DateTimeStyles.AllowWhiteSpaces, out var value))
            throw Bad(row, column, "is not a time", text);
        if (HasOffset(text) && DateTimeOffset.TryParse(text, iso ? CultureInfo.InvariantCulture : form, DateTimeStyles.AllowWhiteSpaces, out var offset)) return offset.ToUniversalTime();
        if (value.Kind == DateTimeKind.Utc) return new DateTimeOffset(value);
        // Local times in a gap move forward by the gap, in an overlap the first occurrence counts: clocks on walls do the same.
        return zone.ResolveLocal(LocalDateTime.FromDateTime(value), Resolvers.LenientResolver).ToInstant().ToDateTimeOffset();
    }

    public DateTimeOffset RequiredTime(RecordRow row, string column) => Time(row, column) ?? throw Bad(row, column, "is empty", null);

    public FailureException Bad(RecordRow row, string column, string reason, string? value) =>
        new("RecordInvalid", FailureKind.InvalidInput, $"{row.Place}: {Named(row, column)} {reason}{(value is null ? "" : $": '{Short(value)}'")}.", row.Place, "Correct the row and import the file again; the other rows were kept.");

    private string Named(RecordRow row, string column) =>
        theirs.TryGetValue(column, out var names) ? names.FirstOrDefault(n => Value(row, n) is not null) ?? names[0] : column;

    private static string Short(string value) => value.Length <= 60 ? value : value[..60] + "…";

    private static bool HasOffset(string text)
    {
        var time = text.IndexOf(':', StringComparison.Ordinal);
        if (time < 0) return false;
        var tail = text.AsSpan(time);
        return tail.EndsWith("Z", StringComparison.OrdinalIgnoreCase) || tail.IndexOfAny('+', '-') > 0;
    }
}
