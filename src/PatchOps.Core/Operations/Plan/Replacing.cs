using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Planning.Review;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

/// <summary>Re-planning: what an earlier plan has done stays, the rest of what it covered is planned anew.</summary>
internal sealed class Replacing
{
    private Replacing(ReplacedPlan plan) => Plan = plan;

    public ReplacedPlan Plan { get; }

    /// <exception cref="FailureException"><c>PlanReplaced</c>: another plan has replaced it already.</exception>
    public static async Task<Replacing> OfAsync(PatchPlan plan, ICatalogue catalogue, IJournal journal, PlanningPolicy policy, DateTimeOffset start, DateTimeOffset end, CancellationToken cancellationToken)
    {
        var runs = await PlanProgress.OfAsync(journal, plan, cancellationToken).ConfigureAwait(false);
        var worked = runs.Select(r => (r.Key, How: PlanProgress.Holds(r.Value))).Where(r => r.How is not null).ToDictionary(r => r.Key, r => r.How!, StringComparer.Ordinal);
        var assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var from = plan.Start < start ? plan.Start : start;
        var to = plan.End > end ? plan.End : end;
        var imported = catalogue.Windows();
        var windows = new AssetWindows(policy, from, to, imported, FreezeExceptions.On(catalogue, start));
        var unfrozen = new AssetWindows(policy with { Freezes = [] }, from, to, imported);
        return new Replacing(new ReplacedPlan(plan, worked, WhyLeftOut, WhyClosed));

        string WhyLeftOut(string asset) =>
            !assets.TryGetValue(asset, out var known) ? "it is no longer in the store"
            : known.Retired is { } retired ? FormattableString.Invariant($"it was retired at {retired:u}")
            : runs.TryGetValue(asset, out var run) && run.State == HostState.Skipped ? $"the earlier plan skipped it ({run.Reason}), and nothing is open on it now"
            : "nothing of what the plan covers is open on it now";

        string? WhyClosed(string asset, DateTimeOffset time) =>
            plan.Emergency || !assets.TryGetValue(asset, out var known) ? null : CalendarReview.WhyClosed(windows, unfrozen, known, time, TimeSpan.FromMinutes(1))?.Reason;
    }

    /// <summary>The patches of the earlier plan, and whatever its packages need by now; on its hosts and on those that need them since.</summary>
    public (Func<Finding, bool> Covered, Func<Finding, PatchRisk?> RiskOf) Covered(EstateRisk estate)
    {
        var planned = Plan.Plan.Waves.SelectMany(w => w.Hosts).SelectMany(h => h.Patches).ToList();
        var patches = planned.Select(p => p.Patch).Concat(Plan.Plan.Unscheduled.SelectMany(u => u.Patches)).ToHashSet(StringComparer.Ordinal);
        var packages = planned.SelectMany(p => p.Packages).Select(p => p.Package).ToHashSet(StringComparer.Ordinal);
        var risks = estate.By(f => f.Patch is null ? [] : [f.Patch], Covers, explain: false).ToDictionary(r => r.Id, StringComparer.Ordinal);
        return (Covers, f => f.Patch is null ? null : risks.GetValueOrDefault(f.Patch));

        bool Covers(Finding finding) => finding.Patch is not null && (patches.Contains(finding.Patch) || packages.Contains(finding.Package));
    }
}
