using System.Globalization;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Effectiveness.Verdicts;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>From a fitted stepped-wedge model to a result.</summary>
internal static class WedgeAssessment
{

    /// <summary>Null where the model cannot be read (no incidents left, δ not identified).</summary>
    public static EffectivenessResult? Assess(
        EffectivenessResult raw, WedgeDesign design, double itemsPerDay, EffectivenessPolicy policy, List<string> reasons)
    {
        // Fitted on alike items put together, which is the same fit and far less work with many controls; the residuals are those of the items.
        var free = design.Free;
        if (free.TreatedCount + free.UntreatedCount <= 0) return null;
        free.Estimate();
        free.Scatter(design.Groups);
        var dispersion = Spread(free, policy);
        var model = Presume(free, design, dispersion.Factor);
        // Deviances of few incidents are a little larger than χ²: Bartlett's factor of a 2×2 table is about 1 + a tenth of the log odds ratio's
        // variance, and twice that where the incidents come in bursts, whose sizes are as uneven as their number.
        var root = Math.Sqrt(dispersion.Factor * (1 + (dispersion.Present ? 0.2 : 0.1) * Math.Min(20, dispersion.Factor * model.NullVariance())));
        var degrees = dispersion.Present ? Math.Max(2, dispersion.Degrees) : double.PositiveInfinity;
        var reach = Quantiles.Student(1 - policy.Alpha / 2, degrees) * root;
        // No incident at all: the deviance is then twice the number expected, and its tail that of a Poisson count of zero.
        var none = model.TreatedCount <= 0;
        var low = none ? 0 : Math.Exp(model.Limit(reach, upper: false));
        var high = Math.Exp(model.Limit(none ? Math.Max(reach, Math.Sqrt(-2 * Math.Log(policy.Alpha / 2)) * root) : reach, upper: true));
        if (!double.IsFinite(high) && low <= 0) return null;

        var useful = Quantiles.StudentTail(model.SignedRoot(Math.Log(1 - policy.MinimumReduction)) / root, degrees);
        var unchanged = model.SignedRoot(0) / root;
        var reduced = Quantiles.StudentTail(unchanged, degrees);
        var p = Math.Min(1, 2 * Math.Min(reduced, 1 - reduced));
        if (none) p = Math.Min(1, Math.Max(p, 2 * Math.Exp(-unchanged * unchanged / 2)));
        var control = raw.BeforeCount > 0
            ? free.TreatedCounterfactual / raw.AfterDays / (raw.BeforeCount / raw.BeforeDays)
            : double.NaN;
        if (Math.Abs(Math.Log(control)) > TwoWayPoisson.Boundless) control = double.NaN;
        var verdict = VerdictRules.Decide(low, high, useful, policy);
        // How many independent incidents a plain comparison would need to be as precise: the exact formulas then speak for the wedge too.
        var plain = 1 / (raw.BeforeCount + 0.5) + 1 / (raw.AfterCount + 0.5);
        var width = double.IsFinite(high) && low > 0 ? Math.Log(high / low) / (2 * Quantiles.Normal(1 - policy.Alpha / 2)) : double.NaN;
        var loss = double.IsFinite(width) ? Math.Max(1, width * width / plain) : Math.Max(1, dispersion.Effective(policy.Confidence));
        var tail = policy.Alpha / 2;
        var before = raw.BeforeCount / loss;
        // They compare plain rates: a day after counts as much as it would have brought without the patch, or a fall that everybody had would be promised as a verdict.
        var moved = Moved(raw, none ? double.NaN : model.Effect, control);
        var afterDays = raw.AfterDays * moved;
        var days = verdict != EffectivenessVerdict.Inconclusive ? 0
            : VerdictRules.DaysNeeded(raw.BeforeCount, raw.BeforeDays, raw.AfterCount, afterDays, new CountSpread(loss, loss), itemsPerDay * moved, policy);
        var result = raw with
        {
            Verdict = verdict,
            Design = design.NeverPatched > 0 ? EffectivenessDesign.Controlled : EffectivenessDesign.SteppedWedge,
            Model = dispersion.Present ? CountModel.QuasiPoisson : CountModel.Poisson,
            Dispersion = dispersion.Factor,
            // Without a comparable incident before, or on a control, the likelihood has no maximum.
            RateRatio = none ? 0 : model.Effect < TwoWayPoisson.Boundless ? CountAssessment.Json(Math.Exp(model.Effect)) : null,
            RateRatioLow = CountAssessment.Json(low),
            RateRatioHigh = CountAssessment.Json(high),
            PValue = p,
            ProbabilityReduced = reduced,
            ProbabilityUseful = useful,
            ControlRatio = CountAssessment.Json(control),
            DaysNeeded = days,
            PowerForTotalFix = raw.BeforeCount > 0 ? DetectionPower.Of(before, raw.BeforeDays, afterDays, 0, tail) : null,
            DetectableReduction = DetectionPower.DetectableReduction(before, raw.BeforeDays, afterDays, tail, 0.8),
        };
        reasons.Add(Sentences.Verdict(result, policy));
        reasons.Add(string.Create(CultureInfo.InvariantCulture,
            $"Measured against {(design.NeverPatched > 0 ? $"{design.NeverPatched} unpatched items with the problem and " : "")}items patched later, over the same time and within role and environment (Poisson regression with item effects and time effects that drift); {(result.ControlRatio is { } factor ? $"their rate moved by a factor of {Sentences.Number(factor)}" : "how their rate moved cannot be told")}."));
        if (dispersion.Present)
            reasons.Add($"Quasi-Poisson: the counts vary {Sentences.Number(dispersion.Factor)} times as much as independent incidents would, seen between {dispersion.Source}.");
        reasons.Add(Sentences.Power(result, before, afterDays, policy));
        if (verdict == EffectivenessVerdict.Inconclusive) reasons.Add(Sentences.Waiting(result, policy));
        return result;
    }

    /// <summary>Factor by which the rate would have moved without the patch: what the plain ratio has beyond the estimate; 1 where neither it nor the controls can say.</summary>
    private static double Moved(EffectivenessResult raw, double effect, double control)
    {
        var plain = raw.BeforeCount > 0 && raw.AfterCount > 0 && Math.Abs(effect) < TwoWayPoisson.Boundless
            ? raw.AfterCount / raw.AfterDays / (raw.BeforeCount / raw.BeforeDays) / Math.Exp(effect)
            : control;
        return double.IsFinite(plain) && plain > 0 ? plain : 1;
    }

    /// <summary>
    /// Fitted with time effects that drift. Where items were never patched, the periods themselves show whether they differ by more than that
    /// allows (weeks that vary in their rate), and then less is presumed; without such items that would take away what the presumption is for.
    /// </summary>
    private static TwoWayPoisson Presume(TwoWayPoisson free, WedgeDesign design, double dispersion)
    {
        var drift = PeriodDrift.Of(design.Pooled, design.Middles, dispersion);
        var last = free;
        for (var looser = 1; ; looser *= 10)
        {
            var model = last = new TwoWayPoisson(design.Pooled, drift with { VariancePerDay = looser * drift.VariancePerDay }, last);
            model.Estimate();
            // At a hundred times the variance hardly anything is presumed any more.
            var excess = 2 * (free.LogLikelihood - model.DataLogLikelihood) / dispersion;
            if (looser >= 100 || design.NeverPatched == 0 || Quantiles.ChiSquareAbove(excess, free.PeriodDegrees) > Dispersion.Lenient) return model;
        }
    }

    /// <summary>The larger of the dispersion between cells and that which keeps each item's incidents together.</summary>
    private static Dispersion Spread(TwoWayPoisson model, EffectivenessPolicy policy)
    {
        var cells = Dispersion.From(model.CellDispersion * model.ResidualDegrees, model.ResidualDegrees, "items and periods", Dispersion.Lenient);
        // A dispersion is never known better than from as many independent incidents as there were.
        if (cells.Present) cells = cells with { Degrees = Math.Max(2, Math.Min(model.CellDegrees, (model.TreatedCount + model.UntreatedCount) / cells.Factor - 2)) };
        if (model.Items < 4 || !double.IsFinite(model.Variance)) return cells;
        var items = new Dispersion(model.ClusterVariance / model.Variance, model.ClusterDegrees, "items");
        // Its own scatter is √(2 ÷ degrees): below that a ratio above one means nothing, unless the cells are over-dispersed anyway.
        var clear = cells.Present || items.Factor > 1 + 1.5 * Math.Sqrt(2 / items.Degrees);
        return clear && items.Present && items.Effective(policy.Confidence) > cells.Effective(policy.Confidence) ? items : cells;
    }
}
