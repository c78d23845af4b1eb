namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>Many tests at once.</summary>
public static class FalseDiscovery
{
    /// <summary>Adjusted p-values (Benjamini and Hochberg, 1995): those at or below q are discoveries with a false share of at most q.</summary>
    /// <param name="values">P-values, 0–1, in any order.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not a probability.</exception>
    public static double[] BenjaminiHochberg(IReadOnlyList<double> values)
    {
        foreach (var value in values)
            if (!(value >= 0 && value <= 1)) throw new ArgumentOutOfRangeException(nameof(values), value, "A p-value lies between 0 and 1.");
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        var adjusted = new double[values.Count];
        var smallest = 1.0;
        for (var rank = values.Count; rank >= 1; rank--)
        {
            var i = order[rank - 1];
            smallest = Math.Min(smallest, values.Count / (double)rank * values[i]);
            adjusted[i] = smallest;
        }
        return adjusted;
    }
}
