using System.Text;
using PatchOps.Domain;

namespace PatchOps.Core.Scoring.Cvss;

/// <summary>
/// A parsed vector: version and metric values in 17 bytes, without allocation. Parse a CVE's vector once, then score it for many assets
/// with <see cref="With"/> and <see cref="Scores"/>.
/// </summary>
public readonly record struct CvssVector
{
    private readonly ulong low;
    private readonly ulong high;

    internal CvssVector(CvssVersion version, ulong low, ulong high)
    {
        Version = version;
        this.low = low;
        this.high = high;
    }

    public CvssVersion Version { get; }

    /// <summary>False for the default value, which stands for "no vector".</summary>
    public bool IsKnown => Version != 0;

    /// <summary>Code of a metric: 0 not in the vector, else 1 + place of its value in the grammar.</summary>
    internal int this[int metric] => (int)((metric < 16 ? low >> (metric * 4) : high >> ((metric - 16) * 4)) & 15);

    /// <summary>Parses a vector of any version; 2.0 with or without parentheses and prefix.</summary>
    /// <exception cref="FailureException"><c>CvssVectorInvalid</c>: says which metric is wrong.</exception>
    public static CvssVector Parse(string vector) =>
        CvssParser.TryParse(vector, out var parsed, out var error)
            ? parsed
            : throw new FailureException(
                CvssCalculator.InvalidCode, FailureKind.InvalidInput, error, vector,
                "Compare the vector with its source; Get-CvssScore takes versions 2.0, 3.0, 3.1 and 4.0.");

    public static bool TryParse(string? vector, out CvssVector parsed) => CvssParser.TryParse(vector, out parsed, out _);

    /// <inheritdoc cref="CvssScores"/>
    public CvssScores Scores() => Version switch
    {
        CvssVersion.V20 => Cvss2.Score(this),
        CvssVersion.V30 or CvssVersion.V31 => Cvss3.Score(this),
        CvssVersion.V40 => Cvss4.Score(this),
        _ => throw new InvalidOperationException("An unknown vector has no score."),
    };

    /// <summary>Sets what the context says about the asset where the vector itself leaves it undefined.</summary>
    public CvssVector With(in CvssContext context) => IsKnown ? context.ApplyTo(this) : this;

    /// <summary>The vector in canonical order with the metrics that were given; 2.0 without prefix.</summary>
    public override string ToString()
    {
        if (!IsKnown) return "";
        var text = new StringBuilder(CvssGrammar.PrefixOf(Version), 96);
        var metrics = CvssGrammar.Of(Version);
        var first = true;
        for (var i = 0; i < metrics.Length; i++)
        {
            var code = this[i];
            if (code == 0) continue;
            if (!first) text.Append('/');
            first = false;
            text.Append(metrics[i].Name).Append(':').Append(metrics[i].Values[code - 1]);
        }
        return text.ToString();
    }

    internal CvssVector Set(int metric, int code)
    {
        var shift = (metric & 15) * 4;
        var mask = ~(15UL << shift);
        var bits = (ulong)code << shift;
        return metric < 16 ? new(Version, (low & mask) | bits, high) : new(Version, low, (high & mask) | bits);
    }

    /// <summary>True where any metric from <paramref name="from"/> to before <paramref name="to"/> is neither absent nor "not defined".</summary>
    internal bool Defines(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            if (this[i] > 1) return true;
        }
        return false;
    }
}

/// <summary>The scores of a vector, each 0.0–10.0; null where the vector defines no metric of that group.</summary>
/// <param name="Base">Severity of the vulnerability itself.</param>
/// <param name="Threat">2.0 and 3.x: temporal score.</param>
/// <param name="Environmental">With threat metrics where these are defined.</param>
/// <param name="Impact">
/// Share of the asset that an exploit costs, 0–1: the standard's own (modified) impact sub-score over its greatest value. CVSS 4.0 has
/// none; there it is 3.x's form over the vulnerable system's impacts, see <c>docs/risk-model.md</c>.
/// </param>
public readonly record struct CvssScores(double Base, double? Threat, double? Environmental, double Impact)
{
    /// <summary>The most specific of the three.</summary>
    public double Score => Environmental ?? Threat ?? Base;
}
