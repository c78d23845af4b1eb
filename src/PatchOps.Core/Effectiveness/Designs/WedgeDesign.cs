using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness.Statistics;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>Cuts timelines into the cells of the stepped-wedge model, and says what the controls are worth.</summary>
internal sealed class WedgeDesign
{
    /// <summary>Deployments closer together than this are one wave.</summary>
    private const double WaveGap = 3;

    private readonly List<WedgeGroup> _groups = [];
    private readonly bool[] _patchedPeriods;
    private TwoWayPoisson? _free;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public WedgeDesign(BeforeAfterWindow window, List<ItemTimeline> all)
    {
        var policy = window.Policy;
        var from = window.Items.Min(i => i.BeforeFrom(policy.BeforeDays));
        var until = window.Items.Max(i => i.AfterUntil(policy.AfterDays));
        var edges = Edges(from, until, window.Items);
        var periods = edges.Length - 1;
        Middles = [.. edges.Skip(1).Select((edge, k) => (edges[k] + edge) / 2)];
        var strata = new Dictionary<int, int>();
        var members = new HashSet<ItemTimeline>(window.Items);
        var alike = new Dictionary<(int, double, double, double, double), ItemCells>();
        ((int, double, double, double, double) Kind, ItemCells? Cells) last = default;
        var unpatched = all.Sum(i => i.Deployed is null ? i.Symptoms.Count : 0);
        foreach (var item in all)
        {
            if (item.Use == ItemUse.Dependent) continue;
            var patched = item.Deployed is not null;
            var member = patched && members.Contains(item);
            // A patched item without exposure on both sides still is a control until its deployment.
            if (patched && !member && item.Deployed <= from) continue;
            if (!strata.TryGetValue(item.Stratum, out var stratum)) strata.Add(item.Stratum, stratum = strata.Count);
            var kind = (stratum, item.From, item.Until, item.Deployed ?? -1, member ? item.Settled : -1);
            if (last.Cells is null || last.Kind != kind)
            {
                if (!alike.TryGetValue(kind, out var cells))
                {
                    alike.Add(kind, cells = new ItemCells(_groups.Count, stratum * periods, edges,
                        (Math.Max(from, item.From), Math.Min(until, item.Deployed ?? item.Until)), member ? (item.AfterFrom, item.AfterUntil(policy.AfterDays)) : default, patched ? item.Symptoms.Count : unpatched));
                    if (cells.Group.Cells.Length > 0) _groups.Add(cells.Group);
                }
                last = (kind, cells);
            }
            last.Cells.Count(item);
            if (!patched && item.Symptoms.Count > 0) NeverPatched++;
        }
        // Controls are those that were unpatched in a period in which a comparable item was patched.
        _patchedPeriods = new bool[strata.Count * periods];
        foreach (var group in _groups)
            foreach (var cell in group.Cells)
                if (cell.Treated) _patchedPeriods[cell.Period] = true;
        foreach (var group in _groups)
            if (IsControl(group)) Controls += group.Items;
        (ControlChange, ControlsExpected) = Change();
        Pooled = new WedgeCell[_groups.Sum(g => g.Cells.Length)];
        var at = 0;
        foreach (var group in _groups)
            foreach (var cell in group.Cells) Pooled[at++] = cell with { Exposure = cell.Exposure * group.Items };
    }

    /// <summary>Items of one stratum that were observed and patched at the same times, together.</summary>
    public IReadOnlyList<WedgeGroup> Groups => _groups;

    /// <summary>Each group as one item: the likelihood, and so every estimate, is the same.</summary>
    public WedgeCell[] Pooled { get; }

    /// <summary>The full model, not fitted yet.</summary>
    public TwoWayPoisson Free => _free ??= new TwoWayPoisson(Pooled);

    /// <summary>Middle of each period, days since the data's start.</summary>
    public IReadOnlyList<double> Middles { get; }

    /// <summary>Unpatched items on which the problem occurred.</summary>
    public int NeverPatched { get; }

    /// <summary>Whether any item was patched while a comparable one was not.</summary>
    public bool Concurrent => Controls > 0;

    /// <summary>The controls' own rates, before any comparable item was patched and since; null where they had no incidents.</summary>
    public RateComparison? ControlChange { get; }

    /// <summary>Incidents that the controls would have had since, had nothing changed.</summary>
    public double ControlsExpected { get; }

    /// <summary>Items that were unpatched while a comparable one was patched.</summary>
    public int Controls { get; }

    /// <summary>Variance of the plain before/after estimate over the wedge's, if the patch did nothing: 0 where the controls say nothing.</summary>
    public double Efficiency(BeforeAfterWindow window)
    {
        double total = window.BeforeCount + window.AfterCount;
        if (total <= 0) return 0;
        var after = window.AfterDays / (window.AfterDays + window.BeforeDays);
        // Expected information under the null hypothesis: the wedge with its treatment labels, fitted without an effect.
        var variance = Free.NullVariance();
        return double.IsFinite(variance) ? 1 / (total * after * (1 - after)) / variance : 0;
    }

    /// <summary>
    /// The controls' change, each item against itself: pooled, an item that is watched mostly before and one that is watched mostly
    /// after would pass for a change. Given its total, an item's incidents fall before or after in proportion to its own exposure if
    /// nothing changed; the sums of those expectations are the exposures of the comparison. (Its binomial variance is at least that of
    /// the sum of unequal binomials; Hodges and Le Cam 1960.)
    /// </summary>
    private (RateComparison? Change, double Expected) Change()
    {
        double before = 0, expectedBefore = 0, after = 0, expectedAfter = 0;
        foreach (var group in _groups)
        {
            if (!IsControl(group)) continue;
            double countBefore = 0, daysBefore = 0, countAfter = 0, daysAfter = 0;
            foreach (var cell in group.Cells)
            {
                if (cell.Treated) continue;
                if (_patchedPeriods[cell.Period]) { countAfter += cell.Count; daysAfter += cell.Exposure; }
                else { countBefore += cell.Count; daysBefore += cell.Exposure; }
            }
            if (daysBefore <= 0 || daysAfter <= 0) continue;
            var share = daysAfter / (daysBefore + daysAfter);
            before += countBefore;
            after += countAfter;
            expectedBefore += (countBefore + countAfter) * (1 - share);
            expectedAfter += (countBefore + countAfter) * share;
        }
        return (before > 0 ? new RateComparison(before, expectedBefore, after, expectedAfter) : null, expectedAfter);
    }

    private bool IsControl(WedgeGroup group)
    {
        foreach (var cell in group.Cells)
            if (!cell.Treated && _patchedPeriods[cell.Period]) return true;
        return false;
    }

    /// <summary>Some ten periods, cut at the waves: within one period nobody goes from unpatched to patched, so that no time trend leaks in.</summary>
    private static double[] Edges(double from, double until, IReadOnlyList<ItemTimeline> patched)
    {
        var width = Math.Max(7, (until - from) / 10);
        var edges = new List<double> { from };
        var previous = double.NegativeInfinity;
        foreach (var at in patched.Select(i => i.Deployed!.Value).Order())
        {
            if (at - previous > WaveGap && at - edges[^1] > WaveGap && at < until) edges.Add(at);
            previous = at;
        }
        if (until > edges[^1]) edges.Add(until);
        var all = new List<double>();
        for (var k = 0; k + 1 < edges.Count; k++)
        {
            var pieces = Math.Max(1, (int)Math.Round((edges[k + 1] - edges[k]) / width));
            for (var piece = 0; piece < pieces; piece++) all.Add(edges[k] + (edges[k + 1] - edges[k]) * piece / pieces);
        }
        all.Add(edges[^1]);
        return [.. all];
    }

    /// <summary>The cells of alike items: first those before, then those after deployment, each a run of periods.</summary>
    private sealed class ItemCells
    {
        private readonly double[] _edges;
        private readonly (double From, double Until) _before;
        private readonly (double From, double Until) _after;
        private readonly int _firstBefore;
        private readonly int _firstAfter;
        private readonly int _beforeCells;

        public ItemCells(int number, int firstPeriod, double[] edges, (double From, double Until) before, (double From, double Until) after, int expected)
        {
            (_edges, _before, _after) = (edges, before, after);
            (_firstBefore, _beforeCells) = Run(before);
            (_firstAfter, var afterCells) = Run(after);
            var cells = new WedgeCell[_beforeCells + afterCells];
            for (var c = 0; c < cells.Length; c++)
            {
                var treated = c >= _beforeCells;
                var k = treated ? _firstAfter + c - _beforeCells : _firstBefore + c;
                var time = treated ? after : before;
                cells[c] = new WedgeCell(number, firstPeriod + k, Math.Min(time.Until, edges[k + 1]) - Math.Max(time.From, edges[k]), 0, treated);
            }
            Group = new WedgeGroup(cells, expected);
        }

        public WedgeGroup Group { get; }

        /// <summary>Adds an item's incidents.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Count(ItemTimeline item)
        {
            var period = 0;
            foreach (var at in item.Symptoms)
            {
                var treated = at >= _after.From && at < _after.Until;
                if (!treated && !(at >= _before.From && at < _before.Until)) continue;
                while (at >= _edges[period + 1]) period++;
                Group.Add(treated ? _beforeCells + period - _firstAfter : period - _firstBefore, 1);
            }
            Group.End();
        }

        /// <summary>The periods that a time touches.</summary>
        private (int First, int Length) Run((double From, double Until) time)
        {
            var first = 0;
            while (first + 1 < _edges.Length && !(Math.Min(time.Until, _edges[first + 1]) > Math.Max(time.From, _edges[first]))) first++;
            var end = first;
            while (end + 1 < _edges.Length && Math.Min(time.Until, _edges[end + 1]) > Math.Max(time.From, _edges[end])) end++;
            return (first, end - first);
        }
    }
}
