using PatchOps.Core.Effectiveness.Statistics;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>Cuts timelines into the cells of the stepped-wedge model, and says what the controls are worth.</summary>
internal sealed class WedgeDesign
{
    /// <summary>Deployments closer together than this are one wave.</summary>
    private const double WaveGap = 3;

    private readonly List<WedgeCell> _cells;
    private readonly List<WedgeCell> _pooled = [];
    private TwoWayPoisson? _free;

    public WedgeDesign(BeforeAfterWindow window, IReadOnlyCollection<ItemTimeline> all)
    {
        var policy = window.Policy;
        var from = window.Items.Min(i => i.BeforeFrom(policy.BeforeDays));
        var until = window.Items.Max(i => i.AfterUntil(policy.AfterDays));
        var edges = Edges(from, until, window.Items);
        var periods = edges.Length - 1;
        Middles = [.. edges.Skip(1).Select((edge, k) => (edges[k] + edge) / 2)];
        _cells = new List<WedgeCell>(Math.Min(2400, all.Count * (periods + 1)));
        var strata = new Dictionary<string, int>(StringComparer.Ordinal);
        var members = new HashSet<ItemTimeline>(window.Items);
        var number = 0;
        var alike = new Dictionary<(int, double, double, double?, double), int>();
        foreach (var item in all)
        {
            if (item.Use == ItemUse.Dependent) continue;
            var patched = item.Deployed is not null;
            // A patched item without exposure on both sides still is a control until its deployment.
            if (patched && !members.Contains(item) && item.Deployed <= from) continue;
            if (!strata.TryGetValue(item.Stratum, out var stratum)) strata.Add(item.Stratum, stratum = strata.Count);
            var first = _cells.Count;
            Cut(item, number, stratum * periods, Math.Max(from, item.From), Math.Min(until, item.Deployed ?? item.Until), edges, treated: false);
            if (members.Contains(item)) Cut(item, number, stratum * periods, item.AfterFrom, item.AfterUntil(policy.AfterDays), edges, treated: true);
            Pool(alike, (stratum, item.From, item.Until, item.Deployed, members.Contains(item) ? item.Settled : -1), first);
            if (!patched && item.Symptoms.Count > 0) NeverPatched++;
            number++;
        }
        // Controls are those that were unpatched in a period in which a comparable item was patched.
        var patchedPeriods = new bool[strata.Count * periods];
        foreach (var cell in _cells)
            if (cell.Treated) patchedPeriods[cell.Period] = true;
        var controls = new bool[number];
        foreach (var cell in _cells)
        {
            if (cell.Treated || !patchedPeriods[cell.Period] || controls[cell.Item]) continue;
            controls[cell.Item] = true;
            Controls++;
        }
        ControlChange = Change(controls, patchedPeriods);
    }

    public IReadOnlyList<WedgeCell> Cells => _cells;

    /// <summary>The same with items of one stratum that were observed and patched at the same times put together: the likelihood, and so every estimate, is the same.</summary>
    public IReadOnlyList<WedgeCell> Pooled => _pooled;

    /// <summary>The full model, not fitted yet.</summary>
    public TwoWayPoisson Free => _free ??= new TwoWayPoisson(_pooled);

    /// <summary>Middle of each period, days since the data's start.</summary>
    public IReadOnlyList<double> Middles { get; }

    /// <summary>Unpatched items on which the problem occurred.</summary>
    public int NeverPatched { get; }

    /// <summary>Whether any item was patched while a comparable one was not.</summary>
    public bool Concurrent => Controls > 0;

    /// <summary>The controls' own rates, before any comparable item was patched and since; null where they had no incidents.</summary>
    public RateComparison? ControlChange { get; }

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
    private RateComparison? Change(bool[] controls, bool[] patchedPeriods)
    {
        double before = 0, expectedBefore = 0, after = 0, expectedAfter = 0;
        for (int from = 0, until; from < _cells.Count; from = until)
        {
            double countBefore = 0, daysBefore = 0, countAfter = 0, daysAfter = 0;
            for (until = from; until < _cells.Count && _cells[until].Item == _cells[from].Item; until++)
            {
                var cell = _cells[until];
                if (cell.Treated || !controls[cell.Item]) continue;
                if (patchedPeriods[cell.Period]) { countAfter += cell.Count; daysAfter += cell.Exposure; }
                else { countBefore += cell.Count; daysBefore += cell.Exposure; }
            }
            if (daysBefore <= 0 || daysAfter <= 0) continue;
            var share = daysAfter / (daysBefore + daysAfter);
            before += countBefore;
            after += countAfter;
            expectedBefore += (countBefore + countAfter) * (1 - share);
            expectedAfter += (countBefore + countAfter) * share;
        }
        return before > 0 ? new RateComparison(before, expectedBefore, after, expectedAfter) : null;
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

    /// <summary>Adds an item's cells to those of the first item like it. Alike items have cells in the same order.</summary>
    private void Pool(Dictionary<(int, double, double, double?, double), int> alike, (int, double, double, double?, double) kind, int first)
    {
        if (first == _cells.Count) return;
        if (alike.TryAdd(kind, _pooled.Count))
        {
            for (var c = first; c < _cells.Count; c++) _pooled.Add(_cells[c]);
            return;
        }
        for (int c = first, at = alike[kind]; c < _cells.Count; c++, at++)
            _pooled[at] = _pooled[at] with { Exposure = _pooled[at].Exposure + _cells[c].Exposure, Count = _pooled[at].Count + _cells[c].Count };
    }

    private void Cut(ItemTimeline item, int number, int firstPeriod, double from, double until, double[] edges, bool treated)
    {
        for (var k = 0; k + 1 < edges.Length; k++)
        {
            double start = Math.Max(from, edges[k]), end = Math.Min(until, edges[k + 1]);
            if (end > start) _cells.Add(new WedgeCell(number, firstPeriod + k, end - start, item.Count(start, end), treated));
        }
    }
}
