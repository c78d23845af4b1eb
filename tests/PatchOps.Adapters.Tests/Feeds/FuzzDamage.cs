using System.Text;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>One way of damaging a document, drawn by chance.</summary>
internal static class FuzzDamage
{
    private static readonly string[] Tokens =
    [
        "\"", "{", "}", "[", "]", ",", ":", "\\", "\n", "NaN", "null", "\0", "\u0001", "1e999", "-", "9999-12-31T23:59:59+14:00", "{\"cve\":{", "<!--",
        "\"id\":\"x\",", "[[[[[[[[", new string('[', 1000), "\\ud800", "true", "\"\"", "&", "<", ">", "<x>", "</", "]]>", ";", "\r\n",
    ];

    /// <summary>One change, and the part of the original that it touched.</summary>
    public static (byte[] Document, int From, int To) Of(byte[] document, Random random)
    {
        if (document.Length == 0) return (document, 0, 0);
        var at = random.Next(document.Length);
        var length = Math.Min(random.Next(1, random.Next(4) == 0 ? 60 : 4), document.Length - at);
        switch (random.Next(7))
        {
            case 0: // another byte
                var changed = document.ToArray();
                changed[at] = (byte)random.Next(256);
                return (changed, at, at + 1);
            case 1: // a bit
                var flipped = document.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return (flipped, at, at + 1);
            case 2: // a piece left out
                return ([.. document[..at], .. document[(at + length)..]], at, at + length);
            case 3: // a piece twice
                return ([.. document[..(at + length)], .. document[at..]], at, at + length);
            case 4: // cut off
                return (document[..at], at, document.Length);
            default: // something in between
                return ([.. document[..at], .. Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]), .. document[at..]], at, at);
        }
    }
}
