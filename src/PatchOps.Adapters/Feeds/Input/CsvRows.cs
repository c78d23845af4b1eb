using System.Text;

namespace PatchOps.Adapters.Feeds.Input;

/// <summary>One row of a CSV text and the line it starts on.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Fields">Values, unquoted.</param>
/// <param name="Error">Why the row cannot be used, or null.</param>
internal readonly record struct CsvRow(long Line, List<string> Fields, string? Error);

/// <summary>RFC 4180 rows with bounded length; a row that breaks the rules is named and the next line starts afresh.</summary>
internal static class CsvRows
{
    public static IEnumerable<CsvRow> Read(TextReader text, int rowLimit)
    {
        var field = new StringBuilder();
        long line = 1;
        var next = Take(text, out var broken);
        while (next >= 0)
        {
            var start = line;
            var fields = new List<string>();
            var length = 0;
            string? error = null;
            var quoted = false;
            var wasQuoted = false;
            field.Clear();
            while (true)
            {
                if (next < 0 || (!quoted && next is '\n' or '\r')) break;
                if (++length > rowLimit)
                {
                    error ??= $"the row is longer than {rowLimit} characters";
                    quoted = false;
                    field.Clear();
                }
                if (next == '\n') line++;
                if (quoted)
                {
                    if (next == '"')
                    {
                        next = Take(text, out broken);
                        if (next != '"')
                        {
                            quoted = false;
                            continue;
                        }
                    }
                    if (error is null) field.Append((char)next);
                }
                else if (next == '"' && field.Length == 0 && !wasQuoted)
                {
                    quoted = wasQuoted = true;
                }
                else if (next == ',')
                {
                    fields.Add(field.ToString());
                    field.Clear();
                    wasQuoted = false;
                }
                else
                {
                    if (wasQuoted) error ??= "text follows a closing quote";
                    if (error is null) field.Append((char)next);
                }
                next = Take(text, out broken);
            }
            if (quoted) error ??= "a quote is never closed";
            if (broken) error ??= "the compressed data is damaged or cut off";
            fields.Add(field.ToString());
            if (next == '\r') next = Take(text, out broken);
            if (next == '\n')
            {
                line++;
                next = Take(text, out broken);
            }
            if (fields.Count > 1 || fields[0].Length > 0 || error is not null) yield return new CsvRow(start, fields, error);
        }
        if (broken) yield return new CsvRow(line, [], "the compressed data is damaged or cut off");
    }

    private static int Take(TextReader text, out bool broken)
    {
        broken = false;
        try
        {
            return text.Read();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            broken = true;
            return -1;
        }
        catch (DecoderFallbackException)
        {
            broken = true;
            return -1;
        }
    }
}
