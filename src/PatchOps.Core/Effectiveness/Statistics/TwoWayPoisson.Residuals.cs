namespace PatchOps.Core.Effectiveness.Statistics;

public sealed partial class TwoWayPoisson
{
    private void Describe()
    {
        Evaluate(Effect);
        _fitted = [.. _tau];
        var unit = new double[_periods + 1];
        unit[_periods] = 1;
        _rank = Solve(unit, _direction = new double[_periods + 1], _periods + 1);
        Variance = _direction[_periods] > 0 ? _direction[_periods] : double.PositiveInfinity;
        Scatter(_cells, Enumerable.Range(0, _periods).ToArray());
    }

    /// <summary>
    /// How the cells of single items scatter around the fit, where alike items were put together for it: the estimates are the same, the
    /// residuals are not. Items without incidents and periods that were not fitted are left out.
    /// </summary>
    /// <param name="cells">Those of one item after one another, with the periods' numbers of the layout.</param>
    internal void Scatter(IReadOnlyList<WedgeCell> cells)
    {
        var places = new int[_numbers.Length == 0 ? 0 : _numbers[^1] + 1];
        Array.Fill(places, -1);
        for (var k = 0; k < _numbers.Length; k++) places[_numbers[k]] = k;
        Scatter(cells, places);
    }

    private void Scatter(IReadOnlyList<WedgeCell> cells, int[] places)
    {
        var delta = Effect;
        double chi = 0, relative = 0, cluster = 0, counterfactual = 0;
        int used = 0, items = 0;
        var effect = Math.Exp(delta);
        var parts = new List<(double Chi, double Relative, double Influence)>(_items);
        for (int from = 0, until; from < cells.Count; from = until)
        {
            double total = 0, sum = 0;
            for (until = from; until < cells.Count && cells[until].Item == cells[from].Item; until++)
            {
                var cell = cells[until];
                if (cell.Period >= places.Length || places[cell.Period] is not (>= 0 and var place)) continue;
                total += cell.Count;
                sum += cell.Exposure * _power[place] * (cell.Treated ? effect : 1);
            }
            if (total <= 0) continue;
            items++;
            double influence = 0, own = 0, ratio = 0;
            var scale = total / sum;
            for (var c = from; c < until; c++)
            {
                var cell = cells[c];
                if (cell.Period >= places.Length || places[cell.Period] is not (>= 0 and var place) || !(cell.Exposure > 0)) continue;
                var mean = cell.Exposure * _power[place] * (cell.Treated ? effect : 1) * scale;
                var miss = cell.Count - mean;
                // Where δ is infinite its cells are fitted by nothing and carry no residual.
                if (mean > 1e-9)
                {
                    own += miss * miss / mean;
                    ratio += cell.Count / mean;
                    used++;
                }
                influence += miss * (_direction[place] + (cell.Treated ? _direction[_periods] : 0));
                if (cell.Treated) counterfactual += mean * Math.Exp(-delta);
            }
            parts.Add((own, ratio, influence * influence));
            chi += own;
            relative += ratio;
            cluster += influence * influence;
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
        TreatedCounterfactual = counterfactual;
    }
}
