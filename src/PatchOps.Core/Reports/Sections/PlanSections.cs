using PatchOps.Domain;

namespace PatchOps.Core.Reports.Sections;

/// <summary>What is planned, and how the risk goes down with it.</summary>
internal static class PlanSections
{
    private const int Newest = 10;

    public static ReportSection Overview(ReportInput input)
    {
        if (input.Plans.Count == 0) return new ReportSection { Title = "Plans", Text = ["There is no plan yet: make one with New-PatchPlan."] };
        var newest = input.Plans[0];
        var burnDown = BurnDown(input, newest);
        return new ReportSection
        {
            Title = "Plans",
            Plots = [Waves(newest), .. burnDown is null ? Array.Empty<ReportPlot>() : [burnDown]],
            Tables =
            [
                new ReportTable("Newest plans", ["Plan", "Name", "Created", "Start", "End", "Waves", "Hosts", "Done", "Failed", "Unscheduled", "Approvals", "Objective", "Gap to bound"],
                    [.. input.Plans.Take(Newest).Select(p => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(p.Plan.Id), ReportCell.Of(p.Plan.Name), ReportCell.Day(p.Plan.Created), ReportCell.Day(p.Plan.Start), ReportCell.Day(p.Plan.End), ReportCell.Of(p.Plan.Waves.Count), ReportCell.Of(p.Plan.Waves.Sum(w => w.Hosts.Count)),
                        ReportCell.Of(Real(p).Count(r => r.State == HostState.Done)), ReportCell.Of(Real(p).Count(r => r.IsFailure)), ReportCell.Of(p.Plan.Unscheduled.Count),
                        ReportCell.Of($"{p.Approvals.Count(a => a.Approved)} given, {p.Plan.ApprovalsNeeded.Sum(a => a.Quorum)} needed"), ReportCell.Money(p.Plan.Objective, p.Plan.Currency), ReportCell.Percent(p.Plan.Gap),
                    ])],
                    input.Plans.Count > Newest ? $"The newest {ReportCell.Of(Newest).Text} of {ReportCell.Of(input.Plans.Count).Text}." : null),
            ],
        };
    }

    public static IEnumerable<HostRun> Real(PlanProgress progress) => progress.Runs.Where(r => !r.Simulated);

    /// <summary>The plan's waves as planned, and as they ran.</summary>
    public static TimelinePlot Waves(PlanProgress progress)
    {
        var lanes = progress.Plan.Waves.Select(wave =>
        {
            var bars = new List<TimelineBar> { new(wave.Start, wave.End, BarState.Planned, $"planned, {ReportSummary.Count(wave.Hosts.Count, "host", "hosts")}") };
            var runs = Real(progress).Where(r => r.Wave == wave.Number && r.Started is not null).ToList();
            if (runs.Count > 0)
            {
                var start = runs.Min(r => r.Started!.Value);
                var end = runs.Max(r => r.Ended ?? r.Started!.Value);
                var failed = runs.Count(r => r.IsFailure);
                bars.Add(new TimelineBar(start, end, failed > 0 ? BarState.Failed : runs.Any(r => r.Ended is null) ? BarState.Running : BarState.Done, $"{ReportCell.Of(runs.Count(r => r.State == HostState.Done)).Text} done, {ReportCell.Of(failed).Text} failed"));
            }
            return new TimelineLane($"Wave {ReportCell.Of(wave.Number).Text} {wave.Stage} {wave.Ring}", bars);
        });
        return new TimelinePlot($"Waves of {progress.Plan.Name}", "When each wave is planned and, where it has run, when it ran. Times are UTC.", [.. lanes]);
    }

    /// <summary>Loss per day that the plan's hosts still carry as their patches go on; null where nothing of it is open.</summary>
    public static TimePlot? BurnDown(ReportInput input, PlanProgress progress)
    {
        var losses = input.Facts.Open.Where(o => o.Patch is not null).GroupBy(o => (o.Asset, o.Patch!)).ToDictionary(g => g.Key, g => g.Sum(o => o.Risk.ExpectedLossPerDay));
        var hosts = progress.Plan.Waves.SelectMany(w => w.Hosts.Select(h => (w.Number, Host: h, Loss: h.Patches.Select(p => p.Patch).Distinct(StringComparer.Ordinal).Sum(p => losses.GetValueOrDefault((h.Asset, p)))))).ToList();
        var total = hosts.Sum(h => h.Loss);
        if (total <= 0) return null;
        var done = Real(progress).Where(r => r.State == HostState.Done && r.Ended is not null).GroupBy(r => (r.Wave, r.Asset)).ToDictionary(g => g.Key, g => g.Min(r => r.Ended!.Value));
        var series = new List<PlotSeries> { new("Planned", Steps(progress.Plan.Start, total, hosts.Select(h => (h.Host.Start + h.Host.Median, h.Loss)))) };
        if (done.Count > 0)
            series.Add(new("As run", Steps(progress.Plan.Start, total, hosts.Where(h => done.ContainsKey((h.Number, h.Host.Asset))).Select(h => (done[(h.Number, h.Host.Asset)], h.Loss)))));
        return new TimePlot($"Risk burn-down of {progress.Plan.Name}", "Expected loss per day that the plan's hosts and patches still carry, falling as each host is done. Findings and scores are those of the day of the report.",
            $"{input.Currency} per day", TimePlotStyle.Steps, 2, series);
    }

    private static List<PlotPoint> Steps(DateTimeOffset start, double total, IEnumerable<(DateTimeOffset At, double Loss)> falls)
    {
        var points = new List<PlotPoint> { new(start, total) };
        var left = total;
        foreach (var fall in falls.GroupBy(f => f.At).OrderBy(g => g.Key))
        {
            left -= fall.Sum(f => f.Loss);
            points.Add(new PlotPoint(fall.Key, left < total * 1e-9 ? 0 : left));
        }
        return points;
    }
}
