using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Reports.Sections;

/// <summary>One plan's waves: the timeline, how failures came about, and what they touched.</summary>
internal static class WaveSections
{
    private const int Lanes = 60, NotBegun = int.MaxValue;
    private const int Pages = 50;
    private const double ImpactHours = 24;

    public static IEnumerable<ReportSection> All(ReportInput input)
    {
        if (input.Plans.Count == 0) return [new ReportSection { Title = "Waves", Text = ["There is no plan yet: make one with New-PatchPlan."] }];
        var progress = input.Plans[0];
        var runs = PlanSections.Real(progress).Where(r => r.Started is not null).ToList();
        // Who asks for a host wants its page, and nothing else.
        if (input.HostsWanted) return runs.Count == 0 ? [new ReportSection { Title = $"Plan {progress.Plan.Name}", Text = ["None of these hosts has been worked on yet."] }] : runs.Select(r => HostSections.Evidence(progress.Plan, r));
        var failed = runs.Where(r => r.IsFailure).OrderBy(r => r.Started).ToList();
        var pages = failed.Concat(runs.Where(r => !r.IsFailure).OrderBy(r => r.Started)).Take(Pages).Select(r => HostSections.Evidence(progress.Plan, r)).ToList();
        if (runs.Count > Pages)
            pages.Add(new ReportSection { Title = "Other hosts", Text = [$"{ReportCell.Of(runs.Count - Pages).Text} more hosts have evidence: Export-PatchReport -Kind Wave -PlanId {progress.Plan.Id} -Asset NAME writes a host's page."] });
        return [Status(input, progress), Hosts(progress), Failed(input, failed), FollowUpSection.Of(input, progress), .. pages];
    }

    private static ReportSection Status(ReportInput input, PlanProgress progress)
    {
        var plan = progress.Plan;
        var runs = PlanSections.Real(progress).ToList();
        var burnDown = PlanSections.BurnDown(input, progress);
        return new ReportSection
        {
            Title = $"Plan {plan.Name}",
            Text =
            [
                $"Id {plan.Id}, made by {plan.Author} on {ReportCell.Of(plan.Created).Text} UTC{(plan.Emergency ? ", on the emergency path" : "")}.",
                progress.Approvals.Count == 0 ? "Nobody has approved or denied it yet." : $"Decisions: {string.Join("; ", progress.Approvals.Select(a => $"{a} on {ReportCell.Of(a.At).Text} UTC{(a.OwnPlan ? " (own plan)" : "")}"))}.",
            ],
            Plots = [PlanSections.Waves(progress), .. burnDown is null ? Array.Empty<ReportPlot>() : [burnDown]],
            Tables =
            [
                new ReportTable("Waves", ["Wave", "Stage", "Ring", "Start (UTC)", "End (UTC)", "Hosts", "Done", "Failed", "Skipped", "Not run", "Halt rule", "Bake time"],
                    [.. plan.Waves.Select(w => (Wave: w, Runs: runs.Where(r => r.Wave == w.Number).ToList())).Select(w => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(w.Wave.Number), ReportCell.Of(w.Wave.Stage.ToString()), ReportCell.Of(w.Wave.Ring.ToString()), ReportCell.Of(w.Wave.Start), ReportCell.Of(w.Wave.End), ReportCell.Of(w.Wave.Hosts.Count),
                        ReportCell.Of(w.Runs.Count(r => r.State == HostState.Done)), ReportCell.Of(w.Runs.Count(r => r.IsFailure)), ReportCell.Of(w.Runs.Count(r => r.State == HostState.Skipped)),
                        ReportCell.Of(w.Wave.Hosts.Count(h => w.Runs.All(r => r.Asset != h.Asset || r.State == HostState.Pending))), ReportCell.Of(w.Wave.HaltRule.ToString()), ReportCell.Of(w.Wave.BakeTime.TotalHours, 1, "hours"),
                    ])]),
                .. plan.Unscheduled.Count == 0 ? Array.Empty<ReportTable>() :
                [
                    new ReportTable("Not scheduled", ["Asset", "Patches", "Constraint", "Reason", "Remedy"],
                        [.. plan.Unscheduled.Select(u => (IReadOnlyList<ReportCell>)[ReportCell.Of(input.Facts.NameOf(u.Asset)), ReportCell.Of(string.Join(", ", u.Patches)), ReportCell.Of(u.Constraint), ReportCell.Of(u.Reason), ReportCell.Of(u.Remedy)])]),
                ],
            ],
        };
    }

    private static ReportSection Hosts(PlanProgress progress)
    {
        var runs = PlanSections.Real(progress).GroupBy(r => (r.Wave, r.Asset)).ToDictionary(g => g.Key, g => g.Last());
        var hosts = progress.Plan.Waves.SelectMany(w => w.Hosts.Select(h => (Wave: w, Host: h, Run: runs.GetValueOrDefault((w.Number, h.Asset))))).ToList();
        // A wave lasts hours and a plan weeks: each wave that ran has an axis of its own.
        var plots = hosts.GroupBy(h => hosts.Exists(o => o.Wave == h.Wave && o.Run?.Started is not null) ? h.Wave.Number : NotBegun).OrderBy(g => g.Key == NotBegun).ThenBy(g => g.Key).Select(g =>
        {
            var own = g.ToList();
            // Where not all fit, failures come first.
            var drawn = own.Count <= Lanes ? own : [.. own.OrderByDescending(h => h.Run?.IsFailure == true).ThenByDescending(h => h.Run is not null).Take(Lanes).OrderBy(h => h.Wave.Number).ThenBy(h => h.Host.Start)];
            var lanes = drawn.Select(h =>
            {
                var bars = new List<TimelineBar> { new(h.Host.Start, h.Host.Start + h.Host.NinetiethPercentile, BarState.Planned, "planned, up to its 90th percentile") };
                if (h.Run is { Started: { } started } run) bars.Add(new TimelineBar(started, run.Ended ?? started, State(run.State), run.Reason is null ? run.State.ToString() : $"{run.State}: {run.Reason}"));
                return new TimelineLane($"{ReportCell.Of(h.Wave.Number).Text} · {h.Host.Name}", bars);
            });
            return (ReportPlot)new TimelinePlot(g.Key == NotBegun ? "Hosts of waves that have not begun" : $"Wave {ReportCell.Of(g.Key).Text} by host",
                (g.Key == NotBegun ? "When each host is planned. Times are UTC." : "Each host's planned stretch and, where it ran, its real one. Times are UTC.")
                    + (drawn.Count < own.Count ? $" {ReportCell.Of(drawn.Count).Text} of {ReportCell.Of(own.Count).Text} hosts are drawn, failures first." : ""), [.. lanes]);
        });
        return new ReportSection
        {
            Title = "Hosts",
            Plots = [.. plots],
            Tables =
            [
                new ReportTable("Hosts by wave", ["Host", "Wave", "State", "Planned (UTC)", "Started (UTC)", "Ended (UTC)", "Changes", "Reason"],
                    [.. hosts.Select(h => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(h.Host.Name), ReportCell.Of(h.Wave.Number), ReportCell.Of((h.Run?.State ?? HostState.Pending).ToString()), ReportCell.Of(h.Host.Start), ReportCell.Of(h.Run?.Started), ReportCell.Of(h.Run?.Ended),
                        ReportCell.Of(h.Run is null ? string.Join(", ", h.Host.Patches) : string.Join(", ", h.Run.Changes)), ReportCell.Of(h.Run?.Reason),
                    ])]),
            ],
        };
    }

    private static ReportSection Failed(ReportInput input, List<HostRun> failed)
    {
        if (failed.Count == 0) return new ReportSection { Title = "Failures and their impact", Text = ["No host has failed."] };
        return new ReportSection
        {
            Title = "Failures and their impact",
            Tables =
            [
                new ReportTable("Failed hosts", ["Host", "Wave", "State", "Started (UTC)", "Lasted", "Failed step", "Reason", "Needed by", "Incidents within a day"],
                    [.. failed.Select(r =>
                    {
                        var name = input.Facts.NameOf(r.Asset);
                        var dependents = input.Facts.Assets.Where(a => a.DependsOn.Contains(r.Asset, StringComparer.OrdinalIgnoreCase) || a.DependsOn.Contains(name, StringComparer.OrdinalIgnoreCase)).ToList();
                        var touched = dependents.Select(a => a.Id).Append(r.Asset).ToHashSet(StringComparer.Ordinal);
                        var incidents = r.Started is { } start ? Within(input.Facts.Incidents, start, touched) : 0;
                        return (IReadOnlyList<ReportCell>)
                        [
                            ReportCell.Of(r.Name), ReportCell.Of(r.Wave), ReportCell.Of(r.State.ToString()), ReportCell.Of(r.Started), r is { Started: { } s, Ended: { } e } ? ReportCell.Of((e - s).TotalMinutes, 1, "minutes") : ReportCell.None,
                            ReportCell.Of(FailedStep(r)?.Step), ReportCell.Of(r.Reason), ReportCell.Of(string.Join(", ", dependents.Select(a => a.Name))), ReportCell.Of(incidents),
                        ];
                    })],
                    "Incidents are those on the host and on what needs it, within 24 hours of its start."),
            ],
        };
    }

    private static int Within(IncidentTable incidents, DateTimeOffset start, IEnumerable<string> touched)
    {
        var (places, count) = (touched.Select(incidents.ItemOf).Where(p => p >= 0).ToHashSet(), 0);
        foreach (ref readonly var row in incidents.Between(start, start.AddHours(ImpactHours)))
            if (places.Contains(row.Item)) count++;
        return count;
    }

    private static Evidence? FailedStep(HostRun run) =>
        run.Evidence.FirstOrDefault(e => e.Outcome.Contains("fail", StringComparison.OrdinalIgnoreCase) || e.Outcome.Contains("unhealthy", StringComparison.OrdinalIgnoreCase) || e.Outcome.Equals("Unknown", StringComparison.OrdinalIgnoreCase));

    private static BarState State(HostState state) => state switch
    {
        HostState.Done => BarState.Done,
        HostState.RolledBack or HostState.RollingBack => BarState.RolledBack,
        HostState.Failed or HostState.RollbackFailed or HostState.Unknown => BarState.Failed,
        HostState.Skipped => BarState.Skipped,
        _ => BarState.Running,
    };
}
