using PatchOps.Core.Kpi;

namespace PatchOps.Core.Reports.Sections;

/// <summary>Key figures: of the whole, by group, over time.</summary>
internal static class KpiSections
{
    private const int Months = 24, Rollouts = 8;

    public static ReportSection Overview(ReportInput input) => new()
    {
        Title = "Key figures",
        Text = [$"Counted from {ReportCell.Day(KpiPeriod.Whole(input.Facts).From).Text} to {ReportCell.Day(input.AsOf).Text} (UTC)."],
        Figures = [.. new KpiCalculator(input.Facts).All().Select(Figure)],
    };

    public static ReportSection By(ReportInput input, KpiGrouping by)
    {
        string[] shown = by == KpiGrouping.Decision
            ? [KpiNames.PatchMedian, KpiNames.PatchNinetieth, KpiNames.ExposureMedian]
            : [KpiNames.Compliance, KpiNames.SuccessRate, KpiNames.RollbackRate, KpiNames.Repair, KpiNames.UnpatchedIncidents];
        var groups = new KpiCalculator(input.Facts, by).All().GroupBy(k => k.Group, StringComparer.Ordinal).ToList();
        return new ReportSection
        {
            Title = by == KpiGrouping.BusinessUnit ? "Key figures by business unit" : $"Key figures by {by.ToString().ToLowerInvariant()}",
            Tables = [.. shown.Select(name => Table(name, by, groups.Select(g => g.First(k => k.Name == name))))],
        };
    }

    public static ReportSection Trends(ReportInput input)
    {
        var months = KpiPeriod.Whole(input.Facts).Months(Months);
        var success = new List<PlotPoint>();
        var repair = new List<PlotPoint>();
        var waiting = new List<PlotPoint>();
        foreach (var (month, figures) in KpiCalculator.Months(input.Facts, KpiGrouping.Tenant, months))
        {
            var kpis = figures.All().ToDictionary(k => k.Name, StringComparer.Ordinal);
            success.Add(Point(month, kpis[KpiNames.SuccessRate]));
            repair.Add(Point(month, kpis[KpiNames.IncidentRepair]));
            waiting.Add(Point(month, kpis[KpiNames.PatchMedian]));
        }
        var events = Events(input, months);
        TimePlot[] plots =
        [
            new TimePlot("Success rate of deployments by month", "Share of deployments that succeeded, with its 95 % interval; months without deployments are left out.", "%", TimePlotStyle.Line, 1, [new("Success rate", success)]),
            new TimePlot("Time to patch by month", "Median from the day a fix could be had to the first successful deployment on an asset, with its 95 % interval, by the month of the deployment.", "days", TimePlotStyle.Line, 1, [new("Median", waiting)]),
            new TimePlot("MTTR of incidents by month", "Mean time from opening to resolution, with its 95 % interval.", "hours", TimePlotStyle.Line, 1, [new("MTTR", repair)]),
        ];
        var drawn = plots.Where(p => !p.IsEmpty).ToList();
        return new ReportSection
        {
            Title = "Trends",
            Text = drawn.Count == 0 ? ["There are no deployments or resolved incidents to follow over time yet."]
                : ["The first and the last month may be partial.", .. events.Count == 0 ? Array.Empty<string>() : ["Dashed lines with letters mark the largest rollouts, where they began: a figure that moves there may have moved with them. Whether a patch helped is what Test-PatchEffectiveness answers."]],
            Plots = [.. drawn.Select(p => p with { Events = events })],
        };
    }

    /// <summary>The largest rollouts of a time, with the names of plans.</summary>
    public static IReadOnlyList<PlotEvent> Events(ReportInput input, IReadOnlyList<KpiPeriod> months)
    {
        if (months.Count == 0) return [];
        var plans = input.Plans.ToDictionary(p => p.Plan.Id, p => p.Plan.Name, StringComparer.Ordinal);
        return [.. Rollout.Of(input.Facts, new KpiPeriod(months[0].From, months[^1].To), Rollouts)
            .Select(r => new PlotEvent(r.From, r.Plan is { } plan && plans.TryGetValue(plan, out var name) ? $"{name}, wave {ReportCell.Of(r.Wave!.Value).Text}, on {ReportSummary.Count(r.Assets, "asset", "assets")}" : r.ToString()))];
    }

    public static ReportFigure Figure(Domain.Kpi kpi)
    {
        var decimals = kpi.Unit == "findings" ? 0 : kpi.Unit == "%" ? 1 : Math.Abs(kpi.Value ?? 0) >= 100 ? 0 : 1;
        return new ReportFigure(kpi.Name, ReportCell.Of(kpi.Value, decimals, kpi.Unit), Limit(kpi.Low), Limit(kpi.High), kpi.N, kpi.Definition);

        ReportCell? Limit(double? value) => value is null ? null : ReportCell.Of(value, decimals, kpi.Unit);
    }

    public static ReportTable Table(string name, KpiGrouping by, IEnumerable<Domain.Kpi> kpis)
    {
        var rows = kpis.Select(k => (Kpi: k, Figure: Figure(k))).ToList();
        return new ReportTable(name, [by == KpiGrouping.BusinessUnit ? "Business unit" : by.ToString(), "Value", "Low", "High", "n"],
            [.. rows.Select(r => (IReadOnlyList<ReportCell>)[ReportCell.Of(r.Kpi.Group), r.Figure.Value, r.Figure.Low ?? ReportCell.None, r.Figure.High ?? ReportCell.None, ReportCell.Of(r.Kpi.N)])],
            rows.Count > 0 ? rows[0].Kpi.Definition : null);
    }

    private static PlotPoint Point(KpiPeriod month, Domain.Kpi kpi) =>
        new(new DateTimeOffset(month.From.Year, month.From.Month, 1, 0, 0, 0, TimeSpan.Zero), kpi.Value, kpi.Low, kpi.High);
}
