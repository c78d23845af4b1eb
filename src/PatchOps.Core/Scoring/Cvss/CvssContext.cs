using System.Text;
using PatchOps.Domain;

namespace PatchOps.Core.Scoring.Cvss;

/// <summary>
/// What an asset adds to any vector: security requirements (CR, IR, AR), and the best that an attacker can have there (MAV, MAC, MPR).
/// Written as a piece of a vector: <c>CR:H/AR:H/MAV:L</c>.
/// </summary>
/// <remarks>
/// A requirement is set where the vector does not define it. A modified metric only ever makes an attack harder: MAV:L leaves a vector
/// with AV:P as it is. CVSS 2.0 has no modified metrics; there only the requirements apply.
/// </remarks>
public readonly record struct CvssContext
{
    private static readonly string[] Names = ["CR", "IR", "AR", "MAV", "MAC", "MPR"];

    // Four bits a metric in the order of Names, with the codes of the 3.x grammar; 0 means that the context says nothing.
    private readonly uint codes;

    private CvssContext(uint codes) => this.codes = codes;

    public bool IsEmpty => codes == 0;

    /// <exception cref="FailureException"><c>CvssContextInvalid</c>: an unknown metric or value.</exception>
    public static CvssContext Parse(string text)
    {
        uint codes = 0;
        foreach (var part in text.Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var place = colon < 0 ? -1 : Array.IndexOf(Names, part[..colon]);
            if (place < 0) throw Invalid(text, $"'{part}' is not one of {string.Join(", ", Names)} with a value");
            var metric = CvssGrammar.Of(CvssVersion.V31)[CvssGrammar.IndexOf(CvssVersion.V31, Names[place])];
            var code = metric.CodeOf(part.AsSpan(colon + 1));
            if (code == 0) throw Invalid(text, $"{metric.Name} allows {string.Join(", ", metric.Values)}, not '{part[(colon + 1)..]}'");
            codes = (codes & ~(15u << (place * 4))) | ((uint)code << (place * 4));
        }
        return new CvssContext(codes);
    }

    /// <summary>This context, with what <paramref name="other"/> says in place of what this one says.</summary>
    public CvssContext OverriddenBy(CvssContext other)
    {
        var result = codes;
        for (var place = 0; place < Names.Length; place++)
        {
            var mask = 15u << (place * 4);
            if ((other.codes & mask) != 0) result = (result & ~mask) | (other.codes & mask);
        }
        return new CvssContext(result);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        for (var place = 0; place < Names.Length; place++)
        {
            var code = Code(place);
            if (code == 0) continue;
            if (text.Length > 0) text.Append('/');
            var metric = CvssGrammar.Of(CvssVersion.V31)[CvssGrammar.IndexOf(CvssVersion.V31, Names[place])];
            text.Append(metric.Name).Append(':').Append(metric.Values[code - 1]);
        }
        return text.ToString();
    }

    internal CvssVector ApplyTo(CvssVector vector)
    {
        if (IsEmpty) return vector;
        // Places of CR, MAV, MAC, MPR and of the base metrics AV, AC, PR in each version's grammar.
        var (cr, mav, mac, mpr, pr) = vector.Version switch
        {
            CvssVersion.V20 => (11, -1, -1, -1, -1),
            CvssVersion.V40 => (12, 15, 16, 18, 3),
            _ => (11, 14, 15, 16, 2),
        };
        for (var i = 0; i < 3; i++)
        {
            var code = Code(i);
            if (code > 1 && vector[cr + i] <= 1) vector = vector.Set(cr + i, code);
        }
        if (mav < 0) return vector;
        vector = Harden(vector, mav, 0, Code(3));
        vector = Harden(vector, mac, 1, Code(4));
        return Harden(vector, mpr, pr, Code(5));
    }

    /// <summary>A modified metric's code is one above that of the base metric's same value; a higher code is harder for the attacker.</summary>
    private static CvssVector Harden(CvssVector vector, int modified, int original, int code) =>
        code > 1 && vector[modified] <= 1 && code - 1 > vector[original] ? vector.Set(modified, code) : vector;

    private int Code(int place) => (int)((codes >> (place * 4)) & 15);

    private static FailureException Invalid(string text, string why) => new(
        "CvssContextInvalid", FailureKind.InvalidInput, $"The CVSS context '{text}' cannot be used: {why}.", text,
        "Correct the table in the policy; Test-PatchPolicy names its line.");
}
