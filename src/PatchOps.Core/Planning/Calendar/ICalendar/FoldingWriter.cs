
namespace PatchOps.Core.Planning.Calendar.ICalendar;

/// <summary>Writes content lines with CRLF, folded at 75 octets of UTF-8 between whole characters (RFC 5545, section 3.1).</summary>
internal sealed class FoldingWriter(TextWriter target)
{
    private const int MaximumOctets = 75;

    public void Text(string name, string value) => Line(name + ":" + CalendarEscapes.Escape(value));

    public void Line(string line)
    {
        var octets = 0;
        Span<char> characters = stackalloc char[2];
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > MaximumOctets)
            {
                target.Write("\r\n ");
                octets = 1;
            }
            octets += rune.Utf8SequenceLength;
            target.Write(characters[..rune.EncodeToUtf16(characters)]);
        }
        target.Write("\r\n");
    }
}
