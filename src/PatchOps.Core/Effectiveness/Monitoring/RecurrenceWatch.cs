using System.Globalization;
using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Effectiveness.Verdicts;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Monitoring;

/// <summary>Watches a problem that a patch resolved, from the first complete days after deployment to the last complete day of data.</summary>
public static class RecurrenceWatch
{
    private const double ReferenceDays = 60;

    /// <summary>Replays the problem's history day by day through a <see cref="RecurrenceMonitor"/>.</summary>
    /// <remarks>
    /// The first 60 days after deployment teach the new rate; the limit is its upper confidence bound, or (1 − minimum reduction) × the rate
    /// before where that is lower. The window is fixed beforehand, so that looking every day changes nothing. Over-dispersion of the baseline slows the monitor so that one burst is not taken for a return.
    /// </remarks>
    public static RecurrenceAlert Watch(ProblemHistory history, double falseAlarmRate = 0.01, EffectivenessPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        CheckRate(falseAlarmRate);
        policy = (policy ?? EffectivenessPolicy.Default) with { AfterDays = 36_499 };
        var clean = new CleanHistory(history, policy);
        var patched = clean.Items.Where(i => i.Deployed is not null && i.Use == ItemUse.Affected).ToList();
        var window = new BeforeAfterWindow(patched, policy);
        var reasons = new List<string>();
        var alert = new RecurrenceAlert { Problem = history.Problem, FalseAlarmRate = falseAlarmRate, Count = window.AfterCount, Days = window.AfterDays };
        if (window.Items.Length == 0 || window.BeforeCount == 0)
        {
            reasons.Add(window.Items.Length == 0
                ? "No patched item has time both before and after deployment: there is nothing to watch against."
                : "The problem did not occur before deployment: there is no old rate that could come back.");
            return alert with { Reasons = [.. reasons, .. clean.Limitations] };
        }
        var rate = window.BeforeCount / window.BeforeDays;
        var spread = BeforeAfterDispersion.Of(window, beforeOnly: true).Factor;
        var settled = window.Items.Min(i => i.AfterFrom);
        var first = Math.Ceiling(settled + ReferenceDays);
        // Weighted by what each item had before: where quiet hosts are patched first, those that follow are no return.
        var weights = Array.ConvertAll(window.Items, window.Weight);
        double quiet = 0, quietDays = 0, itemDays = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var item = window.Items[i];
            var until = Math.Min(first, item.AfterUntil(policy.AfterDays));
            quiet += item.Count(item.AfterFrom, until);
            quietDays += weights[i] * Math.Max(0, until - item.AfterFrom);
            itemDays += Math.Max(0, until - item.AfterFrom);
        }
        if (first < clean.Until && quietDays > 0 && quiet / quietDays >= (1 - policy.MinimumReduction) * rate)
        {
            // An alarm that says "it came back" would be wrong: it never went.
            reasons.Add(string.Create(CultureInfo.InvariantCulture,
                $"In the first {ReferenceDays} days after deployment the rate was {Sentences.Percent(quiet / quietDays / rate)} of the rate before: it did not fall by the useful minimum, so nothing can come back. Test-PatchEffectiveness says what the patch did."));
            return alert with { Reasons = [.. reasons, .. clean.Limitations] };
        }
        // Half of the false-alarm rate pays for not knowing the quiet rate, half for looking every day.
        var achieved = MathNet.Numerics.Distributions.Gamma.InvCDF(quiet / spread + 1, quietDays / spread, 1 - falseAlarmRate / 2);
        var limit = Math.Min(achieved, (1 - policy.MinimumReduction) * rate);
        var monitor = new RecurrenceMonitor(limit, falseAlarmRate / 2, spread);
        if (first >= clean.Until)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"The watch starts {ReferenceDays} days after deployment, on {Sentences.Date(clean.Instant(first))}; until then the new rate is learnt."));
        double last = 0;
        for (var day = first; day + 1 <= clean.Until; day++)
        {
            double count = 0, exposure = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                var item = window.Items[i];
                double from = Math.Max(day, item.AfterFrom), until = Math.Min(day + 1, item.AfterUntil(policy.AfterDays));
                if (until <= from) continue;
                exposure += weights[i] * (until - from);
                count += item.Count(from, until);
            }
            last = exposure;
            if (monitor.Observe(count, exposure)) break;
        }
        reasons.Add(string.Create(CultureInfo.InvariantCulture,
            $"The chance of ever raising an alarm is at most {falseAlarmRate} while the rate stays what it was in the first {ReferenceDays} days after deployment ({quiet} incidents in {itemDays:0} item-days; limit {Sentences.Percent(limit / rate)} of the rate before), however often one looks."));
        if (spread > 1) reasons.Add($"Incidents come in bursts (dispersion {Sentences.Number(spread)}); the evidence is divided by it.");
        var delay = monitor.StepsToAlarm(rate, Math.Max(last, 1e-9));
        if (!monitor.Alarm)
            reasons.Add(delay is { } days
                ? string.Create(CultureInfo.InvariantCulture, $"If the old rate came back now, the alarm would be raised after about {days} days.")
                : "Even the full old rate would not raise an alarm within ten years: the problem is too rare to be watched by counting.");
        else
            reasons.Add($"The rate came back about {Sentences.Date(clean.Instant(first + monitor.ChangeStep))}; the alarm was raised {monitor.AlarmStep - monitor.ChangeStep + 1} days later.");
        return alert with
        {
            Alarm = monitor.Alarm,
            RaisedAt = monitor.AlarmStep is { } step ? clean.Instant(first + step + 1) : null,
            ChangePoint = monitor.Alarm ? clean.Instant(first + monitor.ChangeStep) : null,
            RateLimit = limit,
            LogEvidence = monitor.LogEvidence,
            ExpectedDelayDays = delay,
            Reasons = [.. reasons, .. clean.Limitations],
        };
    }

    /// <exception cref="FailureException"><c>FalseAlarmRateInvalid</c>: not above 0 and below 1.</exception>
    public static void CheckRate(double falseAlarmRate)
    {
        if (!(falseAlarmRate is > 0 and < 1))
            throw new FailureException("FalseAlarmRateInvalid", FailureKind.InvalidInput, "The false-alarm rate lies between 0 and 1.", "FalseAlarmRate",
                "Give for example 0.01: one chance in a hundred that a solved problem ever raises an alarm.");
    }
}
