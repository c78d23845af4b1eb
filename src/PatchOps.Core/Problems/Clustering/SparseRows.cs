namespace PatchOps.Core.Problems.Clustering;

/// <summary>Rows of a sparse matrix, one after the other.</summary>
internal sealed class SparseRows
{
    private readonly List<int> starts = [0];
    private readonly List<int> columns = [];
    private readonly List<float> values = [];

    /// <summary>Columns that occur are below this.</summary>
    public int Width { get; set; }

    public int Count => starts.Count - 1;

    public long Stored => columns.Count;

    public void Add(int column, float value)
    {
        columns.Add(column);
        values.Add(value);
    }

    /// <summary>Ends a row, scaled to length 1 where it is not empty.</summary>
    public void EndRow()
    {
        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values)[starts[^1]..];
        var square = 0.0;
        foreach (var value in span) square += (double)value * value;
        if (square > 0)
        {
            var scale = (float)(1 / Math.Sqrt(square));
            foreach (ref var value in span) value *= scale;
        }
        starts.Add(columns.Count);
    }

    public ReadOnlySpan<int> Columns(int row) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(columns)[starts[row]..starts[row + 1]];

    public ReadOnlySpan<float> Values(int row) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(values)[starts[row]..starts[row + 1]];
}
