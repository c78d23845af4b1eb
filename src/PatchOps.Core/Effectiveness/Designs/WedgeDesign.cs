using PatchOps.Core.Effectiveness.Statistics;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>Cuts timelines into the cells of the stepped-wedge model, and says what the controls are worth.</summary>
internal sealed class WedgeDesign
{
    private readonly List<WedgeCell> _cells = [];

    public WedgeDesign(BeforeAfterWindow window, IReadOnlyCollection<ItemTimeline> all)
    {
        var policy = window.Policy;
        var from = window.Items.Min(i => i.BeforeFrom(policy.BeforeDays));
        var until = window.Items.Max(i => i.AfterUntil(policy.AfterDays));
        // Some twenty periods: enough to follow a trend, few enough that each holds incidents.
        var width = Math.Max(7, 7 * Math.Ceiling((until - from) / 20 / 7));
        var periods = (int)Math.Ceiling((until - from) / width - 1e-9);
        var strata = new Dictionary<string, int>(StringComparer.Ordinal);
        var members = new HashSet<ItemTimeline>(window.Items);
        var number = 0;
        foreach (var item in all)
        {
            if (item.Use == ItemUse.Dependent) continue;
            var patched = item.Deployed is not null;
            // A patched item without exposure on both sides still is a control until its deployment.
            if (patched && !members.Contains(item) && item.Deployed <= from) continue;
            if (!strata.TryGetValue(item.Stratum, out var stratum)) strata.Add(item.Stratum, stratum = strata.Count);
            Cut(item, number, stratum * periods, Math.Max(from, item.From), Math.Min(until, item.Deployed ?? item.Until), from, width, treated: false);
            if (members.Contains(item)) Cut(item, number, stratum * periods, item.AfterFrom, item.AfterUntil(policy.AfterDays), from, width, treated: true);
            if (!patched && item.Symptoms.Count > 0) NeverPatched++;
            number++;
        }
        // Controls are those that were unpatched in a period in which a comparable item was patched.
        var patchedPeriods = _cells.Where(c => c.Treated).Select(c => c.Period).ToHashSet();
        Controls = _cells.Where(c => !c.Treated && patchedPeriods.Contains(c.Period)).Select(c => c.Item).Distinct().Count();
    }

    public IReadOnlyList<WedgeCell> Cells => _cells;

    /// <summary>Unpatched items on which the problem occurred.</summary>
    public int NeverPatched { get; }

    /// <summary>Whether any item was patched while a comparable one was not.</summary>
    public bool Concurrent => Controls > 0;

    /// <summary>Items that were unpatched while a comparable one was patched.</summary>
    public int Controls { get; }

    /// <summary>Variance of the plain before/after estimate over the wedge's, if the patch did nothing: 0 where the controls say nothing.</summary>
    public double Efficiency(BeforeAfterWindow window)
    {
        double total = window.BeforeCount + window.AfterCount;
        if (total <= 0) return 0;
        var after = window.AfterDays / (window.AfterDays + window.BeforeDays);
        // Expected information under the null hypothesis: the wedge with its treatment labels, fitted without an effect.
        var variance = new TwoWayPoisson(_cells).NullVariance();
        return double.IsFinite(variance) ? 1 / (total * after * (1 - after)) / variance : 0;
    }

    private void Cut(ItemTimeline item, int number, int firstPeriod, double from, double until, double origin, double width, bool treated)
    {
        if (until <= from) return;
        var k = (int)Math.Floor((from - origin) / width);
        for (var start = from; start < until; k++)
        {
            var end = Math.Min(until, origin + (k + 1) * width);
            if (end > start) _cells.Add(new WedgeCell(number, firstPeriod + k, end - start, item.Count(start, end), treated));
            start = Math.Max(start, end);
        }
    }
}
