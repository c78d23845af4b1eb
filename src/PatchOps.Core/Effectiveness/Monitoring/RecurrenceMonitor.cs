namespace PatchOps.Core.Effectiveness.Monitoring;

/// <summary>
/// Anytime-valid watch for a Poisson rate above a limit: a non-negative supermartingale, mixed over how high the rate rises and over
/// the day on which it rises. By Ville's inequality the chance that it ever reaches 1 ÷ α is at most α while the rate stays at or below
/// the limit, however often one looks (Howard, Ramdas, McAuliffe and Sekhon, 2021; the mixture over start days follows Shiryaev).
/// </summary>
/// <remarks>One step per period (a day): the factor for rate ratio θ is θⁿ·exp(−(θ − 1)·limit·exposure), whose mean is at most 1.</remarks>
public sealed class RecurrenceMonitor
{
    /// <summary>Rate ratios mixed over, equally weighted.</summary>
    private static readonly double[] Ratios = [1.25, 1.5, 2, 3, 5, 8, 13, 21, 34];

    /// <summary>Steps within which a return is about equally probable.</summary>
    private const double StartScale = 100;

    private readonly double[] _started = new double[Ratios.Length];
    private readonly double[] _logScale = new double[Ratios.Length];
    private readonly double _limit;
    private readonly double _bound;
    private readonly double _dispersion;
    private long _step;
    private double _unstarted = 1;
    private double _bestLog = double.NegativeInfinity;
    private readonly double[] _run = new double[Ratios.Length];
    private readonly long[] _runStart = new long[Ratios.Length];

    /// <param name="rateLimit">Events per unit of exposure that still pass as quiet; above zero.</param>
    /// <param name="falseAlarmRate">Chance of ever raising a false alarm, 0–1.</param>
    /// <param name="dispersion">Mean size of a burst of incidents, 1 or more: evidence is divided by it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public RecurrenceMonitor(double rateLimit, double falseAlarmRate, double dispersion = 1)
    {
        if (!(rateLimit > 0 && double.IsFinite(rateLimit))) throw new ArgumentOutOfRangeException(nameof(rateLimit));
        if (!(falseAlarmRate is > 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(falseAlarmRate));
        if (!(dispersion >= 1 && double.IsFinite(dispersion))) throw new ArgumentOutOfRangeException(nameof(dispersion));
        _limit = rateLimit;
        _bound = -Math.Log(falseAlarmRate);
        _dispersion = dispersion;
    }

    /// <summary>Natural logarithm of the e-value.</summary>
    public double LogEvidence { get; private set; }

    /// <summary>Whether the bound was ever reached.</summary>
    public bool Alarm { get; private set; }

    /// <summary>Step (from 0) at which it was reached; null without an alarm.</summary>
    public long? AlarmStep { get; private set; }

    /// <summary>Step from which the rate most probably was raised.</summary>
    public long ChangeStep { get; private set; }

    /// <summary>Takes in one period; returns whether the alarm is on.</summary>
    public bool Observe(double count, double exposure)
    {
        if (!(count >= 0 && double.IsFinite(count)) || !(exposure >= 0 && double.IsFinite(exposure)))
            throw new ArgumentOutOfRangeException(nameof(count), "Count and exposure are finite and not negative.");
        // The weights c/((k + c)(k + c + 1)) sum to one: late returns keep a share for ever.
        var weight = StartScale / ((_step + StartScale) * (_step + StartScale + 1));
        _unstarted -= weight;
        _bestLog = double.NegativeInfinity;
        double events = count / _dispersion, time = exposure / _dispersion, highest = 0;
        for (var k = 0; k < Ratios.Length; k++)
        {
            var factor = events * Math.Log(Ratios[k]) - (Ratios[k] - 1) * _limit * time;
            // Held as started·exp(logScale), so that neither overflows.
            var join = weight / Ratios.Length * Math.Exp(Math.Min(700, -_logScale[k]));
            _started[k] += join;
            _logScale[k] += factor;
            Rescale(k);
            highest = Math.Max(highest, _logScale[k]);
            if (_run[k] <= 0) { _run[k] = 0; _runStart[k] = _step; }
            _run[k] += factor;
            if (_run[k] > _bestLog) { _bestLog = _run[k]; ChangeStep = _runStart[k]; }
        }
        var sum = Math.Max(0, _unstarted) * Math.Exp(-highest);
        for (var k = 0; k < Ratios.Length; k++) sum += _started[k] * Math.Exp(_logScale[k] - highest);
        LogEvidence = Math.Log(sum) + highest;
        if (!Alarm && LogEvidence >= _bound)
        {
            Alarm = true;
            AlarmStep = _step;
        }
        _step++;
        return Alarm;
    }

    /// <summary>Steps until an alarm if <paramref name="rate"/> held from now on and every period brought its mean; null beyond <paramref name="horizon"/>.</summary>
    public long? StepsToAlarm(double rate, double exposurePerStep, long horizon = 3650)
    {
        if (Alarm) return 0;
        if (!(rate > _limit)) return null;
        var copy = new RecurrenceMonitor(_limit, Math.Exp(-_bound), _dispersion) { _step = _step, _unstarted = _unstarted };
        _started.CopyTo(copy._started, 0);
        _logScale.CopyTo(copy._logScale, 0);
        for (long n = 1; n <= horizon; n++)
            if (copy.Observe(rate * exposurePerStep, exposurePerStep)) return n;
        return null;
    }

    private void Rescale(int k)
    {
        if (Math.Abs(_logScale[k]) < 500) return;
        if (_started[k] <= 0) { _logScale[k] = 0; return; }
        // Fold the scale into the mantissa's logarithm; what underflows carries no evidence.
        var log = Math.Log(_started[k]) + _logScale[k];
        if (log < -600) { _started[k] = 0; _logScale[k] = 0; }
        else if (_logScale[k] < 0) { _started[k] = Math.Exp(log); _logScale[k] = 0; }
    }
}
