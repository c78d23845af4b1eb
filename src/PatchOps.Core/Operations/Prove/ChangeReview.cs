using PatchOps.Core.Effectiveness;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

/// <summary>What else was done on items since a day: other patches that went in, and change records.</summary>
internal sealed class ChangeReview
{
    private readonly ILookup<string, LaterChange> changes;

    public ChangeReview(ICatalogue catalogue, DateTimeOffset since, DateTimeOffset asOf)
    {
        var patched = catalogue.Deployments().Where(d => d.Outcome == DeploymentOutcome.Succeeded && d.Started >= since && d.Started <= asOf)
            .Select(d => new LaterChange(d.Patch, d.Asset, d.Started));
        var changed = catalogue.Changes().Where(c => c.PlannedStart is { } start && start >= since && start <= asOf)
            .SelectMany(c => c.ConfigurationItems.Select(i => new LaterChange(c.Id, catalogue.ResolveAsset(i) ?? i, c.PlannedStart!.Value)));
        changes = patched.Concat(changed).ToLookup(c => c.Asset, StringComparer.Ordinal);
    }

    /// <summary>Changes on the problem's items other than its own patches; empty where there is no reason to look again.</summary>
    public IReadOnlyList<LaterChange> Of(Problem problem, ProblemHistories histories) =>
        histories.Scope(problem, [], []) is var scope ? [.. scope.Items.SelectMany(i => changes[i]).Where(c => !scope.Patches.Contains(c.Name, StringComparer.OrdinalIgnoreCase))] : [];
}
