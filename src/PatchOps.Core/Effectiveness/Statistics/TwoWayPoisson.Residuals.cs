using System.Runtime.CompilerServices;

namespace PatchOps.Core.Effectiveness.Statistics;

public sealed partial class TwoWayPoisson
{
    /// <summary>A mean below it has no residual.</summary>
    private const double Visible = 1e-9;

    private void Describe()
    {
        Evaluate(Effect);
        _fitted = [.. _tau];
        var unit = new double[_periods + 1];
        unit[_periods] = 1;
        _rank = Solve(unit, _direction = new double[_periods + 1], _periods + 1);
        Variance = _direction[_periods] > 0 ? _direction[_periods] : double.PositiveInfinity;
    }

    /// <summary>Of its own cells.</summary>
    private void Scatter()
    {
        var groups = new List<WedgeGroup>(_items);
        for (var item = 0; item < _items; item++)
        {
            var cells = _cells[_starts[item].._starts[item + 1]];
            var group = new WedgeGroup(Array.ConvertAll(cells, c => c with { Period = _numbers[c.Period], Count = 0 }), cells.Length);
            for (var c = 0; c < cells.Length; c++)
                if (cells[c].Count > 0) group.Add(c, cells[c].Count);
            group.End();
            groups.Add(group);
        }
        Scatter(groups);
    }

    /// <summary>
    /// How the cells of single items scatter around the fit, where alike items were put together for it: the estimates are the same, the
    /// residuals are not. Items without incidents and periods that were not fitted are left out.
    /// </summary>
    /// <param name="groups">All items, with the periods' numbers of the layout.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Scatter(IReadOnlyList<WedgeGroup> groups)
    {
        var places = new int[_numbers.Length == 0 ? 0 : _numbers[^1] + 1];
        Array.Fill(places, -1);
        for (var k = 0; k < _numbers.Length; k++) places[_numbers[k]] = k;
        var longest = groups.Count == 0 ? 0 : groups.Max(g => g.Cells.Length);
        double[] shares = new double[longest], moves = new double[longest];
        double chi = 0, relative = 0, cluster = 0, treated = 0;
        int used = 0, items = 0;
        var parts = new List<(double Chi, double Relative, double Influence)>(groups.Sum(g => g.Items));
        foreach (var group in groups)
        {
            var cells = Fitted(group, places, shares, moves);
            double treatedShare = 0, move = 0, least = double.PositiveInfinity;
            for (var c = 0; c < group.Cells.Length; c++)
            {
                if (!(shares[c] > 0)) continue;
                least = Math.Min(least, shares[c]);
                move += shares[c] * moves[c];
                if (group.Cells[c].Treated) treatedShare += shares[c];
            }
            for (var item = 0; item < group.Items; item++)
            {
                double total = 0;
                foreach (var (cell, count) in group.Counts(item))
                    if (shares[cell] > 0) total += count;
                if (total <= 0) continue;
                items++;
                // What an item without events in its cells would have; where there are some the difference is added.
                var (seen, whole) = total * least > Visible ? (cells, 1.0) : Seen(shares.AsSpan(0, group.Cells.Length), total);
                double influence = -total * move, own = total * whole, ratio = 0;
                foreach (var (cell, count) in group.Counts(item))
                {
                    var mean = total * shares[cell];
                    if (!(mean > 0)) continue;
                    influence += count * moves[cell];
                    if (!(mean > Visible)) continue;
                    own += (count - mean) * (count - mean) / mean - mean;
                    ratio += count / mean;
                }
                used += seen;
                treated += total * treatedShare;
                parts.Add((own, ratio, influence * influence));
                chi += own;
                relative += ratio;
                cluster += influence * influence;
            }
        }
        Items = items;
        PearsonChiSquare = chi;
        ResidualDegrees = Math.Max(0, used - items - _rank);
        CellDispersion = ResidualDegrees > 0 && relative > 0 ? chi / ResidualDegrees * used / relative : 1;
        double scatter = 0, uneven = 0;
        foreach (var (own, ratio, influence) in parts)
        {
            var excess = own / chi - ratio / relative;
            scatter += excess * excess;
            var share = influence / cluster - 1.0 / items;
            uneven += share * share;
        }
        CellDegrees = Math.Min(ResidualDegrees, scatter > 0 ? 2 / scatter * (items - 1) / items : ResidualDegrees);
        ClusterDegrees = Math.Min(items - 1, uneven > 0 ? 2 / uneven : items - 1);
        ClusterVariance = items > 1 ? cluster * items / (items - 1) : double.PositiveInfinity;
        TreatedCounterfactual = treated * Math.Exp(-Effect);
    }

    /// <summary>Where an item's events are expected, and by how much one in each cell moves δ; zero where a period was not fitted.</summary>
    /// <returns>Cells that were fitted.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Fitted(WedgeGroup group, int[] places, double[] shares, double[] moves)
    {
        var effect = Math.Exp(Effect);
        double sum = 0;
        var fitted = 0;
        for (var c = 0; c < group.Cells.Length; c++)
        {
            ref readonly var cell = ref group.Cells[c];
            shares[c] = moves[c] = 0;
            if (cell.Period >= places.Length || places[cell.Period] is not (>= 0 and var place) || !(cell.Exposure > 0)) continue;
            fitted++;
            sum += shares[c] = cell.Exposure * _power[place] * (cell.Treated ? effect : 1);
            moves[c] = _direction[place] + (cell.Treated ? _direction[_periods] : 0);
        }
        for (var c = 0; c < group.Cells.Length; c++) shares[c] /= sum;
        return fitted;
    }

    /// <summary>Cells whose mean counts. Where δ is infinite those of one side are fitted by nothing and carry no residual.</summary>
    private static (int Cells, double Share) Seen(ReadOnlySpan<double> shares, double total)
    {
        var cells = 0;
        double whole = 0;
        foreach (var share in shares)
        {
            if (!(total * share > Visible)) continue;
            cells++;
            whole += share;
        }
        return (cells, whole);
    }
}
