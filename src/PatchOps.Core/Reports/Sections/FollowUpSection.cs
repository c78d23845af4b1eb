using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Reports.Sections;

/// <summary>What a plan leaves: hosts that somebody must look after, and the risk that remains on its hosts.</summary>
internal static class FollowUpSection
{
    private const int Rows = 50;

    public static ReportSection Of(ReportInput input, PlanProgress progress)
    {
        var plan = progress.Plan;
        var runs = PlanSections.Real(progress).GroupBy(r => (r.Wave, r.Asset)).ToDictionary(g => g.Key, g => g.Last());
        var hosts = plan.Waves.SelectMany(w => w.Hosts.Select(h => (Wave: w, Host: h, Run: runs.GetValueOrDefault((w.Number, h.Asset))))).ToList();
        var follow = hosts.Select(h => (h.Wave, h.Host, h.Run, Next: Next(plan, h.Wave, h.Run, input.AsOf))).Where(h => h.Next is not null).ToList();
        var assets = hosts.Select(h => h.Host.Asset).Concat(plan.Unscheduled.Select(u => u.Asset)).ToHashSet(StringComparer.Ordinal);
        var open = input.Facts.Open.Where(o => assets.Contains(o.Asset)).OrderByDescending(o => o.Risk.ExpectedLossPerDay).ThenBy(o => o.Asset, StringComparer.Ordinal).ToList();
        var planned = hosts.SelectMany(h => h.Host.Patches.Select(p => (h.Host.Asset, p.Patch))).ToHashSet();
        return new ReportSection
        {
            Title = "What is left",
            Text = [follow.Count == 0 ? "No host of the plan waits for a person." : $"{ReportSummary.Count(follow.Count, "host waits", "hosts wait")} for a person: see the next step of each."],
            Figures =
            [
                new ReportFigure("Remaining risk on these hosts", ReportCell.Money(open.Sum(o => o.Risk.ExpectedLossPerDay), input.Currency), Definition: "Expected loss a day of what is still open on the hosts of this plan, planned or not."),
                new ReportFigure("Of that, planned here", ReportCell.Money(open.Where(o => o.Patch is { } patch && planned.Contains((o.Asset, patch))).Sum(o => o.Risk.ExpectedLossPerDay), input.Currency), Definition: "What the plan was to close and has not closed."),
                new ReportFigure("Places still open", ReportCell.Of(open.Count), Definition: "Patches, and packages without a patch, missing on hosts of this plan."),
            ],
            Tables =
            [
                new ReportTable("Follow-up", ["Host", "Wave", "State", "Reason", "Next step"],
                    [
                        .. follow.Take(Rows).Select(h => (IReadOnlyList<ReportCell>)
                            [ReportCell.Of(h.Host.Name), ReportCell.Of(h.Wave.Number), ReportCell.Of((h.Run?.State ?? HostState.Pending).ToString()), ReportCell.Of(h.Run?.Reason), ReportCell.Of(h.Next)]),
                    ],
                    follow.Count > Rows ? $"The first {ReportCell.Of(Rows).Text} of {ReportCell.Of(follow.Count).Text}." : null),
                new ReportTable("Residual risk", ["Host", "Patch", "Loss a day", "Due (UTC)", "In this plan"],
                    [.. open.Take(Rows).Select(o => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(input.Facts.NameOf(o.Asset)), ReportCell.Of(o.Patch ?? $"{o.Package}: nobody offers one"), ReportCell.Money(o.Risk.ExpectedLossPerDay, input.Currency), ReportCell.Day(o.Risk.DueDate),
                        ReportCell.Of(o.Patch is { } patch && planned.Contains((o.Asset, patch)) ? "yes" : "no"),
                    ])],
                    open.Count > Rows ? $"The {ReportCell.Of(Rows).Text} costliest of {ReportCell.Of(open.Count).Text}." : null),
            ],
        };
    }

    /// <summary>The next step for a host that its wave did not bring to its end; null where nobody needs to do anything.</summary>
    private static string? Next(PatchPlan plan, PlanWave wave, HostRun? run, DateTimeOffset asOf) =>
        // A wave that is over, or that nobody has begun, has different things to wait for.
        run?.State is null or HostState.Pending ? (wave.End <= asOf ? "Its window is over: plan it again with New-PatchPlan." : null) : NextStep.For(plan.Id, wave.Number, run.State);
}
