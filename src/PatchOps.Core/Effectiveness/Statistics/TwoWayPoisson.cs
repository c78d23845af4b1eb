using System.Runtime.CompilerServices;

namespace PatchOps.Core.Effectiveness.Statistics;

/// <summary>One cell of a two-way layout: an item in a period, treated or not.</summary>
/// <param name="Item">0-based.</param>
/// <param name="Period">0-based; periods of different strata have different numbers.</param>
/// <param name="Exposure">Days, above zero.</param>
/// <param name="Count">Incidents.</param>
/// <param name="Treated">Whether the patch was on.</param>
public readonly record struct WedgeCell(int Item, int Period, double Exposure, double Count, bool Treated);

/// <summary>
/// Poisson regression with item effects, period effects and one treatment effect δ, the stepped-wedge model (Hussey and Hughes, 2007):
/// ln μ = ln exposure + αᵢ + τⱼ + δ·treated. The item effects are profiled out exactly (the likelihood is then multinomial per item), the
/// rest is Newton's method; the estimate is that of the full model.
/// </summary>
/// <remarks>The inner loops are compiled for speed at once: by the time that the run-time would find them worth it, a list of problems is half done.</remarks>
public sealed partial class TwoWayPoisson
{
    private const double Bound = 30;

    /// <summary>Natural logarithm of a ratio that no counts have: beyond it an estimate is on its way to infinity.</summary>
    internal const double Boundless = 18.4;

    /// <summary>Newton decrement from which on a step that was a thousand times shorter than the last is trusted.</summary>
    private const double Near = 1e-7;

    private readonly WedgeCell[] _cells;
    private readonly int _items;
    private readonly int _periods;
    private readonly int[] _numbers;
    private readonly int[] _starts;
    private readonly double[] _itemTotals;
    private readonly double[] _periodTotals;
    private readonly double[] _tau;
    private readonly double[] _mean;
    private readonly double[] _treatedMean;
    private readonly double[] _gradient;
    private readonly double[] _hessian;
    private readonly double[] _lower;
    private readonly double[] _step;
    private readonly double[] _old;
    private readonly double[] _power;
    private double _solvedAt = double.NaN;
    private double[] _direction = [];
    private double[] _fitted = [];
    private int _rank;
    private readonly IReadOnlyList<(int One, int Other, double Precision)> _penalty;

    /// <param name="cells">The layout; cells without exposure are left out.</param>
    public TwoWayPoisson(IEnumerable<WedgeCell> cells)
        : this(cells, null)
    {
    }

    /// <param name="cells">The layout.</param>
    /// <param name="drift">Null for free period effects, the full model; otherwise what is presumed of how they move.</param>
    internal TwoWayPoisson(IEnumerable<WedgeCell> cells, PeriodDrift? drift)
    {
        (_cells, _items, _numbers) = WedgeLayout.Of(cells as WedgeCell[] ?? [.. cells], drift is not null);
        _periods = _numbers.Length;
        Items = _items;
        _penalty = drift?.Penalty(_numbers) ?? [];
        _periodTotals = new double[_periods];
        _starts = new int[_items + 1];
        _itemTotals = new double[_items];
        foreach (var cell in _cells)
        {
            _starts[cell.Item + 1]++;
            _itemTotals[cell.Item] += cell.Count;
            _periodTotals[cell.Period] += cell.Count;
            if (cell.Treated) TreatedCount += cell.Count;
            else UntreatedCount += cell.Count;
        }
        for (var i = 0; i < _items; i++) _starts[i + 1] += _starts[i];
        _tau = new double[_periods];
        _mean = new double[_periods];
        _treatedMean = new double[_periods];
        _gradient = new double[_periods + 1];
        _hessian = new double[(_periods + 1) * (_periods + 1)];
        _lower = new double[_hessian.Length];
        _step = new double[_periods + 1];
        _old = new double[_periods];
        _power = new double[_periods];
    }

    public double TreatedCount { get; }

    public double UntreatedCount { get; }

    /// <summary>Items with incidents.</summary>
    public int Items { get; private set; }

    /// <summary>Cells after dropping items and periods without incidents, which carry no information.</summary>
    public int Cells => _cells.Length;

    /// <summary>δ at the maximum; ±30 stands for infinity (no treated incident, or no comparable untreated one).</summary>
    public double Effect { get; private set; }

    public double LogLikelihood { get; private set; }

    /// <summary>Model variance of δ with dispersion 1; infinite where it is not identified.</summary>
    public double Variance { get; private set; }

    /// <summary>Variance of δ that keeps each item's incidents together (sandwich, with the factor G ÷ (G − 1)).</summary>
    public double ClusterVariance { get; private set; }

    public double PearsonChiSquare { get; private set; }

    public double ResidualDegrees { get; private set; }

    /// <summary>
    /// Dispersion between cells: Pearson's χ² ÷ degrees, divided by the mean of observed ÷ fitted, which takes out most of the scatter
    /// that small means cause (Fletcher, Biometrika 99, 2012).
    /// </summary>
    internal double CellDispersion { get; private set; }

    /// <summary>Degrees of freedom of <see cref="CellDispersion"/> as the scatter between items shows them (Satterthwaite): bursts leave fewer than there are cells.</summary>
    internal double CellDegrees { get; private set; }

    /// <summary>Degrees of freedom of <see cref="ClusterVariance"/>, likewise: few items may carry most of it.</summary>
    internal double ClusterDegrees { get; private set; }

    /// <summary>Expected treated incidents had the patch done nothing: the controls' view of the time after deployment.</summary>
    public double TreatedCounterfactual { get; private set; }

    /// <summary>Degrees of freedom that the periods take up.</summary>
    internal double PeriodDegrees => Math.Max(1, _rank - 1);

    /// <summary>Log-likelihood at the fit without what was presumed of the time effects.</summary>
    internal double DataLogLikelihood
    {
        get
        {
            var value = LogLikelihood;
            foreach (var (one, other, precision) in _penalty) value += 0.5 * precision * (_fitted[other] - _fitted[one]) * (_fitted[other] - _fitted[one]);
            return value;
        }
    }

    /// <summary>Finds δ, and how the cells scatter around the fit.</summary>
    public void Fit()
    {
        Estimate();
        Scatter();
    }

    /// <summary>Finds δ without a look at the residuals.</summary>
    internal void Estimate()
    {
        if (TreatedCount <= 0 || _cells.Length == 0)
        {
            Effect = -Bound;
            LogLikelihood = Profile(Effect).LogLikelihood;
            Describe();
            return;
        }
        var delta = 0.0;
        var (value, _) = Iterate(ref delta, free: true);
        Effect = delta;
        LogLikelihood = value;
        Describe();
    }

    /// <summary>Maximum of the likelihood with δ held, and its slope in δ.</summary>
    public (double LogLikelihood, double Slope) Profile(double delta)
    {
        Predict(delta);
        return Iterate(ref delta, free: false);
    }

    /// <summary>Signed root of the deviance at δ, positive where δ lies above the estimate, before division by √dispersion.</summary>
    public double SignedRoot(double delta)
    {
        var fall = Math.Max(0, 2 * (LogLikelihood - Profile(delta).LogLikelihood));
        return Math.Sign(delta - Effect) * Math.Sqrt(fall);
    }

    /// <summary>δ at which the signed root reaches ±<paramref name="root"/>; infinite where it never does.</summary>
    public double Limit(double root, bool upper)
    {
        if ((upper && Effect >= Bound) || (!upper && Effect <= -Bound)) return upper ? double.PositiveInfinity : double.NegativeInfinity;
        var sign = upper ? 1 : -1;
        double inside, step;
        if (Math.Abs(Effect) >= Bound)
        {
            // The maximum is at infinity: come from far enough that the deviance is still small.
            inside = -sign * 12.0;
            step = 2;
        }
        else
        {
            inside = Effect;
            step = double.IsFinite(Variance) ? Math.Clamp(root * Math.Sqrt(Variance), 1e-6, 5) : 1;
        }
        var at = inside + sign * step;
        var (value, slope) = Profile(at);
        double Root() => Math.Sqrt(Math.Max(0, 2 * (LogLikelihood - value)));
        while (Root() < root)
        {
            inside = at;
            step *= 1.5;
            at += sign * step;
            if (Math.Abs(at) > Bound) return upper ? double.PositiveInfinity : double.NegativeInfinity;
            (value, slope) = Profile(at);
        }
        var outside = at;
        for (var round = 0; round < 40; round++)
        {
            var have = Root();
            if (have < root) inside = at;
            else outside = at;
            var next = slope != 0 && have > 0 ? at + (have - root) * have / slope : double.NaN;
            if (!(next > Math.Min(inside, outside) && next < Math.Max(inside, outside))) next = (inside + outside) / 2;
            if (Math.Abs(next - at) < 1e-7) return next;
            at = next;
            (value, slope) = Profile(at);
        }
        return at;
    }

    /// <summary>Variance that δ has where it is truly zero; infinite where the layout cannot tell it.</summary>
    public double NullVariance()
    {
        if (_cells.Length == 0) return double.PositiveInfinity;
        Profile(0);
        Evaluate(0);
        var unit = new double[_periods + 1];
        var direction = new double[_periods + 1];
        unit[_periods] = 1;
        Solve(unit, direction, _periods + 1);
        return direction[_periods] > 0 ? direction[_periods] : double.PositiveInfinity;
    }

    /// <summary>Moves the period effects along with δ, as far as their optimum follows it linearly: Newton's method then needs a step or two less.</summary>
    private void Predict(double delta)
    {
        var move = delta - _solvedAt;
        if (!(Math.Abs(move) <= 2)) return;
        var width = _periods + 1;
        _hessian.AsSpan(_periods * width, _periods).CopyTo(_old);
        Substitute(_old, _step, _periods);
        for (var k = 0; k < _periods; k++) _tau[k] = Math.Clamp(_tau[k] - Math.Clamp(move * _step[k], -1, 1), -60, 60);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (double LogLikelihood, double Slope) Iterate(ref double delta, bool free)
    {
        var size = free ? _periods + 1 : _periods;
        var value = Evaluate(delta);
        var before = double.NaN;
        for (var round = 0; round < 100; round++)
        {
            Solve(_gradient, _step, size);
            double decrement = 0;
            for (var k = 0; k < size; k++) decrement += _step[k] * _gradient[k];
            if (!(decrement > 1e-13 * (1 + Math.Abs(value)))) break;
            if (!free && decrement < Near && decrement < 1e-3 * before)
            {
                // Newton's method is in its quadratic phase: where the next step leads is known to some 1e-11 without looking.
                var slope = _gradient[_periods];
                for (var k = 0; k < _periods; k++)
                {
                    slope -= _hessian[_periods * (_periods + 1) + k] * _step[k];
                    _tau[k] = Math.Clamp(_tau[k] + _step[k], -60, 60);
                }
                _solvedAt = delta;
                return (value + decrement / 2, slope);
            }
            before = decrement;
            var longest = 0.0;
            for (var k = 0; k < size; k++) longest = Math.Max(longest, Math.Abs(_step[k]));
            var share = Math.Min(1, 4 / longest);
            Array.Copy(_tau, _old, _periods);
            var start = delta;
            double next;
            while (true)
            {
                for (var k = 0; k < _periods; k++) _tau[k] = Math.Clamp(_old[k] + share * _step[k], -60, 60);
                if (free) delta = Math.Clamp(start + share * _step[_periods], -Bound, Bound);
                next = Evaluate(delta);
                if (next >= value - 1e-12 * Math.Abs(value) || share < 1e-6) break;
                share /= 2;
            }
            var gain = next - value;
            value = next;
            if (Math.Abs(gain) < 1e-14 * (1 + Math.Abs(value)) && share >= 1) break;
        }
        _solvedAt = delta;
        return (value, _gradient[_periods]);
    }

    /// <summary>Log-likelihood with item effects at their optimum; fills gradient and the lower triangle of the negative Hessian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Evaluate(double delta)
    {
        var effect = Math.Exp(delta);
        int last = _periods, width = _periods + 1;
        Array.Clear(_hessian);
        _periodTotals.CopyTo(_gradient, 0);
        _gradient[last] = TreatedCount;
        var value = Hold() + TreatedCount * delta;
        for (var k = 0; k < _periods; k++)
        {
            _power[k] = Math.Exp(_tau[k]);
            value += _periodTotals[k] * _tau[k];
        }
        var bottom = _hessian.AsSpan(last * width, width);
        for (var item = 0; item < _items; item++)
        {
            var cells = _cells.AsSpan(_starts[item].._starts[item + 1]);
            int first = cells[0].Period, length = cells[^1].Period - first + 1;
            Span<double> mean = _mean.AsSpan(first, length), treatedMean = _treatedMean.AsSpan(first, length);
            mean.Clear();
            treatedMean.Clear();
            double sum = 0, treated = 0;
            foreach (ref readonly var cell in cells)
            {
                var weight = cell.Exposure * _power[cell.Period];
                if (cell.Treated)
                {
                    weight *= effect;
                    treated += weight;
                    treatedMean[cell.Period - first] += weight;
                }
                sum += weight;
                mean[cell.Period - first] += weight;
            }
            var total = _itemTotals[item];
            var scale = total / sum;
            value += total * Math.Log(scale);
            treated *= scale;
            _gradient[last] -= treated;
            bottom[last] += treated - treated * treated / total;
            var part = treated / total;
            for (var j = 0; j < mean.Length; j++)
            {
                var expected = mean[j] *= scale;
                _gradient[first + j] -= expected;
                bottom[first + j] += treatedMean[j] * scale - expected * part;
                var row = _hessian.AsSpan((first + j) * width + first, j + 1);
                row[j] += expected;
                var share = expected / total;
                for (var k = 0; k < row.Length; k++) row[k] -= share * mean[k];
            }
        }
        return value;
    }

    /// <summary>The presumption's share of log-likelihood, gradient and (negative) Hessian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Hold()
    {
        double value = 0;
        var width = _periods + 1;
        foreach (var (one, other, precision) in _penalty)
        {
            var gap = _tau[other] - _tau[one];
            value -= 0.5 * precision * gap * gap;
            _gradient[other] -= precision * gap;
            _gradient[one] += precision * gap;
            _hessian[one * width + one] += precision;
            _hessian[other * width + other] += precision;
            _hessian[other * width + one] -= precision;
        }
        return value;
    }

    /// <summary>Cholesky on the lower triangle of the negative Hessian; a direction without information stays at zero. Returns the rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Solve(double[] right, double[] result, int size)
    {
        var rank = 0;
        var width = _periods + 1;
        for (var i = 0; i < size; i++)
        {
            var row = _lower.AsSpan(i * width, width);
            for (var j = 0; j <= i; j++)
            {
                var above = _lower.AsSpan(j * width, width);
                var sum = _hessian[i * width + j];
                for (var k = 0; k < j; k++) sum -= row[k] * above[k];
                if (i == j)
                {
                    var whole = _hessian[i * width + i];
                    var good = sum > 1e-10 * whole && sum > 1e-300;
                    row[i] = good ? Math.Sqrt(sum) : 0;
                    if (good) rank++;
                }
                else row[j] = above[j] > 0 ? sum / above[j] : 0;
            }
        }
        Substitute(right, result, size);
        return rank;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Substitute(double[] right, double[] result, int size)
    {
        var width = _periods + 1;
        Array.Clear(result);
        for (var i = 0; i < size; i++)
        {
            var row = _lower.AsSpan(i * width, width);
            if (row[i] == 0) continue;
            var sum = right[i];
            for (var k = 0; k < i; k++) sum -= row[k] * result[k];
            result[i] = sum / row[i];
        }
        for (var i = size - 1; i >= 0; i--)
        {
            var pivot = _lower[i * width + i];
            if (pivot == 0) { result[i] = 0; continue; }
            var sum = result[i];
            for (var k = i + 1; k < size; k++) sum -= _lower[k * width + i] * result[k];
            result[i] = sum / pivot;
        }
    }
}
