using PatchOps.Core.Waves.Halting;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Rehearsal;

/// <summary>What a rehearsal assumes.</summary>
public sealed record RehearsalOptions
{
    /// <summary>Chance that a host fails and is rolled back, 0–1; called once per host.</summary>
    public required Func<PlannedHost, double> FailureProbability { get; init; }

    /// <summary>Hosts at once.</summary>
    public int Throttle { get; init; } = 10;

    public int? MaxConsecutiveFailures { get; init; }

    /// <summary>Time that the way back takes, as a multiple of the host's own duration; 0 or more.</summary>
    public double RollbackFactor { get; init; } = 1;
}

/// <summary>Runs a plan many times on paper, with the same admission rules as the runner.</summary>
/// <remarks>
/// A host's duration is log-normal with the planned median and 90th percentile: σ = ln(p90 ÷ median) ÷ 1.2816. Hosts fail
/// independently of each other. The same seed gives the same figures, bit for bit.
/// </remarks>
public static class WaveRehearsal
{
    private const double NormalNinetieth = 1.2815515655446004;
    private const int DriverLimit = 5;

    /// <param name="plan">The plan; waves are taken in order, and a wave that does not go through ends the run.</param>
    /// <param name="options">Assumptions.</param>
    /// <param name="runs">1 or more.</param>
    /// <param name="seed">Start of the random numbers.</param>
    public static IReadOnlyList<WaveForecast> Simulate(PatchPlan plan, RehearsalOptions options, int runs, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Simulate([.. plan.Waves.OrderBy(w => w.Number)], options, runs, seed);
    }

    /// <inheritdoc cref="Simulate(PatchPlan, RehearsalOptions, int, ulong)"/>
    public static IReadOnlyList<WaveForecast> Simulate(IReadOnlyList<PlanWave> waves, RehearsalOptions options, int runs, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(waves);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Throttle, 1, nameof(options));
        var tallies = waves.Select(w => new Tally(w, options)).ToArray();
        for (var run = 0; run < runs; run++)
        {
            // A stream per run, so that a longer rehearsal begins with the shorter one's runs.
            var random = new RandomStream(seed + (ulong)run);
            random.Next();
            var undone = new HashSet<string>(StringComparer.Ordinal);
            foreach (var tally in tallies)
            {
                if (!tally.RunOnce(random, undone)) break;
            }
        }
        return [.. tallies.Select(t => t.Forecast(runs))];
    }

    private sealed class Tally
    {
        private readonly PlanWave wave;
        private readonly RehearsalOptions options;
        private readonly FailureBudget budget;
        private readonly PlannedHost[] hosts;
        private readonly double[] chance;
        private readonly double[] sigma;
        private readonly int[] fine;
        private readonly int[] badWhileFine;

        /// <summary>Of each host those of this wave that it comes after, and those that come after it.</summary>
        private readonly int[][] before;
        private readonly List<int>[] behind;
        private readonly List<double> spans = [];
        private int reached;
        private int inWindow;
        private int halted;
        private long rollbacks;
        private long left;

        public Tally(PlanWave wave, RehearsalOptions options)
        {
            this.wave = wave;
            this.options = options;
            hosts = [.. wave.Hosts.OrderBy(h => h.Start)];
            budget = new FailureBudget(wave.HaltRule, Math.Max(1, hosts.Length), options.MaxConsecutiveFailures);
            chance = [.. hosts.Select(h => Math.Clamp(options.FailureProbability(h), 0, 1))];
            sigma = [.. hosts.Select(h => h.Median > TimeSpan.Zero && h.NinetiethPercentile > h.Median ? Math.Log(h.NinetiethPercentile / h.Median) / NormalNinetieth : 0)];
            fine = new int[hosts.Length];
            badWhileFine = new int[hosts.Length];
            var index = hosts.Select((h, i) => (h.Asset, i)).ToDictionary(h => h.Asset, h => h.i, StringComparer.Ordinal);
            before = [.. hosts.Select(h => h.After.Where(index.ContainsKey).Select(a => index[a]).ToArray())];
            behind = [.. hosts.Select(_ => new List<int>())];
            for (var i = 0; i < hosts.Length; i++)
                foreach (var b in before[i]) behind[b].Add(i);
        }

        /// <param name="random">The run's luck.</param>
        /// <param name="undone">Hosts of earlier waves that are not done; takes those of this one.</param>
        /// <returns>True when the wave went through, so that the next may begin.</returns>
        public bool RunOnce(RandomStream random, HashSet<string> undone)
        {
            reached++;
            // Drawn for all hosts, admitted or not: the same host has the same luck under other rules.
            var fails = new bool[hosts.Length];
            var seconds = new double[hosts.Length];
            var well = new bool[hosts.Length];
            for (var i = 0; i < hosts.Length; i++)
            {
                fails[i] = random.Uniform() < chance[i];
                var own = hosts[i].Median.TotalSeconds * Math.Exp(sigma[i] * random.Normal());
                seconds[i] = fails[i] ? own * (1 + options.RollbackFactor) : own;
                well[i] = !fails[i] && own <= hosts[i].NinetiethPercentile.TotalSeconds;
            }

            var running = new PriorityQueue<int, double>();
            var ready = new PriorityQueue<int, int>();
            var waits = new int[hosts.Length];
            var barred = new bool[hosts.Length];
            var done = new bool[hosts.Length];
            for (var i = 0; i < hosts.Length; i++)
            {
                waits[i] = before[i].Length;
                if (hosts[i].After.Any(undone.Contains)) Bar(i, barred);
            }
            for (var i = 0; i < hosts.Length; i++)
                if (waits[i] == 0 && !barred[i]) ready.Enqueue(i, i);

            var (now, failures, inRow, admitted, late, end) = (0.0, 0, 0, 0, 0, 0.0);
            var stopped = false;
            while (true)
            {
                while (!stopped && ready.TryPeek(out var next, out _) && running.Count < options.Throttle && budget.Free(failures, inRow, running.Count) > 0)
                {
                    var earliest = (hosts[next].Start - wave.Start).TotalSeconds;
                    if (now < earliest)
                    {
                        if (running.Count > 0) break;
                        now = earliest;
                    }
                    ready.Dequeue();
                    if (now <= (hosts[next].LatestStart - wave.Start).TotalSeconds)
                    {
                        running.Enqueue(next, now + seconds[next]);
                        admitted++;
                        continue;
                    }
                    late++;
                    Bar(next, barred);
                }
                if (!running.TryDequeue(out var finished, out var at)) break;
                now = at;
                end = Math.Max(end, at);
                if (fails[finished])
                {
                    failures++;
                    inRow++;
                    rollbacks++;
                    Bar(finished, barred);
                }
                else
                {
                    inRow = 0;
                    done[finished] = true;
                    foreach (var host in behind[finished])
                        if (--waits[host] == 0 && !barred[host]) ready.Enqueue(host, host);
                }
                stopped |= budget.Exhausted(failures, inRow) is not null;
            }

            var tripped = (stopped && admitted + late < hosts.Length) || failures > budget.Tolerated;
            var good = !tripped && admitted == hosts.Length && end <= (wave.End - wave.Start).TotalSeconds;
            if (tripped) halted++;
            if (good) inWindow++;
            left += hosts.Length - admitted;
            spans.Add(end);
            for (var i = 0; i < hosts.Length; i++)
            {
                if (!done[i]) undone.Add(hosts[i].Asset);
                if (!well[i]) continue;
                fine[i]++;
                if (!good) badWhileFine[i]++;
            }
            return !tripped && late == 0;
        }

        /// <summary>Those that come after a host that is not done are left out, and those after them.</summary>
        private void Bar(int host, bool[] barred)
        {
            if (barred[host]) return;
            barred[host] = true;
            foreach (var next in behind[host]) Bar(next, barred);
        }

        public WaveForecast Forecast(int runs)
        {
            spans.Sort();
            var p = (double)inWindow / runs;
            var bad = reached == 0 ? 0 : 1 - ((double)inWindow / reached);
            return new WaveForecast
            {
                Wave = wave.Number,
                Runs = runs,
                Reached = (double)reached / runs,
                InWindow = p,
                InWindowMargin = 1.96 * Math.Sqrt(p * (1 - p) / runs),
                Halted = (double)halted / runs,
                ExpectedRollbacks = (double)rollbacks / runs,
                ExpectedNotAdmitted = reached == 0 ? 0 : (double)left / reached,
                Median = Quantile(0.5),
                NinetiethPercentile = Quantile(0.9),
                Drivers =
                [
                    .. hosts.Select((h, i) => new RiskDriver(h.Asset, h.Name, fine[i] == 0 ? 0 : bad - ((double)badWhileFine[i] / fine[i])))
                        .Where(d => d.Share > 0).OrderByDescending(d => d.Share).ThenBy(d => d.Asset, StringComparer.Ordinal).Take(DriverLimit),
                ],
            };
        }

        private TimeSpan Quantile(double q) => spans.Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(spans[Math.Min(spans.Count - 1, (int)Math.Ceiling(q * spans.Count) - 1)]);
    }
}
