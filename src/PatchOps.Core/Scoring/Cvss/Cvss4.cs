namespace PatchOps.Core.Scoring.Cvss;

/// <summary>
/// CVSS 4.0: specification, section 8.2. A vector's macrovector gives a score; the vector lies some steps below the macrovector's highest
/// vector, and its score lies as far on the way to the next lower macrovectors, taken as the mean over the equivalence classes.
/// </summary>
internal static class Cvss4
{
    private const int E = 11, Cr = 12, Modified = 15, ModifiedEnd = 26;

    /// <summary>Weight of impacts on other systems in <see cref="CvssScores.Impact"/>: what these are worth is not known here.</summary>
    private const double SubsequentWeight = 0.25;

    // Highest vectors of each class, as levels (0 the worst value). Specification, tables 24–29.
    private static ReadOnlySpan<byte> Eq1Highest1 => [1, 0, 0, 0, 1, 0, 0, 0, 1];

    private static ReadOnlySpan<byte> Eq1Highest2 => [3, 0, 0, 1, 1, 1];

    private static ReadOnlySpan<byte> Eq2Highest1 => [1, 0, 0, 1];

    private static ReadOnlySpan<byte> Eq36Highest01 => [0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1];

    private static ReadOnlySpan<byte> Eq36Highest10 => [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> Eq36Highest11 =>
        [1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1];

    private static ReadOnlySpan<byte> Eq36Highest21 => [1, 1, 1, 0, 0, 0];

    private static ReadOnlySpan<byte> Zeros => [0, 0, 0, 0, 0, 0];

    private static ReadOnlySpan<byte> Eq4Highest => [1, 0, 0, 1, 1, 1, 2, 2, 2];

    // Steps between the highest and the lowest vector of a class, one more than their distance: specification, table 30.
    private static ReadOnlySpan<byte> Eq1Depth => [1, 4, 5];

    private static ReadOnlySpan<byte> Eq2Depth => [1, 2];

    private static ReadOnlySpan<byte> Eq36Depth => [7, 6, 8, 8, 0, 10];

    private static ReadOnlySpan<byte> Eq4Depth => [6, 5, 4];

    private static readonly double[] ImpactOf = [0.56, 0.22, 0];

    private static readonly double[] Requirement = [1, 1, 1.5, 1, 0.5];

    public static CvssScores Score(in CvssVector v)
    {
        var threat = v[E] > 1;
        var environmental = v.Defines(Cr, ModifiedEnd);
        return new CvssScores(
            Score(v, withThreat: false, withEnvironment: false),
            threat ? Score(v, withThreat: true, withEnvironment: false) : null,
            environmental ? Score(v, withThreat: true, withEnvironment: true) : null,
            Impact(v));
    }

    private static double Score(in CvssVector v, bool withThreat, bool withEnvironment)
    {
        Span<byte> level = stackalloc byte[11];
        for (var i = 0; i < 11; i++) level[i] = Level(v, i, withEnvironment);
        Span<byte> impact = stackalloc byte[6];
        for (var i = 0; i < 3; i++)
        {
            impact[i] = level[5 + i];
            impact[3 + i] = (byte)(withEnvironment && v[Cr + i] > 1 ? v[Cr + i] - 2 : 0);
        }
        byte av = level[0], ac = level[1], at = level[2], pr = level[3], ui = level[4], sc = level[8], si = level[9], sa = level[10];
        if (impact[0] == 2 && impact[1] == 2 && impact[2] == 2 && sc == 3 && si == 3 && sa == 3) return 0;

        var eq1 = av == 0 && pr == 0 && ui == 0 ? 0 : av != 3 && (av == 0 || pr == 0 || ui == 0) ? 1 : 2;
        var eq2 = ac == 0 && at == 0 ? 0 : 1;
        var eq3 = impact[0] == 0 && impact[1] == 0 ? 0 : impact[0] == 0 || impact[1] == 0 || impact[2] == 0 ? 1 : 2;
        var eq4 = si == 0 || sa == 0 ? 0 : sc == 1 || si == 1 || sa == 1 ? 1 : 2;
        var eq5 = withThreat && v[E] > 1 ? v[E] - 2 : 0;
        var eq6 = (impact[0] | impact[3]) == 0 || (impact[1] | impact[4]) == 0 || (impact[2] | impact[5]) == 0 ? 0 : 1;

        var here = Cvss4MacroVectors.Of(eq1, eq2, eq3, eq4, eq5, eq6);
        double sum = 0;
        var count = 0;
        void Add(byte next, int distance, int depth)
        {
            if (next == Cvss4MacroVectors.No) return;
            count++;
            sum += (here - next) * (double)distance / depth;
        }
        Span<byte> reach = [av, pr, ui];
        Span<byte> complexity = [ac, at];
        Span<byte> later = [sc, si, sa];
        Add(
            Cvss4MacroVectors.Of(eq1 + 1, eq2, eq3, eq4, eq5, eq6),
            Distance(reach, eq1 switch { 0 => Zeros[..3], 1 => Eq1Highest1, _ => Eq1Highest2 }), Eq1Depth[eq1]);
        Add(
            Cvss4MacroVectors.Of(eq1, eq2 + 1, eq3, eq4, eq5, eq6),
            Distance(complexity, eq2 == 0 ? Zeros[..2] : Eq2Highest1), Eq2Depth[eq2]);
        Add(NextOf36(eq1, eq2, eq3, eq4, eq5, eq6), Distance(impact, Highest36(eq3, eq6)), Eq36Depth[(eq3 * 2) + eq6]);
        Add(
            Cvss4MacroVectors.Of(eq1, eq2, eq3, eq4 + 1, eq5, eq6),
            Distance(later, Eq4Highest.Slice(eq4 * 3, 3)), Eq4Depth[eq4]);
        Add(Cvss4MacroVectors.Of(eq1, eq2, eq3, eq4, eq5 + 1, eq6), 0, 1);

        var tenths = here - (count == 0 ? 0 : sum / count);
        return Math.Clamp(Math.Floor(tenths + 0.5 + 1e-5), 0, 100) / 10;
    }

    /// <summary>Level of a base metric, 0 the worst. Impacts on other systems count from 1, because Safety (modified only) is worse than High.</summary>
    private static byte Level(in CvssVector v, int metric, bool withEnvironment)
    {
        var code = withEnvironment && v[metric + Modified] > 1 ? v[metric + Modified] - 1 : v[metric];
        if (metric < 8) return (byte)(code - 1);
        return (byte)(code == 4 ? 0 : code);
    }

    /// <summary>Steps below the first highest vector that is nowhere below the given one.</summary>
    private static int Distance(ReadOnlySpan<byte> levels, ReadOnlySpan<byte> highest)
    {
        for (; !highest.IsEmpty; highest = highest[levels.Length..])
        {
            var total = 0;
            var above = true;
            for (var i = 0; i < levels.Length && above; i++)
            {
                var steps = levels[i] - highest[i];
                above = steps >= 0;
                total += steps;
            }
            if (above) return total;
        }
        return 0;
    }

    private static ReadOnlySpan<byte> Highest36(int eq3, int eq6) => (eq3, eq6) switch
    {
        (0, 0) => Zeros,
        (0, 1) => Eq36Highest01,
        (1, 0) => Eq36Highest10,
        (1, 1) => Eq36Highest11,
        _ => Eq36Highest21,
    };

    /// <summary>EQ3 and EQ6 depend on each other: from 00 both ways lead down and the higher one counts, 01 and 10 lead to 11, 11 to 21.</summary>
    private static byte NextOf36(int eq1, int eq2, int eq3, int eq4, int eq5, int eq6) => (eq3, eq6) switch
    {
        (0, 0) => Math.Max(
            Cvss4MacroVectors.Of(eq1, eq2, 0, eq4, eq5, 1), Cvss4MacroVectors.Of(eq1, eq2, 1, eq4, eq5, 0)),
        (1, 0) => Cvss4MacroVectors.Of(eq1, eq2, 1, eq4, eq5, 1),
        _ => Cvss4MacroVectors.Of(eq1, eq2, eq3 + 1, eq4, eq5, eq6),
    };

    private static double Impact(in CvssVector v)
    {
        double vulnerable = 1, subsequent = 1;
        for (var i = 0; i < 3; i++)
        {
            vulnerable *= 1 - (ImpactOf[Level(v, 5 + i, withEnvironment: true)] * Requirement[v[Cr + i]]);
            subsequent *= 1 - ImpactOf[Math.Max(0, Level(v, 8 + i, withEnvironment: true) - 1)];
        }
        var own = Math.Min((1 - vulnerable) / 0.915, 1);
        return 1 - ((1 - own) * (1 - (SubsequentWeight * (1 - subsequent))));
    }
}
