using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Engine.Conflicts;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>What a plan is asked for.</summary>
public sealed record PlanOrder
{
    public required string Name { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Half-open [Start, End), UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    public bool Emergency { get; init; }

    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(2);

    public required string Currency { get; init; }
}

/// <summary>Makes plans: waves by stage and ring, hosts at their times, what could not be placed with its reason.</summary>
public sealed class Planner(PlanningPolicy policy, IReadOnlyDictionary<string, (int Size, int MinAvailable)> clusters, Func<string, string?> resolve)
{
    private const int ExplainedHosts = 5;

    /// <summary>Rounds of choosing other hosts for the first rings.</summary>
    private const int RingAttempts = 4;

    public PatchPlan Make(PlanOrder order, IReadOnlyList<PlanItem> items, Action<PlanningProgress>? progress, CancellationToken cancellationToken)
    {
        var unfit = new HashSet<string>(StringComparer.Ordinal);
        var first = new InstanceBuilder(policy, order.Start, order.End, order.Emergency, clusters, resolve);
        var chances = first.Build(items).Hosts.ToDictionary(h => h.Id, h => h.Windows.Count, StringComparer.Ordinal);
        for (var attempt = 1; ; attempt++)
        {
            var builder = new InstanceBuilder(policy, order.Start, order.End, order.Emergency, clusters, resolve);
            var instance = builder.Build(RingAssignment.Assign(items, policy, resolve, i => chances.GetValueOrDefault(i.Asset.Id), unfit));
            var unscheduled = builder.Refused.ToList();
            if (builder.Hosts.Count == 0) return Seal(order, [], unscheduled, 0, 0);
            var solution = PatchScheduler.Solve(instance, new PlanningOptions { TimeLimit = order.TimeLimit, Progress = progress }, cancellationToken);

            // A canary whose windows come too late, or never, stops everything behind it: another host takes its place.
            var late = solution.Unplaced.Select(i => builder.Hosts[i]).Where(h => h.Ring < WaveRing.Broad).Select(h => h.Asset.Id)
                .Concat(builder.Refused.Select(r => r.Asset)).Where(id => !unfit.Contains(id)).ToList();
            if (late.Count > 0 && attempt < RingAttempts && items.Any(i => i.Stage == AssetEnvironment.Production))
            {
                unfit.UnionWith(late);
                continue;
            }
            Verify(instance, solution);
            var conflicts = new ConflictFinder(instance, solution.Placements);
            // An explanation is a search of its own: the first few are told in full.
            unscheduled.AddRange(solution.Unplaced.Select((host, i) => Unplaced(builder.Hosts[host], order, i < ExplainedHosts ? conflicts.Explain(host) : null)));
            return Seal(order, Waves(order, builder, solution), unscheduled, solution.Objective, solution.LowerBound);
        }
    }

    private PatchPlan Seal(PlanOrder order, List<PlanWave> waves, List<UnscheduledItem> unscheduled, double objective, double bound) =>
        PlanDocument.Seal(new PatchPlan
        {
            Id = "", Hash = "", Name = order.Name, Author = order.Author, Created = order.Created, Start = order.Start, End = order.End, Emergency = order.Emergency,
            Waves = waves, Unscheduled = unscheduled, ApprovalsNeeded = Approvals(order, waves), Objective = objective, LowerBound = bound, Currency = order.Currency,
        });

    private List<PlanWave> Waves(PlanOrder order, InstanceBuilder builder, PlanningSolution solution)
    {
        var placed = solution.Placements.Where(p => p.IsPlaced).Select(p => (Item: builder.Hosts[p.Host], Window: builder.Windows[p.Window], p.Start));
        var number = 0;
        var waves = new List<PlanWave>();
        foreach (var ring in placed.GroupBy(p => (p.Item.Stage, p.Item.Ring)).OrderBy(g => g.Key.Stage).ThenBy(g => g.Key.Ring))
        {
            number++;
            var hosts = ring.OrderBy(p => p.Start).ThenBy(p => p.Item.Asset.Id, StringComparer.Ordinal).Select(p => new PlannedHost
            {
                Asset = p.Item.Asset.Id,
                Name = p.Item.Asset.Name,
                Start = Time(p.Start),
                LatestStart = Time(p.Window.End - (long)Math.Ceiling(p.Item.NinetiethPercentile.TotalSeconds)),
                Median = p.Item.Median,
                NinetiethPercentile = p.Item.NinetiethPercentile,
                Patches = p.Item.Patches,
            }).ToList();
            waves.Add(new PlanWave
            {
                Number = number,
                Stage = ring.Key.Stage,
                Ring = ring.Key.Ring,
                Start = hosts[0].Start,
                End = Time(ring.Max(p => p.Window.End)),
                BakeTime = order.Emergency ? TimeSpan.Zero : policy.Bake,
                Hosts = hosts,
                Gates = Gates(ring.Select(p => p.Item)),
                HaltRule = new HaltRule { MaxFailures = ring.Key.Ring == WaveRing.Canary ? 0 : policy.MaxFailures, MaxFailurePercent = Tolerated(ring.Key.Stage) },
                Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = policy.DetectionWindow, ProbeGrace = policy.ProbeGrace },
            });
        }
        return waves;
    }

    /// <summary>Stages before production are there to fail: they tolerate twice as much.</summary>
    private double Tolerated(AssetEnvironment stage) => stage == AssetEnvironment.Production ? policy.MaxFailurePercent : Math.Min(100, 2 * policy.MaxFailurePercent);

    private List<HealthGate> Gates(IEnumerable<PlanItem> items)
    {
        var hosts = items.ToList();
        return [.. policy.Probes.Where(p => hosts.Exists(h => p.For.Matches(h.Asset))).Select(p => new HealthGate { Kind = p.Kind, Target = p.Target, Packages = p.Packages, Assets = Selected(p, hosts) })];
    }

    /// <summary>Empty where the probe is for every host of the wave.</summary>
    private static IReadOnlyList<string> Selected(ProbeRule probe, List<PlanItem> hosts) =>
        hosts.TrueForAll(h => probe.For.Matches(h.Asset)) ? [] : [.. hosts.Where(h => probe.For.Matches(h.Asset)).Select(h => h.Asset.Id)];

    private List<ApprovalRule> Approvals(PlanOrder order, List<PlanWave> waves)
    {
        if (waves.Count == 0) return [];
        return
        [
            order.Emergency
                ? new ApprovalRule { Role = policy.EmergencyRole, Quorum = 1, Because = "the plan takes the emergency path" }
                : new ApprovalRule { Role = policy.ApproverRole, Quorum = policy.ApprovalQuorum, Because = $"the plan changes {waves.Sum(w => w.Hosts.Count)} hosts" },
        ];
    }

    private static UnscheduledItem Unplaced(PlanItem item, PlanOrder order, PlanningConflict? conflict)
    {
        var rules = conflict is null || conflict.Rules.Count == 0 ? null : string.Join("; ", conflict.Rules.Select(r => r.Id));
        return new UnscheduledItem
        {
            Asset = item.Asset.Id,
            Patches = [.. item.Patches.Select(p => p.Patch)],
            Constraint = conflict is null || conflict.Rules.Count == 0 ? "Order" : conflict.Rules[0].Kind.ToString(),
            Reason = rules is null
                ? FormattableString.Invariant($"{item.Asset.Name}: its windows until {order.End.UtcDateTime:yyyy-MM-dd HH:mm}Z are over before earlier stages and rings have soaked, or full")
                : $"{item.Asset.Name}: no place is left between {rules}",
            Remedy = conflict?.Relaxation?.Text ?? "fits with a longer -Horizon, a shorter soak time in policy, or more hosts at the same time",
        };
    }

    /// <summary>Nothing leaves here that a second pair of eyes, which shares no code with the search, finds fault with.</summary>
    private static void Verify(PlanningInstance instance, PlanningSolution solution)
    {
        var violations = PlanChecker.Check(PlanTranslation.Describe(instance, solution.Placements));
        if (violations.Count > 0)
            throw new InvalidOperationException($"The search made a plan that breaks {violations.Count} rules; the first: {violations[0].Message}");
    }

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
