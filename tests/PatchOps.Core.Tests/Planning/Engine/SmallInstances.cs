using PatchOps.Core.Planning.Checking;
using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Core.Tests.Planning.Engine;

/// <summary>Random instances small enough to try every plan, with every sort of rule.</summary>
internal static class SmallInstances
{
    public const long Hour = 3_600, Day = 86_400;

    public static PlanningInstance Random(int seed, int hosts, int windows, int slots = 2)
    {
        var random = new Random(seed);
        var list = Enumerable.Range(0, windows)
            .Select(w => new PlanningWindow($"w{w}", w * Day, w * Day + (1 + random.Next(slots)) * Hour, random.Next(1, 3), random.Next(4) == 0 ? 2 : int.MaxValue)).ToArray();
        var built = Enumerable.Range(0, hosts).Select(h =>
        {
            var allowed = Enumerable.Range(0, windows).Where(_ => random.Next(4) > 0).ToArray();
            var long_ = random.Next(3) == 0;
            return new PlanningHost($"h{h}", random.Next(1, 50), long_ ? Hour : Hour / 2, long_ ? 2 * Hour : Hour, allowed)
            {
                Release = random.Next(5) == 0 ? Day : null,
                Due = random.Next(3) == 0 ? random.Next(1, windows) * Day : null,
                LatenessPerDay = 20,
                Resources = random.Next(2) == 0 ? [0] : [],
            };
        }).ToArray();
        PlanningGroup[] groups = [new("pair", 1, [0, 1])];
        PlanningBarrier[] barriers = hosts < 4 ? [] :
        [
            new("db first", [2], [0], 0),
            // Closes a circle in the graph of hosts and barriers (not of time): the bound prices one edge.
            new("db first here too", [2], [1], Hour),
            new("canary", [3], random.Next(2) == 0 ? [1] : [0, 1], random.Next(2) * Day, random.Next(3) == 0),
        ];
        PlanningFreeze[] freezes = random.Next(3) == 0 ? [new("freeze", Day, Day + Hour, random.Next(2) == 0 ? null : [0, 1])] : [];
        return new(0, windows * Day, built, list, [new("site", 1)], groups, barriers, freezes);
    }

    /// <summary>Objective by its definition.</summary>
    public static double Objective(PlanningInstance instance, IReadOnlyList<Placement> plan)
    {
        double sum = 0;
        foreach (var place in plan)
        {
            var host = instance.Hosts[place.Host];
            var done = place.IsPlaced ? place.Start + host.MedianSeconds - instance.Start : 2 * (instance.End - instance.Start);
            sum += host.RiskPerDay * done / Day;
            if (host.Due is { } due) sum += host.LatenessPerDay * Math.Max(0, done + instance.Start - due) / Day;
        }
        return sum;
    }

    /// <summary>Tries every start on the hour: fewest left over, then cheapest.</summary>
    public static (int LeftOver, double Objective) Best(PlanningInstance instance)
    {
        var options = instance.Hosts.Select((h, i) => h.Windows
            .SelectMany(w => Enumerable.Range(0, 24).Select(k => new Placement(i, w, instance.Windows[w].Start + k * Hour)))
            .Where(p => p.Start + h.P90Seconds <= instance.Windows[p.Window].End && p.Start >= (h.Release ?? 0))
            .Append(new(i, -1, 0)).ToArray()).ToArray();
        var plan = new Placement[instance.Hosts.Count];
        var best = (LeftOver: int.MaxValue, Objective: double.MaxValue);
        Try(0);
        return best;

        void Try(int h)
        {
            if (h == plan.Length)
            {
                var found = (plan.Count(p => !p.IsPlaced), Objective(instance, plan));
                if (found.CompareTo(best) < 0 && PlanChecker.Check(PlanTranslation.Describe(instance, plan)).Count == 0) best = found;
                return;
            }
            foreach (var option in options[h])
            {
                plan[h] = option;
                Try(h + 1);
            }
        }
    }
}
