using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;
using PatchOps.Core.Planning.Stacks;
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

    /// <summary>Ends the search early; null: it ends after a number of steps, and the same order always gives the same plan.</summary>
    public TimeSpan? TimeLimit { get; init; }

    public required string Currency { get; init; }

    /// <summary>Who must approve what.</summary>
    public ApprovalPolicy Approvals { get; init; } = ApprovalPolicy.Default;

    /// <summary>What a patch is for.</summary>
    public Func<string, UpdateKind> KindOf { get; init; } = static _ => UpdateKind.Security;

    /// <summary>Chance that a patch fails or is rolled back, 0–1; null where nothing is known.</summary>
    public Func<string, double>? FailureOf { get; init; }

    /// <summary>SHA-256 of the policy.</summary>
    public string? PolicyHash { get; init; }

    /// <summary>The plan that this one replaces, and what it has done by now; null for a first plan.</summary>
    public ReplacedPlan? Replaces { get; init; }
}

/// <summary>Makes plans: waves by stage and ring, hosts at their times, what could not be placed with its reason.</summary>
public sealed class Planner(PlanningPolicy policy, IReadOnlyDictionary<string, (int Size, int MinAvailable)> clusters, Func<string, string?> resolve, IReadOnlyList<WindowDefinition>? windows = null)
{
    /// <summary>Approved exceptions that open freezes.</summary>
    public FreezeExceptions Exceptions { get; init; } = FreezeExceptions.None;

    /// <summary>What is installed, for compatibility; null where policy has no matrix.</summary>
    public StackState? Stacks { get; init; }

    /// <summary>Patches that prerequisites or compatibility leave out; they stand in the plan with their reasons.</summary>
    public IReadOnlyList<LeftPatch> Left { get; init; } = [];

    public PatchPlan Make(PlanOrder order, IReadOnlyList<PlanItem> items, Action<PlanningProgress>? progress, CancellationToken cancellationToken)
    {
        var estate = new PlanningEstate(clusters, resolve, windows, Exceptions);
        var calendar = new ItemCalendar(policy, order.Start, order.End, order.Emergency, windows, Exceptions);
        InstanceBuilder NewBuilder() => new(policy, estate, order, calendar);
        items = [.. items.Select(i => LeadTimes.Of(WithPeople(i), order, policy.Notices))];
        var first = NewBuilder();
        first.Build(items);
        var reasons = new UnplacedReasons(policy, estate, order);
        var told = progress is null ? null : new FallingProgress(progress);
        if (new RingSearch(policy, estate, order, NewBuilder).Choose(items, first, told, cancellationToken) is not { } best)
            return Seal(order, [], reasons.Of(first, null, cancellationToken), 0, 0, items);
        if (told is not null) told.Refused = best.Builder.Refused.Count;
        var improved = best with
        {
            Solution = PatchScheduler.Solve(best.Instance, new PlanningOptions { TimeLimit = order.TimeLimit / 2 ?? Timeout.InfiniteTimeSpan, Progress = told is null ? null : told.Tell }, cancellationToken),
        };
        if (improved.IsBetterThan(best)) best = improved;
        var waves = Waves(order, best.Builder, best.Solution);
        Verify(best.Instance, best.Solution, waves);
        told?.End(best.Solution);
        return Seal(order, waves, reasons.Of(best.Builder, best.Solution, cancellationToken), best.Solution.Objective, best.Solution.LowerBound, items);
    }

    /// <summary>People who accept the result, and guests that are moved away first, take time of the window too.</summary>
    private PlanItem WithPeople(PlanItem item)
    {
        var moving = policy.Quiesce.Where(q => q.Evacuates && item.Guests.Count > 0 && q.For.Matches(item.Asset)).Select(q => q.PerGuest * item.Guests.Count).DefaultIfEmpty().Max();
        var more = moving + ItemCalendar.Acceptance(policy, item);
        return more == TimeSpan.Zero ? item : item with { Median = item.Median + more, NinetiethPercentile = item.NinetiethPercentile + more };
    }

    private PatchPlan Seal(PlanOrder order, List<PlanWave> waves, IReadOnlyList<UnscheduledItem> unscheduled, double objective, double bound, IReadOnlyList<PlanItem> items)
    {
        unscheduled = [.. unscheduled, .. Left.Select(l => l.ToItem())];
        var assets = items.ToDictionary(i => i.Asset.Id, i => i.Asset, StringComparer.Ordinal);
        var hosts = waves.SelectMany(w => w.Hosts).ToList();
        var patches = hosts.SelectMany(h => h.Patches).Select(p => p.Patch).Distinct(StringComparer.Ordinal).ToList();
        (double, string)? worst = order.FailureOf is { } chance && patches.Count > 0 ? patches.Select(p => (chance(p), p)).Max() : null;
        var changed = hosts.Select(h => assets[h.Asset]).ToList();
        var assessment = ApprovalRules.Assess(order.Approvals, order.Emergency, changed, patches.Select(order.KindOf).ToHashSet(), worst);
        return PlanDocument.Seal(new PatchPlan
        {
            Id = "", Hash = "", Name = order.Name, Author = order.Author, Created = order.Created, Start = order.Start, End = order.End, Emergency = order.Emergency,
            Category = assessment.Category, Risk = assessment.Risk, RiskReasons = assessment.Reasons, PolicyHash = order.PolicyHash,
            Replaces = order.Replaces?.Plan.Id, Differences = order.Replaces is { } replaced ? PlanDifferences.Of(replaced, waves, unscheduled, order.Start) : [],
            Notices = PlanNotices.Of(order, policy.Notices, waves, assets), Waves = waves, Unscheduled = unscheduled,
            ApprovalsNeeded = ApprovalRules.For(policy, order.Approvals, assessment, changed), Objective = objective, LowerBound = bound, Currency = order.Currency,
        });
    }

    private List<PlanWave> Waves(PlanOrder order, InstanceBuilder builder, PlanningSolution solution)
    {
        var placed = solution.Placements.Where(p => p.IsPlaced).Select(p => (Item: builder.Hosts[p.Host], Closes: builder.ClosesAfter(builder.Hosts[p.Host], p.Start), p.Start)).ToList();
        var stages = placed.ToDictionary(p => p.Item.Asset.Id, p => p.Item.Stage, StringComparer.Ordinal);
        var number = 0;
        var waves = new List<PlanWave>();
        var contents = new WaveContents(policy);
        foreach (var ring in placed.GroupBy(p => (p.Item.Stage, p.Item.Ring)).OrderBy(g => g.Key.Stage).ThenBy(g => g.Key.Ring))
        {
            number++;
            var hosts = ring.OrderBy(p => p.Start).ThenBy(p => p.Item.Asset.Id, StringComparer.Ordinal).Select(p => new PlannedHost
            {
                Asset = p.Item.Asset.Id,
                Name = p.Item.Asset.Name,
                Start = Time(p.Start),
                LatestStart = Time(p.Closes - InstanceBuilder.Reserved(p.Item)),
                Median = p.Item.Median,
                NinetiethPercentile = p.Item.NinetiethPercentile,
                Patches = p.Item.Patches,
                Due = p.Item.Due,
                After = After(p.Item, stages),
                Waives = builder.Waived(p.Item, p.Start),
            }).ToList();
            waves.Add(contents.Fill(new PlanWave
            {
                Number = number, Stage = ring.Key.Stage, Ring = ring.Key.Ring, Start = hosts[0].Start, End = Time(ring.Max(p => p.Closes)), BakeTime = order.Emergency ? TimeSpan.Zero : policy.Bake, Hosts = hosts,
                Gates = [], HaltRule = new HaltRule(), Rollback = new RollbackRule { Method = "PreviousVersion", DetectionWindow = policy.DetectionWindow },
            }, [.. ring.Select(p => p.Item)], soaks: !order.Emergency && !builder.Hosts.Where(h => (h.Stage, h.Ring) == ring.Key).All(TestWaivers.SkipsSoak)));
        }
        return waves;
    }

    private List<string> After(PlanItem item, Dictionary<string, AssetEnvironment> stages) =>
        [.. item.Asset.DependsOn.Select(resolve).OfType<string>().Where(id => id != item.Asset.Id && stages.TryGetValue(id, out var stage) && stage <= item.Stage).Concat(item.After.Select(a => a.Asset)).Distinct(StringComparer.Ordinal)];

    /// <summary>Nothing leaves here that a second pair of eyes, which shares no code with the search, finds fault with.</summary>
    private void Verify(PlanningInstance instance, PlanningSolution solution, IReadOnlyList<PlanWave> waves)
    {
        IReadOnlyList<PlanViolation> violations = [.. PlanChecker.Check(PlanTranslation.Describe(instance, solution.Placements)), .. Stacks is null ? [] : StackTranslation.Check(Stacks, policy, waves)];
        if (violations.Count > 0)
            throw new InvalidOperationException($"The search made a plan that breaks {violations.Count} rules; the first: {violations[0].Message}");
    }

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
