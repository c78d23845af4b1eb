using PatchOps.Core.Planning.Engine.Model;

namespace PatchOps.Benchmarks.Planning;

/// <summary>Estates of any size: forty time zones with nightly windows, sites, teams, clusters and dependencies in proportion to the hosts.</summary>
internal static class EstateInstances
{
    private const long Minute = 60, Hour = 3_600, Day = 86_400;
    private const int Zones = 40, Nights = 28, Teams = 25;

    public static PlanningInstance Create(int hosts, int seed)
    {
        var random = new Random(seed);
        var windows = new List<PlanningWindow>();
        var perWindow = Math.Max(2, hosts / 700);
        for (var z = 0; z < Zones; z++)
        {
            // Offsets from -11 h to +13 h in steps that include half and quarter hours.
            var offset = -11 * Hour + z * 37 * 15 * Minute / 15;
            offset = offset / (15 * Minute) * (15 * Minute);
            for (var d = 0; d < Nights; d++)
            {
                var start = (d + 1) * Day - offset - 2 * Hour;
                windows.Add(new($"z{z}d{d}", start, start + 5 * Hour, perWindow));
            }
        }
        var resources = new List<PlanningResource> { new("estate", Math.Max(4, hosts / 60)) };
        for (var z = 0; z < Zones; z++) resources.Add(new($"site{z}", Math.Max(2, hosts / 800)));
        for (var t = 0; t < Teams; t++) resources.Add(new($"team{t}", Math.Max(2, hosts / 300)));
        var built = new PlanningHost[hosts];
        for (var h = 0; h < hosts; h++)
        {
            // Clusters and stacks stay in a zone: neighbours by index share one.
            var zone = h / 20 % Zones;
            var kind = random.Next(3);
            var first = random.Next(7);
            var nights = Enumerable.Range(0, Nights).Where(d => kind switch { 0 => true, 1 => d % 7 == first, _ => d % 7 >= 5 }).Select(d => zone * Nights + d).ToArray();
            var p90 = random.Next(4, 13) * 5 * Minute;
            built[h] = new($"h{h}", Math.Exp(random.NextDouble() * 5), p90 / 2, p90, nights)
            {
                Resources = [0, 1 + zone, 1 + Zones + random.Next(Teams)],
                Due = random.Next(4) == 0 ? random.Next(2, 25) * Day : null,
                LatenessPerDay = 10,
            };
        }
        var groups = new List<PlanningGroup>();
        for (var g = 0; g < hosts / 20; g++) groups.Add(new($"c{g}", 1 + random.Next(2), [.. Enumerable.Range(g * 20, random.Next(2, 9))]));
        var barriers = new List<PlanningBarrier>();
        for (var d = 0; d < hosts * 3 / 10; d++)
        {
            var from = d * 20 / 6 / 20 * 20;
            var a = Math.Min(hosts - 2, from + random.Next(19));
            var b = Math.Min(hosts - 1, a + 1 + random.Next(Math.Max(1, from + 19 - a)));
            barriers.Add(new($"d{d}", [a], [b], random.Next(3) == 0 ? Day : 0));
        }
        return new(0, (Nights + 2) * Day, built, windows, resources, groups, barriers);
    }
}
