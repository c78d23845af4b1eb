using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>One unfolded line of a calendar: <c>NAME;PARAMETER=value:value</c> (RFC 5545, section 3.1).</summary>
/// <param name="Name">Upper case.</param>
/// <param name="Parameters">By name, in any case; of a repeated one the first counts. Values without their quotes.</param>
/// <param name="Value">As written: text is still escaped.</param>
/// <param name="Line">Number of its first physical line, from 1.</param>
internal sealed record ContentLine(string Name, IReadOnlyDictionary<string, string> Parameters, string Value, int Line)
{
    private static readonly Dictionary<string, string> None = [];

    public string? Parameter(string name) => Parameters.GetValueOrDefault(name);

    /// <exception cref="FailureException"><c>CalendarInvalid</c> with the line.</exception>
    public static ContentLine Parse(string text, int line)
    {
        var at = 0;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '-' or '_' or '.')) at++;
        if (at == 0) throw Invalid("does not begin with a property's name");
        var name = text[..at].ToUpperInvariant();
        Dictionary<string, string>? parameters = null;
        while (at < text.Length && text[at] == ';')
        {
            var equals = text.AsSpan(at + 1).IndexOfAny('=', ':', ';');
            if (equals < 0) throw Invalid($"has no value: '{name}'");
            var end = at + 1 + equals;
            var parameter = text[(at + 1)..end].Trim();
            var value = "";
            if (text[end] == '=')
            {
                var from = end + 1;
                end = ValueEnd(from);
                value = text[from..end].Trim().Trim('"');
            }
            parameters ??= new(StringComparer.OrdinalIgnoreCase);
            parameters.TryAdd(parameter, value);
            at = end;
        }
        if (at >= text.Length || text[at] != ':') throw Invalid($"has no colon after '{name}'");
        return new(name, parameters ?? None, text[(at + 1)..], line);

        int ValueEnd(int from)
        {
            var quoted = false;
            for (var i = from; i < text.Length; i++)
            {
                if (text[i] == '"') quoted = !quoted;
                else if (!quoted && text[i] is ';' or ':') return i;
            }
            if (quoted) throw Invalid($"has a quote that does not end after '{name}'");
            return text.Length;
        }

        FailureException Invalid(string what) => CalendarFailure.At(line, what);
    }
}

/// <summary>Errors of calendars, all with their line.</summary>
internal static class CalendarFailure
{
    public const string Code = "CalendarInvalid";

    public static FailureException At(int line, string what, string code = Code, Exception? inner = null) => new(
        new Failure(code, FailureKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"Calendar line {line} {what}."),
            string.Create(CultureInfo.InvariantCulture, $"line {line}"), "Correct the calendar, or export it again from its source."), inner);
}
