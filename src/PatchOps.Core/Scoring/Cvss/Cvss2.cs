namespace PatchOps.Core.Scoring.Cvss;

/// <summary>CVSS 2.0: "A Complete Guide to the Common Vulnerability Scoring System Version 2.0", section 3.2. Every step is rounded.</summary>
internal static class Cvss2
{
    private const int E = 6, Cdp = 9, Td = 10, Cr = 11, End = 14;

    // By code: [0] absent, then the grammar's order.
    private static readonly double[] AccessVector = [0, 1.0, 0.646, 0.395];

    private static readonly double[] AccessComplexity = [0, 0.71, 0.61, 0.35];

    private static readonly double[] Authentication = [0, 0.704, 0.56, 0.45];

    private static readonly double[] ImpactOf = [0, 0.660, 0.275, 0];

    private static readonly double[] Exploitability = [1, 1, 1, 0.95, 0.9, 0.85];

    private static readonly double[] RemediationLevel = [1, 1, 1, 0.95, 0.90, 0.87];

    private static readonly double[] ReportConfidence = [1, 1, 1, 0.95, 0.90];

    private static readonly double[] CollateralDamage = [0, 0, 0.5, 0.4, 0.3, 0.1, 0];

    private static readonly double[] TargetDistribution = [1, 1, 1, 0.75, 0.25, 0];

    private static readonly double[] Requirement = [1, 1, 1.51, 1, 0.5];

    public static CvssScores Score(in CvssVector v)
    {
        double c = ImpactOf[v[3]], i = ImpactOf[v[4]], a = ImpactOf[v[5]];
        var impact = 10.41 * (1 - ((1 - c) * (1 - i) * (1 - a)));
        var exploitability = 20 * AccessVector[v[0]] * AccessComplexity[v[1]] * Authentication[v[2]];
        var baseScore = Base(impact, exploitability);
        var temporalFactor = Exploitability[v[E]] * RemediationLevel[v[E + 1]] * ReportConfidence[v[E + 2]];
        double? temporal = v.Defines(E, Cdp) ? Round(baseScore * temporalFactor) : null;

        var adjusted = Math.Min(
            10, 10.41 * (1 - ((1 - (c * Requirement[v[Cr]])) * (1 - (i * Requirement[v[Cr + 1]])) * (1 - (a * Requirement[v[Cr + 2]])))));
        double? environmental = null;
        if (v.Defines(Cdp, End))
        {
            var adjustedTemporal = Round(Base(adjusted, exploitability) * temporalFactor);
            environmental = Round(
                (adjustedTemporal + ((10 - adjustedTemporal) * CollateralDamage[v[Cdp]])) * TargetDistribution[v[Td]]);
        }
        return new CvssScores(baseScore, temporal, environmental, Math.Clamp(adjusted / 10, 0, 1));
    }

    private static double Base(double impact, double exploitability) =>
        impact <= 0 ? 0 : Math.Clamp(Round(((0.6 * impact) + (0.4 * exploitability) - 1.5) * 1.176), 0, 10);

    /// <summary>Half up on the decimal value; the small term undoes binary representation, as no exact value lies that close to a half.</summary>
    private static double Round(double value) => Math.Floor((value * 10) + 0.5 + 1e-9) / 10;
}
