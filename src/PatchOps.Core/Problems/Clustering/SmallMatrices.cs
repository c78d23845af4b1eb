namespace PatchOps.Core.Problems.Clustering;

/// <summary>Cholesky factor of a symmetric matrix of a hundred columns.</summary>
internal static class Cholesky
{
    /// <summary>Upper triangular R⁻¹ with RᵀR = gram; columns without a direction of their own become zero.</summary>
    public static double[,] InverseFactor(double[,] gram)
    {
        var n = gram.GetLength(0);
        var r = new double[n, n];
        var inverse = new double[n, n];
        var least = 0.0;
        for (var i = 0; i < n; i++) least = Math.Max(least, gram[i, i]);
        least *= 1e-10;
        for (var j = 0; j < n; j++)
        {
            var d = gram[j, j];
            for (var k = 0; k < j; k++) d -= r[k, j] * r[k, j];
            if (d <= least) continue;
            r[j, j] = Math.Sqrt(d);
            for (var i = j + 1; i < n; i++)
            {
                var s = gram[j, i];
                for (var k = 0; k < j; k++) s -= r[k, j] * r[k, i];
                r[j, i] = s / r[j, j];
            }
        }
        for (var j = 0; j < n; j++)
        {
            if (r[j, j] == 0) continue;
            inverse[j, j] = 1 / r[j, j];
            for (var i = j - 1; i >= 0; i--)
            {
                if (r[i, i] == 0) continue;
                var s = 0.0;
                for (var k = i + 1; k <= j; k++) s += r[i, k] * inverse[k, j];
                inverse[i, j] = -s / r[i, i];
            }
        }
        return inverse;
    }
}

/// <summary>Eigenvalues of a symmetric matrix, largest first, by cyclic Jacobi rotations (Golub and Van Loan, 8.5).</summary>
internal static class SymmetricEigen
{
    public static (double[,] Vectors, double[] Values) Of(double[,] matrix)
    {
        var n = matrix.GetLength(0);
        var a = (double[,])matrix.Clone();
        var v = new double[n, n];
        for (var i = 0; i < n; i++) v[i, i] = 1;
        for (var sweep = 0; sweep < 30; sweep++)
        {
            double off = 0, diagonal = 0;
            for (var i = 0; i < n; i++)
            {
                diagonal += a[i, i] * a[i, i];
                for (var j = i + 1; j < n; j++) off += a[i, j] * a[i, j];
            }
            if (off <= 1e-22 * diagonal) break;
            for (var p = 0; p < n; p++) for (var q = p + 1; q < n; q++) Rotate(a, v, p, q);
        }
        var order = Enumerable.Range(0, n).OrderByDescending(i => a[i, i]).ThenBy(i => i).ToArray();
        var vectors = new double[n, n];
        for (var j = 0; j < n; j++) for (var i = 0; i < n; i++) vectors[i, j] = v[i, order[j]];
        return (vectors, Array.ConvertAll(order, i => Math.Max(0, a[i, i])));
    }

    private static void Rotate(double[,] a, double[,] v, int p, int q)
    {
        if (a[p, q] == 0) return;
        var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
        var t = Math.Sign(theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
        if (theta == 0) t = 1;
        var c = 1 / Math.Sqrt((t * t) + 1);
        var s = t * c;
        var n = a.GetLength(0);
        for (var k = 0; k < n; k++) (a[k, p], a[k, q]) = ((c * a[k, p]) - (s * a[k, q]), (s * a[k, p]) + (c * a[k, q]));
        for (var k = 0; k < n; k++) (a[p, k], a[q, k]) = ((c * a[p, k]) - (s * a[q, k]), (s * a[p, k]) + (c * a[q, k]));
        for (var k = 0; k < n; k++) (v[k, p], v[k, q]) = ((c * v[k, p]) - (s * v[k, q]), (s * v[k, p]) + (c * v[k, q]));
    }
}

/// <summary>Fixed pseudo-random numbers (splitmix64, Steele et al. 2014): the same everywhere and on every run.</summary>
internal sealed class PseudoRandom(ulong seed)
{
    private ulong state = seed;

    public double NextUnit()
    {
        state += 0x9E3779B97F4A7C15;
        return (Mix(state) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Standard normal, by Box and Muller.</summary>
    public double NextGaussian() => Math.Sqrt(-2 * Math.Log(1 - NextUnit())) * Math.Cos(2 * Math.PI * NextUnit());

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
