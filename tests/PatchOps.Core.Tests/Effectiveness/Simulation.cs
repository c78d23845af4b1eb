using PatchOps.Core.Effectiveness;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Effectiveness;

/// <summary>Makes problem histories with a known truth.</summary>
internal sealed class Simulation
{
    public static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public int Items { get; init; } = 6;

    /// <summary>Of <see cref="Items"/>, never patched.</summary>
    public int Unpatched { get; init; }

    public double BeforeDays { get; init; } = 180;

    public double AfterDays { get; init; } = 90;

    /// <summary>Days over which the waves are spread.</summary>
    public double Stagger { get; init; }

    /// <summary>The first of the patched items: patched <see cref="Stagger"/> days before all others, which then come together; 0: the waves are spread evenly.</summary>
    public int Canaries { get; init; }

    /// <summary>What a canary has of <see cref="Rate"/>.</summary>
    public double CanaryShare { get; init; } = 1;

    /// <summary>Incidents of the problem per item and day.</summary>
    public double Rate { get; init; } = 24.0 / 6 / 180;

    public double Ratio { get; init; } = 1;

    /// <summary>Rate of other incidents per item and day, and its ratio after deployment.</summary>
    public double OtherRate { get; init; } = 0.02;

    public double OtherRatio { get; init; } = 1;

    /// <summary>Mean incidents per burst; 1 is Poisson.</summary>
    public double Burst { get; init; } = 1;

    /// <summary>Shape of a gamma factor that every week of the whole problem draws anew (variance grows with the square of the rate); infinite is none.</summary>
    public double WeeklyShape { get; init; } = double.PositiveInfinity;

    /// <summary>Shape of a gamma factor that every item draws once: some items fail far more often than others; infinite is none.</summary>
    public double ItemShape { get; init; } = double.PositiveInfinity;

    /// <summary>Factor per 30 days on every item.</summary>
    public double Trend { get; init; } = 1;

    /// <summary>Days after deployment at which the old rate returns; null: never.</summary>
    public double? ReturnsAfter { get; init; }

    public ProblemHistory Make(Random random, string problem = "PRB1")
    {
        var length = BeforeDays + Stagger + AfterDays;
        var incidents = new List<Incident>();
        var deployments = new List<Deployment>();
        var items = new List<ObservedItem>();
        var weeks = double.IsInfinity(WeeklyShape) ? null : Enumerable.Range(0, (int)(length / 7) + 1).Select(_ => Gamma(random, WeeklyShape)).ToArray();
        for (var i = 0; i < Items; i++)
        {
            var canary = i >= Unpatched && i < Unpatched + Canaries;
            var own = (double.IsInfinity(ItemShape) ? 1 : Gamma(random, ItemShape)) * (canary ? CanaryShare : 1);
            var id = $"{problem}-host{i}";
            var patched = i >= Unpatched;
            items.Add(new ObservedItem { Id = id, Use = patched ? ItemUse.Affected : ItemUse.Control, Role = "web", Environment = "Production" });
            var deployed = BeforeDays + (Canaries > 0 ? canary ? 0 : Stagger : Items - Unpatched > 1 ? Stagger * (i - Unpatched) / (Items - Unpatched - 1) : 0);
            if (patched)
                deployments.Add(new Deployment
                {
                    Id = $"{id}-D", Patch = "P1", Asset = id, Started = Start.AddDays(deployed), Ended = Start.AddDays(deployed + 0.01),
                    Outcome = DeploymentOutcome.Succeeded,
                });
            double Effect(double t) => !patched || t < deployed || t >= deployed + ReturnsAfter ? 1 : Ratio;
            Add(id, "database", problem, t => own * Rate * Math.Pow(Trend, (t - length) / 30) * Effect(t) * (weeks?[(int)(t / 7)] ?? 1),
                own * Rate * Math.Max(1, Ratio) * Math.Max(1, Math.Pow(Trend, -length / 30)) * (weeks?.Max() ?? 1));
            Add(id, "network", null, t => OtherRate * (patched && t >= deployed ? OtherRatio : 1), OtherRate * Math.Max(1, OtherRatio));
        }
        return new ProblemHistory
        {
            Problem = problem, Patches = ["P1"], Items = items, Incidents = incidents, Deployments = deployments,
            DataFrom = Start, DataUntil = Start.AddDays(length),
        };

        void Add(string item, string category, string? of, Func<double, double> rate, double highest)
        {
            // Thinning (Lewis and Shedler); bursts are geometric and last two days.
            for (var t = 0.0; ;)
            {
                t += -Math.Log(1 - random.NextDouble()) / (highest / Burst);
                if (t >= length) return;
                if (random.NextDouble() * highest > rate(t)) continue;
                do
                {
                    var at = t + (Burst > 1 ? random.NextDouble() * 2 : 0);
                    if (at < length)
                        incidents.Add(new Incident { Id = $"{problem}-I{incidents.Count}", Opened = Start.AddDays(at), ConfigurationItem = item, Category = category, Problem = of });
                }
                while (random.NextDouble() < 1 - 1 / Burst);
            }
        }
    }

    /// <summary>Gamma variable of mean 1: sum of exponentials for the whole part of the shape, Johnk's method for the rest.</summary>
    public static double Gamma(Random random, double shape)
    {
        double sum = 0;
        for (var k = 0; k < (int)shape; k++) sum -= Math.Log(1 - random.NextDouble());
        var rest = shape - (int)shape;
        if (rest > 0)
        {
            double x, y;
            do { x = Math.Pow(random.NextDouble(), 1 / rest); y = Math.Pow(random.NextDouble(), 1 / (1 - rest)); } while (x + y > 1 || x + y == 0);
            sum -= Math.Log(1 - random.NextDouble()) * x / (x + y);
        }
        return sum / shape;
    }

    public static int Poisson(Random random, double mean)
    {
        var n = 0;
        for (var sum = -Math.Log(1 - random.NextDouble()); sum < mean; sum -= Math.Log(1 - random.NextDouble())) n++;
        return n;
    }
}
