namespace PatchOps.Core.Scoring.Cvss;

/// <summary>
/// CVSS 3.0 and 3.1: specification documents, sections 7.1–7.4 (8.1 in 3.0). They differ in the rounding and in
/// the modified impact of a changed scope.
/// </summary>
internal static class Cvss3
{
    private const int S = 4, C = 5, E = 8, Cr = 11, Mav = 14, Ms = 18, Mc = 19, End = 22;

    /// <summary>Ceiling of the modified impact sub-score, and the unit of <see cref="CvssScores.Impact"/>.</summary>
    private const double GreatestImpact = 0.915;

    private static readonly double[] AttackVector = [0, 0.85, 0.62, 0.55, 0.2];

    private static readonly double[] AttackComplexity = [0, 0.77, 0.44];

    private static readonly double[] PrivilegesUnchanged = [0, 0.85, 0.62, 0.27];

    private static readonly double[] PrivilegesChanged = [0, 0.85, 0.68, 0.5];

    private static readonly double[] UserInteraction = [0, 0.85, 0.62];

    private static readonly double[] ImpactOf = [0, 0.56, 0.22, 0];

    private static readonly double[] ExploitMaturity = [1, 1, 1, 0.97, 0.94, 0.91];

    private static readonly double[] RemediationLevel = [1, 1, 1, 0.97, 0.96, 0.95];

    private static readonly double[] ReportConfidence = [1, 1, 1, 0.96, 0.92];

    private static readonly double[] Requirement = [1, 1, 1.5, 1, 0.5];

    public static CvssScores Score(in CvssVector v)
    {
        var v31 = v.Version == CvssVersion.V31;
        var changed = v[S] == 1;
        var iss = 1 - ((1 - ImpactOf[v[C]]) * (1 - ImpactOf[v[C + 1]]) * (1 - ImpactOf[v[C + 2]]));
        var impact = Impact(iss, changed, modified: false, v31);
        var baseScore = Combine(impact, Exploitability(v[0], v[1], v[2], v[3], changed), changed, v31);

        var factor = ExploitMaturity[v[E]] * RemediationLevel[v[E + 1]] * ReportConfidence[v[E + 2]];
        double? temporal = v.Defines(E, Cr) ? RoundUp(baseScore * factor, v31) : null;

        if (!v.Defines(Cr, End)) return new CvssScores(baseScore, temporal, null, Share(iss));

        var modifiedChanged = Effective(v, Ms, S) == 1;
        var miss = Math.Min(
            1 - ((1 - (ImpactOf[Effective(v, Mc, C)] * Requirement[v[Cr]])) *
                 (1 - (ImpactOf[Effective(v, Mc + 1, C + 1)] * Requirement[v[Cr + 1]])) *
                 (1 - (ImpactOf[Effective(v, Mc + 2, C + 2)] * Requirement[v[Cr + 2]]))),
            GreatestImpact);
        var modifiedImpact = Impact(miss, modifiedChanged, modified: true, v31);
        var exploitability = Exploitability(
            Effective(v, Mav, 0), Effective(v, Mav + 1, 1), Effective(v, Mav + 2, 2), Effective(v, Mav + 3, 3), modifiedChanged);
        var environmental = RoundUp(Combine(modifiedImpact, exploitability, modifiedChanged, v31) * factor, v31);
        return new CvssScores(baseScore, temporal, environmental, Share(miss));
    }

    /// <summary>The modified metric where it is defined, else the base metric. Its codes are one higher: the first is "not defined".</summary>
    private static int Effective(in CvssVector v, int modified, int original) => v[modified] > 1 ? v[modified] - 1 : v[original];

    private static double Exploitability(int av, int ac, int pr, int ui, bool changed) =>
        8.22 * AttackVector[av] * AttackComplexity[ac] * (changed ? PrivilegesChanged[pr] : PrivilegesUnchanged[pr]) * UserInteraction[ui];

    private static double Impact(double iss, bool changed, bool modified, bool v31)
    {
        if (!changed) return 6.42 * iss;
        return modified && v31
            ? (7.52 * (iss - 0.029)) - (3.25 * Power((iss * 0.9731) - 0.02, 13))
            : (7.52 * (iss - 0.029)) - (3.25 * Power(iss - 0.02, 15));
    }

    private static double Combine(double impact, double exploitability, bool changed, bool v31) =>
        impact <= 0 ? 0 : RoundUp(Math.Min((changed ? 1.08 : 1) * (impact + exploitability), 10), v31);

    /// <summary>
    /// Smallest tenth that is not below the value. 3.1 (appendix A) first drops what lies beyond five decimals. 3.0 takes the exact
    /// value; the small term undoes binary representation.
    /// </summary>
    private static double RoundUp(double value, bool v31)
    {
        if (!v31) return Math.Ceiling((value * 10) - 1e-9) / 10;
        var scaled = (long)Math.Round(value * 100_000, MidpointRounding.AwayFromZero);
        return scaled % 10_000 == 0 ? scaled / 10_000 / 10.0 : ((scaled / 10_000) + 1) / 10.0;
    }

    /// <summary>
    /// The sub-score before scope enters: with a changed scope the standard's polynomials fall again near their end, and a greater
    /// impact must never cost less.
    /// </summary>
    private static double Share(double iss) => Math.Clamp(iss / GreatestImpact, 0, 1);

    private static double Power(double value, int exponent)
    {
        var result = 1.0;
        for (; exponent > 0; exponent >>= 1, value *= value)
        {
            if ((exponent & 1) != 0) result *= value;
        }
        return result;
    }
}
