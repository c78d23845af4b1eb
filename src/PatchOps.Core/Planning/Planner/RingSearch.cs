using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Core.Planning.Engine.Search;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>One choice of rings with the schedule found for it.</summary>
internal sealed record PlanAttempt(InstanceBuilder Builder, PlanningInstance Instance, PlanningSolution Solution)
{
    public bool IsBetterThan(PlanAttempt other) =>
        (Solution.Unplaced.Count + Builder.Refused.Count, Solution.Objective).CompareTo((other.Solution.Unplaced.Count + other.Builder.Refused.Count, other.Solution.Objective)) < 0;
}

/// <summary>
/// Chooses the hosts of the early rings by trying: hosts that can be changed soon after production opens let everybody behind go earlier,
/// a wider choice shows more. What fewest are left over with, and then what waits cheapest, is taken.
/// </summary>
internal sealed class RingSearch(PlanningPolicy policy, PlanningEstate estate, PlanOrder order, Func<InstanceBuilder> newBuilder)
{
    /// <summary>How much later than the soonest a canary and a pilot may be, in days, one pair per round.</summary>
    private static readonly (double Canary, double Pilot)[] Patience = [(1, 2), (0, 1), (1, 3), (0, 0), (2, 5), (1, 1)];

    /// <summary>Large estates get fewer rounds.</summary>
    private const int HostsOfRounds = 20_000;

    /// <summary>While rings are being chosen, schedules are rough: improvement steps and iterations of the bound.</summary>
    private const int Steps = 5_000, Iterations = 30;

    /// <summary>Null where no host has any window.</summary>
    public PlanAttempt? Choose(IReadOnlyList<PlanItem> items, InstanceBuilder first, FallingProgress? progress, CancellationToken cancellationToken)
    {
        if (first.Hosts.Count == 0) return null;
        var refused = first.Refused.Select(r => r.Item.Asset.Id).ToHashSet(StringComparer.Ordinal);
        var rounds = first.Hosts.Count(h => h.Stage == AssetEnvironment.Production) < 2 ? 1 : Math.Clamp(HostsOfRounds / first.Hosts.Count, 1, Patience.Length);
        // The largest estates have one round.
        var more = rounds == 1 ? 0 : (rounds + 1) / 2;
        PlanAttempt? best = null;
        HashSet<string> unfit = [.. refused], preferred = [];
        var opens = Guess(first, 0.8);
        for (var round = 0; round < rounds; round++)
        {
            Try(Patience[round]);
            opens = Opening(best!) ?? opens;
        }
        // Something is left over: production could open as soon as the stages before it have shown anything.
        var early = Guess(first, 0);
        var hurries = early < opens;
        for (var round = 0; round < more && hurries && LeftOver().Count > 0; round++)
        {
            if (round == 0) (opens, unfit) = (early, [.. refused]);
            Try(Patience[round]);
        }
        // Somebody of an earlier stage is left over: production could wait for all of them.
        var late = Guess(first, 1);
        var waits = late > opens;
        for (var round = 0; round < more && waits && LeftOver(production: false).Count > 0; round++)
        {
            if (round == 0) (opens, unfit) = (late, [.. refused]);
            Try(Patience[round]);
        }
        // Those who have chances early only belong into an early ring.
        for (var round = 0; round < more && LeftOver() is { Count: > 0 } left && !preferred.IsSupersetOf(left); round++)
        {
            preferred.UnionWith(left);
            opens = Opening(best!) ?? early;
            unfit = [.. refused];
            Try(Patience[round]);
        }
        return best;

        void Try((double Canary, double Pilot) patience)
        {
            var clock = new RingClock(opens, first.EndOf, TimeSpan.FromDays(patience.Canary), TimeSpan.FromDays(patience.Pilot));
            var builder = newBuilder();
            var instance = builder.Build(RingAssignment.Assign(items, policy, estate, clock, unfit, preferred));
            if (progress is not null) progress.Refused = builder.Refused.Count;
            // Choosing rings takes half of the time; the other half improves what was chosen.
            var solution = PatchScheduler.Solve(instance, new PlanningOptions
            {
                TimeLimit = order.TimeLimit / (2 * (rounds + 3 * more)) ?? Timeout.InfiniteTimeSpan, MaxSteps = Steps, BoundIterations = Iterations, Progress = progress is null ? null : progress.Tell,
            }, cancellationToken);
            var next = new PlanAttempt(builder, instance, solution);
            if (best is null || next.IsBetterThan(best)) best = next;
            unfit.UnionWith(solution.Unplaced.Select(h => builder.Hosts[h]).Where(h => h.Ring < WaveRing.Broad).Select(h => h.Asset.Id));
        }

        HashSet<string> LeftOver(bool production = true) => best is null ? [] : [.. best.Solution.Unplaced.Select(h => best.Builder.Hosts[h]).Where(h => h.Stage == AssetEnvironment.Production == production).Select(h => h.Asset.Id)];
    }

    /// <summary>When production opens in an attempt; null where nothing before it is placed.</summary>
    private DateTimeOffset? Opening(PlanAttempt attempt)
    {
        var before = attempt.Solution.Placements.Where(p => p.IsPlaced && attempt.Builder.Hosts[p.Host].Stage != AssetEnvironment.Production).ToList();
        return before.Count == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(before.Max(p => p.Start + attempt.Instance.Hosts[p.Host].P90Seconds)) + Soak;
    }

    /// <summary>Stage by stage, when a share of its hosts can have had their first chance.</summary>
    private DateTimeOffset Guess(InstanceBuilder first, double share)
    {
        var at = order.Start;
        foreach (var stage in first.Hosts.Where(h => h.Stage != AssetEnvironment.Production).GroupBy(h => h.Stage).OrderBy(g => g.Key))
        {
            var ends = stage.Select(h => first.EndOf(h, at)).OfType<DateTimeOffset>().Order().ToList();
            if (ends.Count > 0) at = ends[(int)((ends.Count - 1) * share)] + Soak;
        }
        return at;
    }

    private TimeSpan Soak => order.Emergency ? TimeSpan.Zero : policy.Soak;
}
