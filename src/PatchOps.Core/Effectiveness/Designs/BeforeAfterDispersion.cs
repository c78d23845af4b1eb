using PatchOps.Core.Effectiveness.Statistics;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>Over-dispersion and pre-trend of a before/after window.</summary>
internal static class BeforeAfterDispersion
{
    /// <summary>The largest of the dispersion between weeks, between months and between the items' changes.</summary>
    public static Dispersion Of(BeforeAfterWindow window, bool beforeOnly = false)
    {
        var largest = Dispersion.None;
        foreach (var (width, name, level) in new[] { (7.0, "weeks", Dispersion.Lenient), (28.0, "months", Dispersion.Strict) })
        {
            var observed = new List<double>();
            var expected = new List<double>();
            var parameters = 0;
            foreach (var before in beforeOnly ? [true] : new[] { true, false })
            {
                double count = before ? window.BeforeCount : window.AfterCount;
                if (count <= 0) continue;
                // Bins in which less than one incident is expected make χ² erratic (Cochran, 1954).
                // A short window is cut finer, or a series that stopped by itself would pass as steady.
                var (counts, exposure) = window.Bins(Math.Max(Math.Min(width, window.Length(before) / 8), window.Length(before) / count), before);
                parameters++;
                var days = exposure.Sum();
                for (var k = 0; k < counts.Length; k++)
                {
                    observed.Add(counts[k]);
                    expected.Add(count / days * exposure[k]);
                }
            }
            largest = Dispersion.Largest(largest, Dispersion.From(observed.ToArray(), expected.ToArray(), parameters, name, level) with { Width = width });
        }
        return beforeOnly ? largest : Dispersion.Largest(largest, BetweenItems(window));
    }

    /// <summary>Do items differ in how their rates changed? Each item's own total is kept, its split is compared with the pooled one.</summary>
    private static Dispersion BetweenItems(BeforeAfterWindow window)
    {
        if (window.Items.Length < 8 || window.BeforeCount == 0 || window.AfterCount == 0) return Dispersion.None;
        var policy = window.Policy;
        var ratio = window.AfterCount / window.AfterDays / (window.BeforeCount / window.BeforeDays);
        var observed = new List<double>();
        var expected = new List<double>();
        var items = 0;
        foreach (var item in window.Items)
        {
            double before = item.BeforeUntil - item.BeforeFrom(policy.BeforeDays), after = (item.AfterUntil(policy.AfterDays) - item.AfterFrom) * ratio;
            var early = item.Count(item.BeforeFrom(policy.BeforeDays), item.BeforeUntil);
            var late = item.Count(item.AfterFrom, item.AfterUntil(policy.AfterDays));
            if (early + late == 0) continue;
            items++;
            observed.Add(early);
            expected.Add((early + late) * before / (before + after));
            observed.Add(late);
            expected.Add((early + late) * after / (before + after));
        }
        return Dispersion.From(observed.ToArray(), expected.ToArray(), items + 1, "items", Dispersion.Strict);
    }

    /// <summary>Log-linear trend of the baseline, per day, with its t-value; null where the baseline is too thin to say.</summary>
    public static (double Slope, double T, double ExpectedAfter)? PreTrend(BeforeAfterWindow window)
    {
        if (window.BeforeCount < 8) return null;
        var width = Math.Min(14, window.Length(before: true) / 6);
        if (width < 1) return null;
        var (counts, exposure) = window.Bins(width, before: true);
        // Bin k lies k to k + 1 widths before deployment: time runs backwards.
        double a = Math.Log(window.BeforeCount / window.BeforeDays), b = 0, information = 0;
        for (var round = 0; round < 50; round++)
        {
            double u0 = 0, u1 = 0, i00 = 0, i01 = 0, i11 = 0;
            for (var k = 0; k < counts.Length; k++)
            {
                var t = -(k + 0.5) * width;
                var mean = exposure[k] * Math.Exp(a + b * t);
                u0 += counts[k] - mean;
                u1 += (counts[k] - mean) * t;
                i00 += mean;
                i01 += mean * t;
                i11 += mean * t * t;
            }
            var det = i00 * i11 - i01 * i01;
            if (!(det > 0)) return null;
            var da = (i11 * u0 - i01 * u1) / det;
            var db = (i00 * u1 - i01 * u0) / det;
            a += Math.Clamp(da, -2, 2);
            b += Math.Clamp(db, -1 / width, 1 / width);
            information = det / i00;
            if (Math.Abs(da) + 100 * Math.Abs(db) < 1e-10) break;
        }
        double chi = 0;
        for (var k = 0; k < counts.Length; k++)
        {
            var mean = exposure[k] * Math.Exp(a - b * (k + 0.5) * width);
            if (mean > 0) chi += (counts[k] - mean) * (counts[k] - mean) / mean;
        }
        var scale = Math.Max(1, chi / (counts.Length - 2));
        var (_, later) = window.Bins(14, before: false);
        double expectedAfter = 0;
        for (var k = 0; k < later.Length; k++) expectedAfter += later[k] * Math.Exp(a + b * (k + 0.5) * 14);
        return double.IsFinite(b) && double.IsFinite(expectedAfter) ? (b, b * Math.Sqrt(information / scale), expectedAfter) : null;
    }
}
