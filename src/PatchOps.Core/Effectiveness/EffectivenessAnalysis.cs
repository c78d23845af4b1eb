using System.Globalization;
using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Effectiveness.Verdicts;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Did the patch remove the problem? The whole analysis of one problem's history, or of many.</summary>
public static class EffectivenessAnalysis
{

    /// <summary>Below this share of a plain comparison's information the controls say nothing, and asking them would be a pretence.</summary>
    private const double LeastEfficiency = 0.02;

    /// <summary>Analyses one problem. Dirty data give an answer that names the limitation, never an exception.</summary>
    public static EffectivenessResult Analyse(ProblemHistory history, EffectivenessPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        policy ??= EffectivenessPolicy.Default;
        var clean = new CleanHistory(history, policy);
        var reasons = new List<string>();
        var raw = new EffectivenessResult
        {
            Problem = history.Problem,
            Patch = clean.Tested.Count > 0 ? string.Join(", ", clean.Tested) : string.Join(", ", history.Patches),
            Verdict = EffectivenessVerdict.Inconclusive,
            MinimumReduction = policy.MinimumReduction,
            Design = EffectivenessDesign.BeforeAfter,
        };
        if (clean.Until <= 0) return raw with { Reasons = ["There is no complete day of data, so there is nothing to compare.", .. clean.Limitations] };

        var patched = clean.Items.Where(i => i.Deployed is not null && i.Use == ItemUse.Affected).ToList();
        if (patched.Count == 0 && clean.Fresh.Count > 0)
        {
            // Who asks on the day of the deployment wants to know when there will be an answer.
            foreach (var (item, start, end) in clean.Fresh) (item.Deployed, item.Settled) = (start, end + policy.WashoutDays);
            return WithoutExposure(raw, clean.Fresh.ConvertAll(f => f.Item), clean, policy, reasons);
        }
        if (patched.Count == 0)
        {
            reasons.Add(history.Deployments.Count == 0
                ? "No deployment is known: there is no before and after."
                : "No deployment of the patch under test succeeded within the data: there is no before and after.");
            return raw with { Reasons = [.. reasons, .. clean.Limitations] };
        }
        var (kept, confounders, withheld) = Confounding.Resolve(patched, policy, clean.Limitations);
        if (clean.Tested.Count > 1)
            clean.Limitations.Add($"{string.Join(" and ", clean.Tested)} were deployed for the same problem: the verdict holds for them together, not for one of them.");
        if (confounders.Count > 0) clean.Limitations.Add(Confounding.Sentence(raw.Patch!, confounders, withheld));
        var window = new BeforeAfterWindow(kept, policy);
        raw = raw with
        {
            BeforeCount = window.BeforeCount,
            BeforeDays = window.BeforeDays,
            AfterCount = window.AfterCount,
            AfterDays = window.AfterDays,
            Items = window.Items.Length,
            ConfoundedBy = confounders,
        };
        if (window.Items.Length == 0) return WithoutExposure(raw, kept, clean, policy, reasons);

        var result = Compare(raw, window, clean, policy, reasons);
        result = Overrule(result, window, clean, policy, reasons);
        if (withheld && result.Verdict == EffectivenessVerdict.Effective)
        {
            result = result with { Verdict = EffectivenessVerdict.Inconclusive, DaysNeeded = null };
            reasons.Add("The rate fell, but Effective is withheld: the data cannot say which patch it was.");
        }
        return result with
        {
            EarliestVerdict = result.DaysNeeded is > 0 and var days ? history.DataUntil.AddDays(days) : null,
            Reasons = [.. reasons, .. clean.Limitations],
        };
    }

    /// <summary>Analyses many problems in order, with false-discovery control over the list.</summary>
    /// <remarks>A verdict that rests on a p-value above the adjusted level becomes Inconclusive; NotEffective rests on an interval and stays.</remarks>
    public static IReadOnlyList<EffectivenessResult> AnalyseAll(IEnumerable<ProblemHistory> histories, EffectivenessPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(histories);
        policy ??= EffectivenessPolicy.Default;
        return ControlFalseDiscoveries(histories.Select(h => Analyse(h, policy)).ToList(), policy);
    }

    /// <summary>Benjamini–Hochberg over results that were made one at a time.</summary>
    public static IReadOnlyList<EffectivenessResult> ControlFalseDiscoveries(IReadOnlyList<EffectivenessResult> results, EffectivenessPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(results);
        policy ??= EffectivenessPolicy.Default;
        var tested = Enumerable.Range(0, results.Count).Where(i => results[i].PValue is not null && results[i].BeforeCount + results[i].AfterCount > 0).ToArray();
        var adjusted = FalseDiscovery.BenjaminiHochberg(tested.Select(i => results[i].PValue!.Value).ToArray());
        var answer = results.ToArray();
        for (var k = 0; k < tested.Length; k++)
        {
            var result = answer[tested[k]] with { AdjustedPValue = adjusted[k] };
            if (adjusted[k] > policy.FalseDiscoveryRate && result.Verdict is EffectivenessVerdict.Effective or EffectivenessVerdict.Worse)
                result = result with
                {
                    Verdict = EffectivenessVerdict.Inconclusive,
                    DaysNeeded = null,
                    Reasons = [.. result.Reasons, $"Among the {tested.Length} problems tested together this one is not significant (adjusted p = {Sentences.Number(adjusted[k])})."],
                };
            answer[tested[k]] = result;
        }
        return answer;
    }

    private static EffectivenessResult Compare(
        EffectivenessResult raw, BeforeAfterWindow window, CleanHistory clean, EffectivenessPolicy policy, List<string> reasons)
    {
        var active = window.Items.Count(i => i.AfterUntil(policy.AfterDays) >= clean.Until);
        var itemsPerDay = Math.Max(1, active);
        var wedge = new WedgeDesign(window, clean.Items);
        var trend = BeforeAfterDispersion.PreTrend(window);
        var efficiency = wedge.Concurrent ? wedge.Efficiency(window) : 0;
        if (efficiency >= LeastEfficiency
            && WedgeAssessment.Assess(raw with { Controls = wedge.Controls }, wedge, itemsPerDay, policy, reasons) is { } controlled)
            return controlled with { PreTrend = PerMonth(trend) };

        var dispersion = BeforeAfterDispersion.Of(window);
        var spread = CountSpread.Choose(window, dispersion, policy);
        var result = CountAssessment.Assess(raw with
        {
            Model = spread.Model,
            Dispersion = spread.Factor,
            PreTrend = PerMonth(trend),
        }, spread, window.FairAfterDays, itemsPerDay, policy, reasons);
        reasons.Add(spread.Why);
        reasons.Add(wedge.Concurrent
            ? "The unpatched comparable items say too little to be the measure: a trend or regression to the mean is not excluded."
            : "There are no unpatched comparable items over the same time: a trend or regression to the mean is not excluded.");
        // Hosts that were patched minutes later are no controls worth a number.
        if (wedge.ControlChange is { } change && wedge.ControlsExpected >= 1)
        {
            result = result with { Controls = wedge.Controls, ControlRatio = change.Ratio };
            // The rate may have ended everywhere: then no model can be fitted, and the controls still speak.
            if (result.Verdict == EffectivenessVerdict.Effective && change.ProbabilityBelow(1 - policy.MinimumReduction) >= 0.95)
            {
                reasons.Add($"Effective is withheld: on the unpatched comparable items the rate fell as well, to {Sentences.Number(change.Ratio)} of what it was.");
                result = result with { Verdict = EffectivenessVerdict.Inconclusive, DaysNeeded = null };
            }
        }
        return CheckTrend(result, trend, dispersion, policy, reasons);
    }

    private static double? PerMonth((double Slope, double T, double ExpectedAfter)? trend) =>
        trend is { } known ? CountAssessment.Json(Math.Exp(30 * known.Slope)) : null;

    /// <summary>A fall that only continues a decline from before the deployment is no success of the patch.</summary>
    private static EffectivenessResult CheckTrend(
        EffectivenessResult result, (double Slope, double T, double ExpectedAfter)? baseline, Dispersion dispersion, EffectivenessPolicy policy, List<string> reasons)
    {
        if (baseline is not { } trend)
        {
            reasons.Add("The baseline is too thin to show whether the rate was moving already.");
            return result;
        }
        var moving = Math.Abs(trend.T) >= 1.96;
        reasons.Add($"Before the deployment the rate changed by a factor of {Sentences.Number(Math.Exp(30 * trend.Slope))} per 30 days{(moving ? "" : ", not significantly")}.");
        if (result.Verdict != EffectivenessVerdict.Effective || trend.T > -1.96) return result;
        var scale = dispersion.Effective(policy.Confidence);
        if (Quantiles.PoissonAtMost(result.AfterCount / scale, trend.ExpectedAfter / scale) <= policy.Alpha / 2) return result;
        reasons.Add(string.Create(CultureInfo.InvariantCulture,
            $"Effective is withheld: that decline alone leads to {trend.ExpectedAfter:0.#} incidents after deployment, and {result.AfterCount} were seen."));
        return result with { Verdict = EffectivenessVerdict.Inconclusive, DaysNeeded = null };
    }

    private static EffectivenessResult Overrule(
        EffectivenessResult result, BeforeAfterWindow window, CleanHistory clean, EffectivenessPolicy policy, List<string> reasons)
    {
        var scan = ClusterScan.Of(window, clean, policy);
        if (scan.Risen.Count > 0)
        {
            result = result with { SideEffects = scan.Risen, NewIncidents = scan.Risen.Sum(c => c.AfterCount) };
            foreach (var cluster in scan.Risen.Take(3))
                reasons.Add(string.Create(CultureInfo.InvariantCulture,
                    $"Incidents of '{cluster.Category}' on {(cluster.OnDependents ? "items that depend on the patched ones" : "the patched items")} rose from {cluster.BeforeCount} to {cluster.AfterCount} (rate ratio {Sentences.Number(cluster.RateRatio)}, adjusted p {Sentences.Number(cluster.AdjustedPValue)})."));
        }
        if (result.Verdict != EffectivenessVerdict.Worse && Recurrence.Find(window) is { } back)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture,
                $"The rate fell and came back about {Sentences.Date(clean.Instant(back.At))}: {back.QuietCount} incidents in {back.QuietDays:0} item-days until then, {back.ReturnCount} in {back.ReturnDays:0} since."));
            return result with { Verdict = EffectivenessVerdict.Recurred, ChangePoint = clean.Instant(back.At), DaysNeeded = 0 };
        }
        if (result.Verdict == EffectivenessVerdict.Effective && scan.RiseOnItems > 0)
        {
            // What the patch removed is counted from where the controls say the rate would be.
            var expected = result.Design == EffectivenessDesign.BeforeAfter ? 1 : result.ControlRatio ?? 1;
            var fall = (expected * window.BeforeCount * (result.Design == EffectivenessDesign.BeforeAfter ? window.FairAfterDays : window.AfterDays) / window.BeforeDays - window.AfterCount) / window.AfterDays;
            if (scan.RiseOnItems >= 0.5 * fall)
            {
                reasons.Add($"The symptom fell by {Sentences.Number(fall * 30)} incidents per item and 30 days, and other incidents on the same items rose by {Sentences.Number(scan.RiseOnItems * 30)}: the problem is masked, not removed.");
                return result with { Verdict = EffectivenessVerdict.Masked };
            }
        }
        return result;
    }

    private static EffectivenessResult WithoutExposure(
        EffectivenessResult raw, IReadOnlyList<ItemTimeline> patched, CleanHistory clean, EffectivenessPolicy policy, List<string> reasons)
    {
        var before = patched.Sum(i => Math.Max(0, i.BeforeUntil - i.BeforeFrom(policy.BeforeDays)));
        var count = patched.Sum(i => i.Count(i.BeforeFrom(policy.BeforeDays), i.BeforeUntil));
        reasons.Add(before <= 0
            ? "There is no exposure time before deployment: the data start with it."
            : "There is no exposure time after deployment and washout within the complete days of data.");
        var days = before > 0 ? VerdictRules.DaysNeeded(count, before, 0, 0, CountSpread.None, patched.Count, policy) : null;
        // Nothing counts until the last of them has settled.
        if (days is not null) days += (int)Math.Ceiling(Math.Max(0, patched.Max(i => i.Settled) - clean.Until));
        if (days is { } more)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"If no incident follows, a verdict is possible after {more} more days."));
        return raw with
        {
            BeforeCount = count,
            BeforeDays = before,
            DaysNeeded = days,
            EarliestVerdict = days is { } wait ? clean.Instant(clean.Until + wait) : null,
            Reasons = [.. reasons, .. clean.Limitations],
        };
    }
}
