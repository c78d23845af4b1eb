using System.Numerics;
using System.Runtime.InteropServices;

namespace PatchOps.Core.Problems.Clustering;

/// <summary>Rows of a dense matrix. They are padded to whole processor vectors, so that no loop has a rest.</summary>
internal sealed class DenseRows
{
    private static readonly int Lanes = 16;

    private readonly float[] data;
    private readonly int stride;

    public DenseRows(int count, int width)
    {
        Count = count;
        Width = width;
        stride = (width + Lanes - 1) / Lanes * Lanes;
        data = new float[(long)count * stride];
    }

    public int Count { get; }

    public int Width { get; }

    /// <summary>A row with its padding, which is zero.</summary>
    public Span<float> Row(int row) => data.AsSpan(row * stride, stride);

    public static float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var a = MemoryMarshal.Cast<float, Vector<float>>(left);
        var b = MemoryMarshal.Cast<float, Vector<float>>(right);
        var sum = Vector<float>.Zero;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return Vector.Sum(sum);
    }

    public static void AddScaled(Span<float> sum, ReadOnlySpan<float> row, float scale)
    {
        var to = MemoryMarshal.Cast<float, Vector<float>>(sum);
        var from = MemoryMarshal.Cast<float, Vector<float>>(row);
        var factor = new Vector<float>(scale);
        for (var i = 0; i < to.Length; i++) to[i] += from[i] * factor;
    }

    /// <summary>Rows to length 1; those of length 0 stay.</summary>
    public void ScaleRows()
    {
        for (var i = 0; i < Count; i++) Scale(Row(i), 1);
    }

    /// <returns>Length before.</returns>
    public static float Scale(Span<float> row, float length)
    {
        var before = MathF.Sqrt(Dot(row, row));
        if (before > 1e-12f)
        {
            var factor = length / before;
            foreach (ref var value in row) value *= factor;
        }
        else
        {
            row.Clear();
        }
        return before;
    }

    /// <summary>Makes the columns orthonormal by the Cholesky factor of their Gram matrix, twice: enough for well-separated float columns.</summary>
    public void Orthonormalise()
    {
        for (var pass = 0; pass < 2; pass++)
        {
            var gram = Gram();
            var inverse = Cholesky.InverseFactor(gram);
            Transform(inverse);
        }
    }

    /// <summary>Columns against columns, in double precision.</summary>
    public double[,] Gram()
    {
        var gram = new double[Width, Width];
        const int block = 256;
        var sums = new float[Width * stride];
        for (var from = 0; from < Count; from += block)
        {
            // Short float sums, long double ones.
            Array.Clear(sums);
            for (var r = from; r < Math.Min(Count, from + block); r++)
            {
                var row = Row(r);
                for (var i = 0; i < Width; i++)
                    if (row[i] != 0) AddScaled(sums.AsSpan(i * stride, stride), row, row[i]);
            }
            for (var i = 0; i < Width; i++) for (var j = 0; j < Width; j++) gram[i, j] += sums[(i * stride) + j];
        }
        return gram;
    }

    /// <summary>This × vectors, the first <paramref name="rank"/> columns, each divided by the root of its strength.</summary>
    public DenseRows Times(double[,] vectors, double[] strengths, int rank)
    {
        var product = new DenseRows(Count, rank);
        var right = new DenseRows(Width, rank);
        for (var i = 0; i < Width; i++)
        {
            var row = right.Row(i);
            for (var j = 0; j < rank; j++) row[j] = strengths[j] > 1e-12 * strengths[0] ? (float)(vectors[i, j] / Math.Sqrt(strengths[j])) : 0;
        }
        for (var r = 0; r < Count; r++)
        {
            var row = Row(r);
            var to = product.Row(r);
            for (var i = 0; i < Width; i++) if (row[i] != 0) AddScaled(to, right.Row(i), row[i]);
        }
        return product;
    }

    private void Transform(double[,] upper)
    {
        var right = new DenseRows(Width, Width);
        for (var i = 0; i < Width; i++)
        {
            var row = right.Row(i);
            for (var j = 0; j < Width; j++) row[j] = (float)upper[i, j];
        }
        var own = new float[stride];
        for (var r = 0; r < Count; r++)
        {
            var row = Row(r);
            Array.Clear(own);
            for (var i = 0; i < Width; i++) if (row[i] != 0) AddScaled(own, right.Row(i), row[i]);
            own.CopyTo(row);
        }
    }
}
