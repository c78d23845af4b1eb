using System.Text;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>Escaping of TEXT values: RFC 5545, section 3.3.11.</summary>
internal static class CalendarEscapes
{
    public static string Unescape(string value)
    {
        if (!value.Contains('\\')) return value;
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '\\' || i + 1 == value.Length)
            {
                text.Append(value[i]);
                continue;
            }
            i++;
            // What needs no escape stands for itself.
            text.Append(value[i] is 'n' or 'N' ? '\n' : value[i]);
        }
        return text.ToString();
    }

    /// <summary>Line ends become one; other control characters, which no calendar may hold, are left out.</summary>
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c is '\\' or ';' or ',') text.Append('\\').Append(c);
            else if (c == '\n') text.Append("\\n");
            else if (c == '\r')
            {
                if (i + 1 == value.Length || value[i + 1] != '\n') text.Append("\\n");
            }
            else if (c >= ' ' || c == '\t') text.Append(c);
        }
        return text.ToString();
    }

    /// <summary>Splits a list of texts at commas that are not escaped.</summary>
    public static IReadOnlyList<string> UnescapeList(string value)
    {
        var items = new List<string>();
        var start = 0;
        for (var i = 0; i <= value.Length; i++)
        {
            if (i < value.Length && value[i] == '\\') i++;
            else if (i == value.Length || value[i] == ',')
            {
                if (i > start) items.Add(Unescape(value[start..i]));
                start = i + 1;
            }
        }
        if (start < value.Length) items.Add(Unescape(value[start..]));
        return items;
    }
}
