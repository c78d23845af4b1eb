using PatchOps.Core.Planning.Engine.Bounds;
using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>How long to search and whom to tell.</summary>
public sealed record PlanningOptions
{
    /// <summary>Same seed, same instance, same limits that do not depend on time: same plan.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Stops the search early; a plan that this has cut short is not reproducible. Default: none, and the search ends after a number of steps.</summary>
    public TimeSpan TimeLimit { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Steps of improvement; null: chosen by size, so that a thousand hosts take well under a second.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Iterations of the bound; null: chosen by size.</summary>
    public int? BoundIterations { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told about every phase and as gap and objective fall; called on the solving thread.</summary>
    public Action<PlanningProgress>? Progress { get; init; }
}

/// <summary>
/// The scheduling engine: ranking, then a Lagrangian lower bound whose prices guide further constructions, then improvement by
/// ruin and recreate. What it returns always respects every rule; hosts it could not place are listed.
/// </summary>
public static class PatchScheduler
{
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static PlanningSolution Solve(PlanningInstance instance, PlanningOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PlanningOptions();
        var run = new Run(new CompiledInstance(instance), options, cancellationToken);
        return run.Solve();
    }

    /// <summary>Below this gap the search ends where it hardly gains any more.</summary>
    private const double FineGap = 0.001;

    /// <summary>After so many iterations the bound is done when it rises by less than this share from one look to the next.</summary>
    private const int Settled = 250;

    private const double SlowRise = 2e-5;

    private sealed class Run(CompiledInstance instance, PlanningOptions options, CancellationToken cancellationToken)
    {
        private readonly long _began = options.Clock.GetTimestamp();
        private Timetable _best = null!;
        private double _bound;
        private bool _isSettled;
        private LadderSearch? _ladder;

        public PlanningSolution Solve()
        {
            _best = Construction.Ranking(instance);
            var greedy = _best.Cost;
            Tell("Ranking");
            var bound = new LagrangianBound(instance, _best.Unplaced > 0, Math.Clamp(12L * instance.Hosts, 40_000, 1_000_000));
            var mayLeaveOver = _best.Unplaced > 0;
            var iterations = options.BoundIterations ?? Iterations(bound.OptionCount);
            _ladder = bound.Levels is { } levels ? new LadderSearch(instance, instance.Ladder!, levels) : null;
            if (_ladder is not null)
            {
                bound.Propose(instance.UnplacedCost.Sum());
                Climb();
            }
            Bound(bound, iterations, ref mayLeaveOver);
            Climb();
            var steps = Improve(bound.SlotScores());
            // Improvement may have placed the last host that was left over, and a better plan sharpens the steps of the bound.
            if (!_isSettled || (mayLeaveOver && _best.Unplaced == 0)) Bound(bound, iterations / 5, ref mayLeaveOver);
            var placements = new Placement[instance.Hosts];
            var unplaced = new List<int>();
            var windows = new WindowFinder(instance.Source);
            for (var h = 0; h < placements.Length; h++)
            {
                if (_best.Slot[h] < 0)
                {
                    unplaced.Add(h);
                    placements[h] = new(h, -1, 0);
                    continue;
                }
                var start = instance.Seconds(_best.Start[h]);
                placements[h] = new(h, instance.WindowOf(_best.Slot[h]) ?? windows.Find(h, start), start);
            }
            return new()
            {
                Placements = placements,
                Unplaced = unplaced,
                Objective = _best.Cost,
                LowerBound = Math.Max(0, Math.Min(_bound, _best.Cost)),
                GreedyObjective = greedy,
                Steps = steps,
                StepSeconds = instance.Step,
            };
        }

        /// <summary>An iteration costs in proportion to the options; more hosts need more of them, until each is dear.</summary>
        private int Iterations(long count)
        {
            var work = count <= 100_000 ? 110_000_000L : 12_000_000L;
            return (int)Math.Clamp(work / Math.Max(1, count), 8, instance.Hosts <= 1_000 ? 700 : 2_000);
        }

        private void Climb()
        {
            if (_ladder is null || IsOver(0.4)) return;
            var keys = new double[instance.Hosts];
            for (var h = 0; h < keys.Length; h++) keys[h] = -instance.Weight[h];
            var plans = (int)Math.Clamp(200_000L / Math.Max(1, instance.Hosts), 4, 1_000);
            Keep(_ladder.Climb(keys, plans, () => IsOver(0.4)));
        }

        private void Keep(Timetable table)
        {
            if (table.Ranked < _best.Ranked) _best = table;
        }

        private void Bound(LagrangianBound bound, int iterations, ref bool mayLeaveOver)
        {
            var every = Math.Clamp(iterations / 12, 4, 60);
            double gap = 1, earlier = 1, before = _bound;
            for (var i = 0; i < iterations && !IsOver(0.4); i++)
            {
                if (mayLeaveOver && _best.Unplaced == 0)
                {
                    mayLeaveOver = false;
                    bound.ForbidLeavingOver(_best.Cost);
                }
                bound.Iterate(_best.Cost, _best.Unplaced);
                if (bound.Value > _bound) _bound = bound.Value;
                if (i % every != every - 1) continue;
                Guided(bound);
                Tell("Bound");
                (earlier, gap) = (gap, Gap);
                // Nothing left to prove, or hardly anything, and that hardly moves.
                if (IsProven || (gap < FineGap && gap > 0.9 * earlier)) break;
                // Long after the sprint, what hardly rises has arrived.
                if (_isSettled = i > Settled && _bound - before < SlowRise * _bound) break;
                before = _bound;
            }
        }

        /// <summary>A construction in the order that the prices suggest: by chosen start, and those who would lose most first.</summary>
        private void Guided(LagrangianBound bound)
        {
            var order = new int[instance.Hosts];
            var starts = new int[order.Length];
            var regrets = new double[order.Length];
            for (var h = 0; h < order.Length; h++)
            {
                order[h] = h;
                starts[h] = bound.ChosenStart(h);
                regrets[h] = bound.Regret(h);
            }
            Array.Sort(order, (a, b) => starts[a] != starts[b] ? starts[a].CompareTo(starts[b])
                : regrets[a] != regrets[b] ? regrets[b].CompareTo(regrets[a]) : a.CompareTo(b));
            var keys = new double[order.Length];
            for (var i = 0; i < order.Length; i++) keys[order[i]] = i;
            Keep(Construction.Build(instance, keys));
            if (_ladder is not null) Keep(_ladder.Build(keys));
        }

        private long Improve(double[] scores)
        {
            if (instance.Slots.Length == 0) return 0;
            var steps = options.MaxSteps ?? Math.Clamp(instance.Hosts * 45L, 30_000, 270_000);
            if (IsProven) return 0;
            var improvement = new Improvement(instance, _best, scores, new SeededRandom(options.Seed));
            var warm = 0.004 * _best.Cost / Math.Max(1, instance.Hosts);
            long done = 0;
            for (; done < steps; done++)
            {
                if ((done & 255) == 0 && IsOver(1)) break;
                if ((done & 16383) == 16383) Tell("Improvement", improvement.BestRanked);
                var left = 1 - (double)done / steps;
                improvement.Step(left < 0.1 ? 0 : warm * left * left);
            }
            improvement.Restore();
            Tell("Improvement");
            return done;
        }

        /// <summary>What the best plan may still be above the best of all, as far as is proven: 0–1.</summary>
        private double Gap => _best.Cost <= 0 ? 0 : Math.Max(0, (_best.Cost - _bound) / _best.Cost);

        /// <summary>With hosts left over the gap says nothing about plans that leave over fewer.</summary>
        private bool IsProven => _best.Unplaced == 0 && Gap <= 1e-9;

        private void Tell(string phase, double? ranked = null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cost = ranked is { } r && _best.Unplaced == 0 ? r : _best.Cost;
            options.Progress?.Invoke(new(phase, cost, Math.Max(0, _bound), _best.Unplaced));
        }

        private bool IsOver(double share)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return options.TimeLimit != Timeout.InfiniteTimeSpan && options.Clock.GetElapsedTime(_began) > options.TimeLimit * share;
        }
    }
}
