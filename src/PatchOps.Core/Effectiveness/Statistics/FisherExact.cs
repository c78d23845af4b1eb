namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Fisher's exact test of a 2×2 table.</summary>
public static class FisherExact
{
    /// <summary>P-values of the table ((a, b), (c, d)) given its margins.</summary>
    /// <returns>Less: as small an a or smaller. Greater: as large or larger. TwoSided: every table no more probable than this one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static (double Less, double Greater, double TwoSided) Test(long a, long b, long c, long d)
    {
        if (a < 0 || b < 0 || c < 0 || d < 0) throw new ArgumentOutOfRangeException(nameof(a), "Counts are zero or more.");
        long first = a + b, second = c + d, drawn = a + c;
        var low = Math.Max(0, drawn - second);
        var high = Math.Min(drawn, first);
        if (low == high) return (1, 1, 1);
        // The ratio of neighbours is exact; everything is relative to the observed table, so nothing cancels or overflows early.
        double observed = 1, less = 1, greater = 1, total = 1, extreme = 1;
        const double slack = 1 + 1e-7;
        var weight = observed;
        for (var x = a; x > low; x--)
        {
            weight *= (double)x * (second - drawn + x) / ((double)(first - x + 1) * (drawn - x + 1));
            total += weight;
            less += weight;
            if (weight <= slack) extreme += weight;
            if (weight < 1e-30) break;
        }
        weight = observed;
        for (var x = a; x < high; x++)
        {
            weight *= (double)(first - x) * (drawn - x) / ((double)(x + 1) * (second - drawn + x + 1));
            total += weight;
            greater += weight;
            if (weight <= slack) extreme += weight;
            if (weight < 1e-30) break;
        }
        // A table more than 1e308 times less probable than the likeliest one.
        if (double.IsInfinity(total)) return (double.IsInfinity(less) ? 1 : 0, double.IsInfinity(greater) ? 1 : 0, 0);
        return (Math.Min(1, less / total), Math.Min(1, greater / total), Math.Min(1, extreme / total));
    }
}
