using System.Text;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>Unfolds physical lines: one that begins with a blank or tab goes on with the line before it. Memory is bounded by the longest line.</summary>
internal sealed class ContentLineReader(TextReader source)
{
    /// <summary>Characters of one unfolded line; attachments inside of calendars stay far below.</summary>
    public const int MaximumLength = 16 * 1024 * 1024;

    private readonly StringBuilder _line = new();
    private int _physical;
    private bool _first = true;

    /// <summary>The next unfolded line that is not blank and the number of its first physical line; null at the end.</summary>
    /// <exception cref="FailureException"><c>CalendarInvalid</c>: the line is too long; reading cannot go on.</exception>
    public (string Text, int Line)? Next()
    {
        while (true)
        {
            _line.Clear();
            var number = _physical + 1;
            if (!ReadPhysical(number)) return null;
            while (source.Peek() is ' ' or '\t')
            {
                source.Read();
                ReadPhysical(number);
            }
            if (_first)
            {
                _first = false;
                if (_line.Length > 0 && _line[0] == '\uFEFF') _line.Remove(0, 1);
            }
            var text = _line.ToString();
            if (!string.IsNullOrWhiteSpace(text)) return (text, number);
        }
    }

    /// <summary>Appends one physical line without its end; false at the end of the source.</summary>
    private bool ReadPhysical(int number)
    {
        var read = source.Read();
        if (read < 0) return false;
        _physical++;
        for (; read >= 0; read = source.Read())
        {
            if (read == '\n') return true;
            if (read == '\r')
            {
                if (source.Peek() == '\n') source.Read();
                return true;
            }
            if (_line.Length == MaximumLength) throw CalendarFailure.At(number, $"is longer than {MaximumLength} characters");
            _line.Append((char)read);
        }
        return true;
    }
}
