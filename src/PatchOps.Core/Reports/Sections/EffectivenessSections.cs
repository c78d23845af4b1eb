using PatchOps.Core.Kpi.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Reports.Sections;

/// <summary>Did it help?</summary>
internal static class EffectivenessSections
{
    private const int Drawn = 30;
    private const int Listed = 50;

    /// <summary>What somebody must look at comes first.</summary>
    private static readonly EffectivenessVerdict[] Order =
        [EffectivenessVerdict.Worse, EffectivenessVerdict.Masked, EffectivenessVerdict.Recurred, EffectivenessVerdict.NotEffective, EffectivenessVerdict.Effective, EffectivenessVerdict.Inconclusive];

    public static ReportSection Verdicts(ReportInput input)
    {
        if (input.Verdicts.Count == 0) return new ReportSection { Title = "Did it help?", Text = ["No patch has been tested yet: run Test-PatchEffectiveness."] };
        var titles = Titles(input);
        var ranked = Ranked(input);
        return new ReportSection
        {
            Title = "Did it help?",
            Plots =
            [
                new IntervalPlot("Incident rate before and after deployment", "For each tested problem the rate of its incidents before and after the patch, with exact 95 % intervals. Rates are raw; the verdict also weighs controls and trend.",
                    "Before", "After", "incidents per item in 30 days",
                    [.. ranked.Take(Drawn).Select(v => new IntervalRow(v.Verdict.Problem ?? "counts", Rate(v.Verdict.BeforeCount, v.Verdict.BeforeDays), Rate(v.Verdict.AfterCount, v.Verdict.AfterDays), ReportSummary.VerdictName(v.Verdict.Verdict)))]),
            ],
            Tables =
            [
                new ReportTable("Verdicts", ["Problem", "Title", "Patch", "Verdict", "Incidents before", "Incidents after", "Rate ratio", "Low", "High", "P(fell)", "Side effects", "Days needed", "Tested"],
                    [.. ranked.Take(Listed).Select(v => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(v.Verdict.Problem), ReportCell.Of(titles.GetValueOrDefault(v.Verdict.Problem ?? "")), ReportCell.Of(v.Verdict.Patch), ReportCell.Of(ReportSummary.VerdictName(v.Verdict.Verdict)), ReportCell.Of(v.Verdict.BeforeCount), ReportCell.Of(v.Verdict.AfterCount),
                        Optional(v.Verdict.RateRatio), Optional(v.Verdict.RateRatioLow), Optional(v.Verdict.RateRatioHigh), v.Verdict.ProbabilityReduced is null ? ReportCell.None : ReportCell.Percent(v.Verdict.ProbabilityReduced),
                        ReportCell.Of(v.Verdict.NewIncidents), v.Verdict.DaysNeeded is { } days ? ReportCell.Of(days) : ReportCell.None, ReportCell.Day(v.At),
                    ])],
                    "Rate ratio is after ÷ before with its 95 % interval, adjusted by controls where there are any; a dash means that it is not defined or has no limit. Side effects are incidents in clusters that rose after deployment."
                        + (ranked.Count > Listed ? $" The first {ReportCell.Of(Listed).Text} of {ReportCell.Of(ranked.Count).Text}, those first that need a look; see all with Get-PatchProblem." : "")),
            ],
        };
    }

    /// <summary>One section for each tested problem: why this verdict.</summary>
    public static IEnumerable<ReportSection> Details(ReportInput input, int most)
    {
        var titles = Titles(input);
        foreach (var (result, at) in Ranked(input).Take(most))
        {
            var id = result.Problem ?? "counts";
            yield return new ReportSection
            {
                Title = titles.GetValueOrDefault(id) is { } title ? $"{id} {title}" : id,
                Text = [$"{ReportSummary.VerdictName(result.Verdict)}, tested on {ReportCell.Day(at).Text} by {Design(result.Design)}.", .. result.Reasons],
                Figures =
                [
                    new("Incidents before", ReportCell.Of(result.BeforeCount), Definition: $"In {ReportCell.Of(result.BeforeDays, 1).Text} item-days."),
                    new("Incidents after", ReportCell.Of(result.AfterCount), Definition: $"In {ReportCell.Of(result.AfterDays, 1).Text} item-days, washout left out."),
                    new("Rate ratio", ReportCell.Of(result.RateRatio, 3), Limit(result.RateRatioLow), Limit(result.RateRatioHigh), result.BeforeCount + result.AfterCount, "After ÷ before."),
                    new("Chance that the rate fell", ReportCell.Percent(result.ProbabilityReduced), Definition: "Posterior probability."),
                    new("Chance of a useful reduction", ReportCell.Percent(result.ProbabilityUseful), Definition: $"Posterior probability that the rate fell by at least {ReportCell.Percent(result.MinimumReduction, 0).Text}."),
                ],
                Tables = result.SideEffects.Count == 0 ? [] :
                [
                    new ReportTable("Incidents that rose after deployment", ["Category", "Where", "Before", "After", "Rate ratio", "Adjusted p"],
                        [.. result.SideEffects.Select(c => (IReadOnlyList<ReportCell>)[ReportCell.Of(c.Category), ReportCell.Of(c.OnDependents ? "on dependent items" : "on patched items"), ReportCell.Of(c.BeforeCount), ReportCell.Of(c.AfterCount), Optional(c.RateRatio), ReportCell.Of(c.AdjustedPValue, 4)])]),
                ],
            };
        }
    }

    private static List<(EffectivenessResult Verdict, DateTimeOffset At)> Ranked(ReportInput input) => [.. input.Verdicts.OrderBy(v => Array.IndexOf(Order, v.Verdict.Verdict))];

    private static Dictionary<string, string?> Titles(ReportInput input) =>
        input.Facts.Problems.GroupBy(p => p.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Title, StringComparer.Ordinal);

    private static PlotInterval? Rate(long count, double days)
    {
        var rate = Estimate.Rate(count, days / 30);
        return rate.Value is { } value ? new PlotInterval(value, rate.Low, rate.High) : null;
    }

    private static ReportCell Optional(double? value) => value is null ? ReportCell.None : ReportCell.Of(value, 3);

    private static ReportCell? Limit(double? value) => value is null ? null : ReportCell.Of(value, 3);

    private static string Design(EffectivenessDesign design) => design switch
    {
        EffectivenessDesign.SteppedWedge => "comparing with items that were patched later",
        EffectivenessDesign.Controlled => "comparing with items that were never patched",
        EffectivenessDesign.BeforeAfter => "comparing each item before and after, without controls",
        _ => "comparing counts",
    };
}
