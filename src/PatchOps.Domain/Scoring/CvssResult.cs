namespace PatchOps.Domain;

/// <summary>Qualitative rating of a CVSS score. CVSS 2.0 knows no None and no Critical: NVD's bands are used for it.</summary>
public enum CvssSeverity { None, Low, Medium, High, Critical }

/// <summary>One vector and the scores that its own metrics define.</summary>
public sealed record CvssResult
{
    /// <param name="vector">The vector as it was given.</param>
    /// <param name="version">2.0, 3.0, 3.1 or 4.0.</param>
    /// <param name="baseScore">0.0–10.0.</param>
    /// <param name="threatScore">0.0–10.0; null where the vector defines no such metric.</param>
    /// <param name="environmentalScore">0.0–10.0; null where the vector defines no such metric.</param>
    /// <param name="severity">Rating of the most specific score.</param>
    /// <exception cref="ArgumentOutOfRangeException">A score lies outside 0–10.</exception>
    public CvssResult(
        string vector, string version, double baseScore, double? threatScore, double? environmentalScore, CvssSeverity severity)
    {
        Vector = Require.Text(vector);
        Version = Require.Text(version);
        BaseScore = InRange(baseScore, nameof(baseScore));
        ThreatScore = threatScore is { } threat ? InRange(threat, nameof(threatScore)) : null;
        EnvironmentalScore = environmentalScore is { } environmental ? InRange(environmental, nameof(environmentalScore)) : null;
        Severity = severity;
    }

    public string Vector { get; }

    public string Version { get; }

    public double BaseScore { get; }

    /// <summary>2.0 and 3.x: the temporal score. 4.0: the score with Exploit Maturity (CVSS-BT).</summary>
    public double? ThreatScore { get; }

    /// <summary>4.0: the score with all that the vector says (CVSS-BE or CVSS-BTE).</summary>
    public double? EnvironmentalScore { get; }

    /// <summary>The most specific score that the vector defines.</summary>
    public double Score => EnvironmentalScore ?? ThreatScore ?? BaseScore;

    public CvssSeverity Severity { get; }

    public override string ToString() => FormattableString.Invariant($"{Score:0.0} {Severity} ({Vector})");

    private static double InRange(double value, string name) =>
        value is >= 0 and <= 10 ? value : throw new ArgumentOutOfRangeException(name, value, "A CVSS score lies between 0 and 10.");
}
