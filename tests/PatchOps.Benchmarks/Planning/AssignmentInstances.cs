using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Benchmarks.Planning;

/// <summary>
/// Random instances of hosts × windows in which every window has room for each host once, so that a plan is an assignment. Capacities are
/// drawn around a hidden plan, so that one always exists.
/// </summary>
internal static class AssignmentInstances
{
    private const long Hour = 3_600, Day = 86_400, Length = 4 * Hour;

    public static PlanningInstance Create(int hosts, int windows, int seed)
    {
        var random = new Random(seed);
        var sites = Math.Max(2, hosts / 150);
        var siteOf = Enumerable.Range(0, hosts).Select(_ => random.Next(sites)).ToArray();
        var shuffled = Enumerable.Range(0, hosts).ToArray();
        random.Shuffle(shuffled);
        var groups = Groups(shuffled, random);
        var (barriers, lags) = Barriers(hosts, windows, random);
        var hidden = Hide(hosts, windows, groups, barriers, lags, random);
        // A window every day; bake times are whole days.
        var list = new List<PlanningWindow>();
        for (var w = 0; w < windows; w++)
        {
            var load = hidden.Count(x => x == w);
            var used = 0.70 + 0.25 * random.NextDouble();
            list.Add(new($"W{w}", Day * w, Day * w + Length, Math.Max(1, (int)Math.Ceiling(load / used))));
        }
        var siteCapacity = Enumerable.Range(0, sites)
            .Select(s => Enumerable.Range(0, windows).Max(w => Enumerable.Range(0, hosts).Count(h => siteOf[h] == s && hidden[h] == w)) + random.Next(2)).ToArray();
        var built = new List<PlanningHost>();
        for (var h = 0; h < hosts; h++)
        {
            var keep = 0.35 + 0.5 * random.NextDouble();
            var allowed = Enumerable.Range(0, windows).Where(w => w == hidden[h] || random.NextDouble() < keep).ToArray();
            var release = random.Next(5) == 0 ? Day * random.Next(hidden[h] + 1) : 0;
            built.Add(new($"h{h}", Math.Round(Math.Exp(1.2 * Gauss(random)) * 100, 2), 2 * Hour, Length, allowed)
            {
                Release = release,
                Due = random.Next(4) == 0 ? Day * random.Next(1, windows) : null,
                LatenessPerDay = 50,
                Resources = [siteOf[h]],
            });
        }
        return new(0, Day * windows, built, list,
            [.. siteCapacity.Select((c, s) => new PlanningResource($"Site{s}", Math.Max(1, c)))],
            [.. groups.Select((g, i) => new PlanningGroup($"G{i}", g.MaxConcurrent, g.Members))],
            [.. barriers.Select((b, i) => new PlanningBarrier($"D{i}", b.Before, b.After, lags[i] * Day))]);
    }

    private static List<(int[] Members, int MaxConcurrent)> Groups(int[] shuffled, Random random)
    {
        var groups = new List<(int[], int)>();
        for (var at = 0; at < shuffled.Length * 6 / 10;)
        {
            var size = random.Next(2, 6);
            groups.Add((shuffled.Skip(at).Take(size).ToArray(), size <= 3 ? 1 : random.Next(1, 3)));
            at += size;
        }
        return groups;
    }

    /// <summary>Single dependencies for about a fifth of the hosts, and a canary with bake time for blocks of twenty.</summary>
    private static (List<(int[] Before, int[] After)> Barriers, List<int> Lags) Barriers(int hosts, int windows, Random random)
    {
        var barriers = new List<(int[], int[])>();
        var lags = new List<int>();
        // Stacks of two or three (database, application, front end), always from the lower index to the higher one: never a circle.
        for (var from = 0; from + 12 <= hosts; from += 12)
        {
            var stack = Enumerable.Range(from, 12).OrderBy(_ => random.Next()).Take(random.Next(2, 4)).Order().ToArray();
            for (var i = 0; i + 1 < stack.Length; i++)
            {
                barriers.Add(([stack[i]], [stack[i + 1]]));
                lags.Add(0);
            }
        }
        for (var from = 0; from + 20 <= hosts; from += 40)
        {
            barriers.Add((Enumerable.Range(from, 1 + random.Next(2)).ToArray(), Enumerable.Range(from + 2, 18).ToArray()));
            lags.Add(windows > 10 ? random.Next(3) : random.Next(2));
        }
        return (barriers, lags);
    }

    private static int[] Hide(
        int hosts, int windows, List<(int[] Members, int MaxConcurrent)> groups, List<(int[] Before, int[] After)> barriers, List<int> lags, Random random)
    {
        var groupOf = new int[hosts];
        Array.Fill(groupOf, -1);
        for (var g = 0; g < groups.Count; g++)
        {
            foreach (var h in groups[g].Members) groupOf[h] = g;
        }
        var used = new int[groups.Count, windows];
        var into = Enumerable.Range(0, hosts).Select(_ => new List<int>()).ToArray();
        for (var b = 0; b < barriers.Count; b++)
        {
            foreach (var h in barriers[b].After) into[h].Add(b);
        }
        var awaited = new bool[hosts];
        foreach (var (before, _) in barriers)
        {
            foreach (var h in before) awaited[h] = true;
        }
        while (true)
        {
            Array.Clear(used);
            var hidden = new int[hosts];
            var ok = true;
            for (var h = 0; h < hosts && ok; h++)
            {
                var least = 0;
                foreach (var b in into[h]) least = Math.Max(least, barriers[b].Before.Max(i => hidden[i]) + 1 + lags[b]);
                var choices = Enumerable.Range(0, windows).Where(w => w >= least && (groupOf[h] < 0 || used[groupOf[h], w] < groups[groupOf[h]].MaxConcurrent)).ToArray();
                ok = choices.Length > 0;
                if (!ok) break;
                // Who is waited for goes early, so that chains of dependencies find room.
                var w0 = choices[(int)(choices.Length * Math.Pow(random.NextDouble(), awaited[h] ? 4 : 1.2))];
                hidden[h] = w0;
                if (groupOf[h] >= 0) used[groupOf[h], w0]++;
            }
            if (ok) return hidden;
        }
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
