using PatchOps.Core.Kpi.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>Deployments of one period, counted by group in one pass.</summary>
internal sealed class DeploymentTally
{
    private readonly Group[] groups;

    public DeploymentTally(KpiGroups of, KpiPeriod period)
    {
        var facts = of.Facts;
        groups = new Group[of.All.Count];
        for (var i = 0; i < groups.Length; i++) groups[i] = new Group();
        var places = of.Deployments;
        for (int i = facts.FirstFrom(period.From), end = facts.FirstFrom(period.To); i < end; i++)
        {
            var group = groups[places[i]];
            group.Started++;
            if (of.OfPatches) group.Assets.Add(facts.Numbers.Asset(i));
            switch (facts.Deployments[i].Outcome)
            {
                case DeploymentOutcome.Succeeded:
                    if (facts.Times.FromFix(i) is { } fix) group.Fixes.Add(fix);
                    if (facts.Times.FromProblem(i) is { } wait) group.Waits.Add(wait);
                    continue;
                case DeploymentOutcome.RolledBack: group.RolledBack++; break;
                default: group.Failed++; break;
            }
            if (facts.Times.Repair(i) is { } hours) group.Repairs.Add(hours);
        }
    }

    public Estimate Success(int group) => Estimate.Share(groups[group].Started - groups[group].Failed - groups[group].RolledBack, groups[group].Started);

    public Estimate Failure(int group) => Estimate.Share(groups[group].Failed + groups[group].RolledBack, groups[group].Started);

    public Estimate Rollback(int group) => Estimate.Share(groups[group].RolledBack, groups[group].Started);

    /// <summary>Hours.</summary>
    public Estimate Repair(int group) => Estimate.Mean(groups[group].Repairs);

    /// <summary>Days from the fix to the first success.</summary>
    public Estimate FromFix(int group, double quantile) => Estimate.Quantile(groups[group].Fixes, quantile);

    /// <summary>Days from the problem to the first success.</summary>
    public Estimate FromProblem(int group) => Estimate.Quantile(groups[group].Waits, 0.5);

    /// <summary>Numbers of the assets that got anything, where groups are about patches.</summary>
    public IReadOnlySet<int> Assets(int group) => groups[group].Assets;

    private sealed class Group
    {
        public long Started, Failed, RolledBack;

        public List<double> Repairs { get; } = [];

        public List<double> Fixes { get; } = [];

        public List<double> Waits { get; } = [];

        public HashSet<int> Assets { get; } = [];
    }
}
