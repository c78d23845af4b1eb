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
        var model = new TwoWayPoisson(design.Cells);
        if (model.TreatedCount + model.UntreatedCount <= 0) return null;
        model.Fit();
        var dispersion = Spread(model, policy);
        var root = Math.Sqrt(dispersion.Factor);
        var degrees = dispersion.Present ? Math.Max(2, dispersion.Degrees) : double.PositiveInfinity;
        var reach = Quantiles.Student(1 - policy.Alpha / 2, degrees) * root;
        var low = Math.Exp(model.Limit(reach, upper: false));
        var high = Math.Exp(model.Limit(reach, upper: true));
        if (!double.IsFinite(high) && low <= 0) return null;

        var useful = Quantiles.StudentTail(model.SignedRoot(Math.Log(1 - policy.MinimumReduction)) / root, degrees);
        var reduced = Quantiles.StudentTail(model.SignedRoot(0) / root, degrees);
        var p = Math.Min(1, 2 * Math.Min(reduced, 1 - reduced));
        var control = raw.BeforeCount > 0
            ? model.TreatedCounterfactual / raw.AfterDays / (raw.BeforeCount / raw.BeforeDays)
            : double.NaN;
        var verdict = VerdictRules.Decide(low, high, useful, policy);
        // How many independent incidents a plain comparison would need to be as precise: the exact formulas then speak for the wedge too.
        var plain = 1 / (raw.BeforeCount + 0.5) + 1 / (raw.AfterCount + 0.5);
        var width = double.IsFinite(high) && low > 0 ? Math.Log(high / low) / (2 * Quantiles.Normal(1 - policy.Alpha / 2)) : double.NaN;
        var loss = double.IsFinite(width) ? Math.Max(1, width * width / plain) : Math.Max(1, dispersion.Effective(policy.Confidence));
        var tail = policy.Alpha / 2;
        var before = raw.BeforeCount / loss;
        var days = verdict != EffectivenessVerdict.Inconclusive ? 0
            : VerdictRules.DaysNeeded(raw.BeforeCount, raw.BeforeDays, raw.AfterCount, raw.AfterDays, loss, itemsPerDay, policy);
        var result = raw with
        {
            Verdict = verdict,
            Design = design.NeverPatched > 0 ? EffectivenessDesign.Controlled : EffectivenessDesign.SteppedWedge,
            Model = dispersion.Present ? CountModel.QuasiPoisson : CountModel.Poisson,
            Dispersion = dispersion.Factor,
            RateRatio = model.TreatedCount <= 0 ? 0 : CountAssessment.Json(Math.Exp(model.Effect)),
            RateRatioLow = CountAssessment.Json(low),
            RateRatioHigh = CountAssessment.Json(high),
            PValue = p,
            ProbabilityReduced = reduced,
            ProbabilityUseful = useful,
            ControlRatio = CountAssessment.Json(control),
            DaysNeeded = days,
            PowerForTotalFix = raw.BeforeCount > 0 ? DetectionPower.Of(before, raw.BeforeDays, raw.AfterDays, 0, tail) : null,
            DetectableReduction = DetectionPower.DetectableReduction(before, raw.BeforeDays, raw.AfterDays, tail, 0.8),
        };
        reasons.Add(Sentences.Verdict(result, policy));
        reasons.Add(string.Create(CultureInfo.InvariantCulture,
            $"Measured against {(design.NeverPatched > 0 ? $"{design.NeverPatched} unpatched items with the problem and " : "")}items patched later, over the same time and within role and environment (Poisson regression with item and time effects); their rate moved by a factor of {Sentences.Number(result.ControlRatio)}."));
        if (dispersion.Present)
            reasons.Add($"Quasi-Poisson: the counts vary {Sentences.Number(dispersion.Factor)} times as much as independent incidents would, seen between {dispersion.Source}.");
        reasons.Add(Sentences.Power(result, before, policy));
        if (verdict == EffectivenessVerdict.Inconclusive) reasons.Add(Sentences.Waiting(result, policy));
        return result;
    }

    /// <summary>Whether controls too weak to measure by nevertheless speak, with the given probability, for a smaller fall than the plain comparison shows.</summary>
    public static bool Contradicts(WedgeDesign design, double plainRatio, double probability)
    {
        var model = new TwoWayPoisson(design.Cells);
        if (model.TreatedCount <= 0) return false;
        model.Fit();
        return model.SignedRoot(Math.Log(plainRatio)) <= -Quantiles.Normal(probability);
    }

    /// <summary>The larger of the dispersion between cells and that which keeps each item's incidents together.</summary>
    private static Dispersion Spread(TwoWayPoisson model, EffectivenessPolicy policy)
    {
        var cells = Dispersion.From(model.PearsonChiSquare, model.ResidualDegrees, "items and periods");
        if (model.Items < 4 || !double.IsFinite(model.Variance)) return cells;
        var items = new Dispersion(model.ClusterVariance / model.Variance, model.Items - 1, "items");
        // Its own scatter is √(2 ÷ (G − 1)): below that a ratio above one means nothing, unless the cells are over-dispersed anyway.
        var clear = cells.Present || items.Factor > 1 + 1.5 * Math.Sqrt(2 / items.Degrees);
        return clear && items.Present && items.Effective(policy.Confidence) > cells.Effective(policy.Confidence) ? items : cells;
    }
}
