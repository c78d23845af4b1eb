using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Verdicts;

/// <summary>Looks for other incidents that rose after deployment: side effects, and what may mask the symptom.</summary>
internal sealed class ClusterScan
{
    /// <summary>Fewer incidents than this are no cluster.</summary>
    private const int Smallest = 3;

    private ClusterScan(IReadOnlyList<IncidentCluster> risen, double riseOnItems, bool totalRose)
    {
        Risen = risen;
        RiseOnItems = riseOnItems;
        TotalRose = totalRose;
    }

    /// <summary>Clusters that rose, after false-discovery control, largest first.</summary>
    public IReadOnlyList<IncidentCluster> Risen { get; }

    /// <summary>Incidents per item-day by which the patched items' other incidents rose in those clusters, or in all where only the total did.</summary>
    public double RiseOnItems { get; }

    /// <summary>Whether all other incidents on the patched items together rose.</summary>
    public bool TotalRose { get; }

    public static ClusterScan Of(BeforeAfterWindow window, CleanHistory history, EffectivenessPolicy policy)
    {
        var own = new Tally(history.Categories.Count);
        foreach (var item in window.Items)
            if (item.Watched) own.Add(item, item.BeforeFrom(policy.BeforeDays), item.BeforeUntil, item.AfterFrom, item.AfterUntil(policy.AfterDays));
        var dependents = DependentsOf(window, history, policy);

        var tests = new List<(Tally Tally, int Category, double P)>();
        Test(own, tests);
        if (dependents is not null) Test(dependents, tests);
        var adjusted = FalseDiscovery.BenjaminiHochberg(tests.Select(t => t.P).ToArray());
        var risen = new List<IncidentCluster>();
        double rise = 0;
        for (var i = 0; i < tests.Count; i++)
        {
            var (tally, c, _) = tests[i];
            if (adjusted[i] > policy.FalseDiscoveryRate || tally.After[c] < Smallest) continue;
            var cluster = new IncidentCluster
            {
                Category = history.Categories[c],
                OnDependents = tally != own,
                BeforeCount = tally.Before[c],
                BeforeDays = tally.BeforeDays,
                AfterCount = tally.After[c],
                AfterDays = tally.AfterDays,
                RateRatio = tally.Compare(c).Ratio,
                AdjustedPValue = adjusted[i],
            };
            risen.Add(cluster);
            // What overrules a verdict needs more proof than what is merely named.
            if (!cluster.OnDependents && adjusted[i] <= policy.FalseDiscoveryRate / 5) rise += own.Rise(cluster.BeforeCount, cluster.AfterCount, own.Late[c]);
        }
        var totalRose = false;
        if (own.Exposed && own.TotalAfter >= Smallest)
        {
            var late = own.Late.Sum();
            var total = new RateComparison(own.TotalBefore / own.Spread, own.TotalBefore + own.TotalAfter - late, own.TotalAfter / own.Spread, late);
            totalRose = total.TailHigh(1) < policy.Alpha / 5;
            if (totalRose) rise = Math.Max(rise, own.Rise(own.TotalBefore, own.TotalAfter, late));
        }
        risen.Sort((one, other) => other.AfterCount.CompareTo(one.AfterCount));
        return new ClusterScan(risen, rise, totalRose);
    }

    private static void Test(Tally tally, List<(Tally, int, double)> tests)
    {
        if (!tally.Exposed) return;
        for (var c = 0; c < tally.Before.Length; c++)
            if (tally.Before[c] + tally.After[c] > 0) tests.Add((tally, c, tally.RisePValue(c)));
    }

    /// <summary>A service that depends on patched items counts from the first of their deployments on.</summary>
    private static Tally? DependentsOf(BeforeAfterWindow window, CleanHistory history, EffectivenessPolicy policy)
    {
        Tally? tally = null;
        Dictionary<string, ItemTimeline>? patched = null;
        foreach (var item in history.Items)
        {
            if (item.Use != ItemUse.Dependent || item.DependsOn.Count == 0) continue;
            patched ??= window.Items.ToDictionary(i => i.Id, StringComparer.Ordinal);
            ItemTimeline? first = null;
            foreach (var name in item.DependsOn)
                if (patched.TryGetValue(name, out var source) && (first is null || source.Deployed < first.Deployed)) first = source;
            if (first is null) continue;
            tally ??= new Tally(history.Categories.Count);
            tally.Add(item, Math.Max(item.From, first.Deployed!.Value - policy.BeforeDays), Math.Min(item.Until, first.Deployed.Value),
                Math.Max(item.From, first.Settled), Math.Min(item.Until, first.Settled + policy.AfterDays));
        }
        return tally;
    }

    /// <summary>Other incidents by category before and after, with the dispersion between months of their total.</summary>
    private sealed class Tally(int categories)
    {
        private const double Month = 28;
        private readonly List<double> _early = [];
        private readonly List<double> _earlyDays = [];
        private double? _spread;

        public long[] Before { get; } = new long[categories];

        public long[] After { get; } = new long[categories];

        /// <summary>How many of each category would lie after if nothing had changed on any item: a host that was patched early is watched longer after.</summary>
        public double[] Late { get; } = new double[categories];

        public double BeforeDays { get; private set; }

        public double AfterDays { get; private set; }

        public long TotalBefore => Before.Sum();

        public long TotalAfter => After.Sum();

        public bool Exposed => BeforeDays > 0 && AfterDays > 0;

        /// <summary>From the baseline only: what the patch did must not look like noise.</summary>
        public double Spread => _spread ??= Estimate();

        public RateComparison Compare(int category) => new(Before[category] / Spread, Before[category] + After[category] - Late[category], After[category] / Spread, Late[category]);

        /// <summary>Incidents per item-day above what there was before.</summary>
        public double Rise(long before, long after, double late) => (after - before * late / (before + after - late)) / AfterDays;

        /// <summary>Twice the upper tail. Most categories have an incident or two, or did not rise at all: that needs no beta function.</summary>
        public double RisePValue(int category)
        {
            double before = Before[category] / Spread, after = After[category] / Spread, share = Late[category] / (Before[category] + After[category]);
            // As many as expected or fewer: the tail is a half at least.
            if (after <= Math.Floor((before + after) * share)) return 1;
            if (after == 1) return Math.Min(1, 2 * (1 - Math.Pow(1 - share, before + 1)));
            return Math.Min(1, 2 * Compare(category).TailHigh(1));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(ItemTimeline item, double beforeFrom, double beforeUntil, double afterFrom, double afterUntil)
        {
            if (beforeUntil <= beforeFrom || afterUntil <= afterFrom) return;
            BeforeDays += beforeUntil - beforeFrom;
            AfterDays += afterUntil - afterFrom;
            for (var k = 0; k * Month < beforeUntil - beforeFrom; k++)
            {
                if (k == _early.Count)
                {
                    _early.Add(0);
                    _earlyDays.Add(0);
                }
                _earlyDays[k] += Math.Min(Month, beforeUntil - beforeFrom - k * Month);
            }
            var share = (afterUntil - afterFrom) / (beforeUntil - beforeFrom + afterUntil - afterFrom);
            foreach (var (at, category) in item.Others)
            {
                if (at >= beforeFrom && at < beforeUntil)
                {
                    Before[category]++;
                    Late[category] += share;
                    _early[Math.Min((int)((beforeUntil - at) / Month), _early.Count - 1)]++;
                }
                else if (at >= afterFrom && at < afterUntil)
                {
                    After[category]++;
                    Late[category] += share;
                }
            }
        }

        private double Estimate()
        {
            var rate = TotalBefore / BeforeDays;
            return Dispersion.From(_early.ToArray(), _earlyDays.ConvertAll(d => d * rate).ToArray(), 1, "months").Factor;
        }
    }
}
