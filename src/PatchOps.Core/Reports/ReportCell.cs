using System.Globalization;
using System.Text;

namespace PatchOps.Core.Reports;

/// <summary>One value of a report: the number or text itself, and the one way in which every format writes it.</summary>
/// <param name="Value">Text, number rounded as it is shown, UTC instant, or null where there is nothing.</param>
/// <param name="Text">For people; invariant culture, unit included.</param>
/// <param name="Unit">Unit of a number; null for text.</param>
public sealed record ReportCell(object? Value, string Text, string? Unit = null)
{
    /// <summary>A command or its output: its lines are kept where the format has lines.</summary>
    public bool Verbatim { get; private init; }

    /// <summary>What stands where the data carry no number.</summary>
    public const string NoData = "not enough data";

    public static ReportCell None { get; } = new(null, "–");

    public bool IsNumber => Value is double or long;

    public static ReportCell Of(string? text) => string.IsNullOrEmpty(text) ? None : new ReportCell(Clean(text), Clean(text));

    /// <summary>A command or its output, line by line.</summary>
    public static ReportCell Lines(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return None;
        var clean = string.Join('\n', text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(Clean));
        return new ReportCell(clean, clean) { Verbatim = true };
    }

    /// <summary>A day and second in UTC.</summary>
    public static ReportCell Second(DateTimeOffset? at) =>
        at is { } value ? new ReportCell(value.ToUniversalTime(), value.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)) : None;

    public static ReportCell Of(long number) => new(number, number.ToString("N0", CultureInfo.InvariantCulture));

    /// <param name="decimals">Places kept in every format.</param>
    /// <param name="unit">Such as <c>%</c> or <c>days</c>; null for a bare number.</param>
    public static ReportCell Of(double? number, int decimals, string? unit = null)
    {
        if (number is not { } value || !double.IsFinite(value)) return new ReportCell(null, NoData, unit);
        var rounded = Math.Round(value, decimals, MidpointRounding.AwayFromZero);
        if (rounded == 0) rounded = 0; // no negative zero
        var text = rounded.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return new ReportCell(rounded, unit is null ? text : $"{text} {unit}", unit);
    }

    /// <summary>Money: whole units from a hundred on, cents below.</summary>
    public static ReportCell Money(double? amount, string currency) => Of(amount, amount is { } a && Math.Abs(a) >= 100 ? 0 : 2, currency);

    /// <summary>A share of one as a percentage.</summary>
    public static ReportCell Percent(double? share, int decimals = 1) => Of(share * 100, decimals, "%");

    /// <summary>A day and minute in UTC.</summary>
    public static ReportCell Of(DateTimeOffset? at) =>
        at is { } value ? new ReportCell(value.ToUniversalTime(), value.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)) : None;

    /// <summary>A day in UTC.</summary>
    public static ReportCell Day(DateTimeOffset? at) =>
        at is { } value ? new ReportCell(value.ToUniversalTime(), value.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) : None;

    /// <summary>Without control characters, lone surrogates and what else a document cannot carry.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // EnumerateRunes already turns lone surrogates into U+FFFD.
            if (Rune.IsWhiteSpace(rune) && rune.Value < 0x20) clean.Append(' ');
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control || rune.Value is 0xFFFE or 0xFFFF || IsBidirectional(rune.Value)) clean.Append('\uFFFD');
            else clean.Append(rune);
        }
        return clean.ToString();
    }

    public override string ToString() => Text;

    // Embedding, override and isolate marks reorder what stands around a name.
    private static bool IsBidirectional(int value) => value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
