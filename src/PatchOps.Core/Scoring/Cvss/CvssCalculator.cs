using PatchOps.Domain;

namespace PatchOps.Core.Scoring.Cvss;

/// <summary>Scores CVSS vectors of every version: text in, scores and severity out.</summary>
public static class CvssCalculator
{
    /// <summary>Failure code of a vector that cannot be scored.</summary>
    public const string InvalidCode = "CvssVectorInvalid";

    /// <exception cref="FailureException"><see cref="InvalidCode"/>: the message says which metric is wrong.</exception>
    public static CvssResult Score(string vector) => ToResult(vector, CvssVector.Parse(vector));

    /// <summary>As <see cref="Score(string)"/>, without an exception for text that is no vector.</summary>
    public static bool TryParse(string? vector, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CvssResult? result)
    {
        result = CvssVector.TryParse(vector, out var parsed) ? ToResult(vector!, parsed) : null;
        return result is not null;
    }

    /// <summary>Score of a vector on an asset: its own metrics, completed by the asset's context.</summary>
    public static CvssResult Score(string vector, CvssContext context)
    {
        var completed = CvssVector.Parse(vector).With(context);
        return ToResult(completed.ToString(), completed);
    }

    /// <summary>
    /// 3.x and 4.0: 0 None, to 3.9 Low, to 6.9 Medium, to 8.9 High, Critical above (specifications, "qualitative severity rating scale").
    /// 2.0: to 3.9 Low, to 6.9 Medium, High above (NVD's bands).
    /// </summary>
    public static CvssSeverity SeverityOf(double score, CvssVersion version) => score switch
    {
        0 when version != CvssVersion.V20 => CvssSeverity.None,
        < 4 => CvssSeverity.Low,
        < 7 => CvssSeverity.Medium,
        < 9 => CvssSeverity.High,
        _ => version == CvssVersion.V20 ? CvssSeverity.High : CvssSeverity.Critical,
    };

    private static CvssResult ToResult(string text, in CvssVector vector)
    {
        var scores = vector.Scores();
        return new CvssResult(
            text, CvssGrammar.NameOf(vector.Version), scores.Base, scores.Threat, scores.Environmental,
            SeverityOf(scores.Score, vector.Version));
    }
}
