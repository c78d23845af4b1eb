using System.Runtime.CompilerServices;

namespace PatchOps.Core.Effectiveness.Statistics;

public sealed partial class TwoWayPoisson
{
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
        Array.Clear(_hessian, 0, width * width);
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
