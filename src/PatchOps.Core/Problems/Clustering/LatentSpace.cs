namespace PatchOps.Core.Problems.Clustering;

/// <summary>
/// Latent semantic analysis (Deerwester et al. 1990): the term space cut down to its strongest directions, so that tickets that say the same
/// in other words come close. The truncated singular value decomposition is the randomised one with power iterations (Halko, Martinsson and
/// Tropp 2011, algorithm 4.4) on fixed pseudo-random numbers: the same tickets give the same space. It is fitted on at most
/// <see cref="FitRows"/> rows, evenly spaced; the others are folded in.
/// </summary>
internal static class LatentSpace
{
    private const int FitRows = 20_000;

    private const int Oversampling = 10;

    private const int PowerIterations = 3;

    /// <param name="rows">Texts of length 1.</param>
    /// <param name="dimensions">Directions kept, at most.</param>
    /// <returns>One row each, scaled to length 1; a text without a known term is all zeros.</returns>
    public static DenseRows Project(SparseRows rows, int dimensions, CancellationToken cancellationToken = default)
    {
        var fitted = Fitted(rows);
        var rank = Math.Min(dimensions, Math.Min(fitted.Length, rows.Width));
        if (rank == 0) return new DenseRows(rows.Count, 1);
        var width = Math.Min(rank + Oversampling, Math.Min(fitted.Length, rows.Width));

        // An orthonormal basis of what A maps to; then the small matrix's own directions, as combinations of terms.
        var noise = new PseudoRandom(0x9E3779B97F4A7C15);
        var terms = new DenseRows(rows.Width, width);
        for (var i = 0; i < rows.Width; i++) foreach (ref var value in terms.Row(i)[..width]) value = (float)noise.NextGaussian();
        DenseRows range = null!;
        for (var i = 0; i <= PowerIterations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            range = Multiply(rows, fitted, terms);
            range.Orthonormalise();
            terms = MultiplyTransposed(rows, fitted, range);
            if (i < PowerIterations) terms.Orthonormalise();
        }
        // terms = Aᵀ Q = (V S Wᵀ): its right side is found from the small Gram matrix.
        var (vectors, strengths) = SymmetricEigen.Of(terms.Gram());
        var directions = terms.Times(vectors, strengths, rank);

        var all = new DenseRows(rows.Count, rank);
        for (var row = 0; row < rows.Count; row++)
        {
            if (row % 10_000 == 0) cancellationToken.ThrowIfCancellationRequested();
            Add(rows, row, directions, all.Row(row));
        }
        all.ScaleRows();
        return all;
    }

    private static int[] Fitted(SparseRows rows)
    {
        var filled = Enumerable.Range(0, rows.Count).Where(r => rows.Columns(r).Length > 0).ToArray();
        if (filled.Length <= FitRows) return filled;
        return [.. Enumerable.Range(0, FitRows).Select(i => filled[(long)i * filled.Length / FitRows])];
    }

    private static DenseRows Multiply(SparseRows rows, int[] chosen, DenseRows right)
    {
        var product = new DenseRows(chosen.Length, right.Width);
        for (var i = 0; i < chosen.Length; i++) Add(rows, chosen[i], right, product.Row(i));
        return product;
    }

    private static void Add(SparseRows rows, int row, DenseRows right, Span<float> sum)
    {
        var columns = rows.Columns(row);
        var values = rows.Values(row);
        for (var k = 0; k < columns.Length; k++) DenseRows.AddScaled(sum, right.Row(columns[k]), values[k]);
    }

    private static DenseRows MultiplyTransposed(SparseRows rows, int[] chosen, DenseRows right)
    {
        var product = new DenseRows(rows.Width, right.Width);
        for (var i = 0; i < chosen.Length; i++)
        {
            var columns = rows.Columns(chosen[i]);
            var values = rows.Values(chosen[i]);
            var from = right.Row(i);
            for (var k = 0; k < columns.Length; k++) DenseRows.AddScaled(product.Row(columns[k]), from, values[k]);
        }
        return product;
    }
}
