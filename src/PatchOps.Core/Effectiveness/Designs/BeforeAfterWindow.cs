using System.Runtime.CompilerServices;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>The patched items' exposure and incidents around their own deployments.</summary>
internal sealed class BeforeAfterWindow
{
    public BeforeAfterWindow(IReadOnlyList<ItemTimeline> patched, EffectivenessPolicy policy)
    {
        Policy = policy;
        Items = patched.Where(i => i.BeforeUntil > i.BeforeFrom(policy.BeforeDays) && i.AfterUntil(policy.AfterDays) > i.AfterFrom).ToArray();
        foreach (var item in Items)
        {
            BeforeDays += item.BeforeUntil - item.BeforeFrom(policy.BeforeDays);
            AfterDays += item.AfterUntil(policy.AfterDays) - item.AfterFrom;
            BeforeCount += item.Count(item.BeforeFrom(policy.BeforeDays), item.BeforeUntil);
            AfterCount += item.Count(item.AfterFrom, item.AfterUntil(policy.AfterDays));
        }
        FairAfterDays = Fair();
    }

    public EffectivenessPolicy Policy { get; }

    /// <summary>Those with exposure on both sides.</summary>
    public ItemTimeline[] Items { get; }

    public double BeforeDays { get; }

    public double AfterDays { get; }

    public long BeforeCount { get; }

    public long AfterCount { get; }

    /// <summary>
    /// <see cref="AfterDays"/> as it compares with <see cref="BeforeDays"/>, each item against itself: pooled, a quiet host that was patched early, and so
    /// is watched longer after than before, would pass for a fall. Given its total, an item's incidents fall before or after in proportion to its
    /// own exposure if nothing changed; the sums of those expectations are what the counts are held against.
    /// </summary>
    public double FairAfterDays { get; }

    /// <summary>What a day of an item counts where items come and go: its own rate before over that of all, drawn to 1 as by one incident more.</summary>
    public double Weight(ItemTimeline item)
    {
        if (BeforeCount == 0) return 1;
        double from = item.BeforeFrom(Policy.BeforeDays), until = item.BeforeUntil;
        return (item.Count(from, until) + 1) / ((until - from) * BeforeCount / BeforeDays + 1);
    }

    private double Fair()
    {
        double early = 0, late = 0;
        foreach (var item in Items)
        {
            double before = item.BeforeUntil - item.BeforeFrom(Policy.BeforeDays), after = item.AfterUntil(Policy.AfterDays) - item.AfterFrom;
            double total = item.Count(item.BeforeFrom(Policy.BeforeDays), item.BeforeUntil) + item.Count(item.AfterFrom, item.AfterUntil(Policy.AfterDays));
            early += total * before / (before + after);
            late += total * after / (before + after);
        }
        return early > 0 ? BeforeDays * late / early : AfterDays;
    }

    /// <summary>Longest observation of an item on one side, days.</summary>
    public double Length(bool before)
    {
        var longest = 0.0;
        foreach (var item in Items)
            longest = Math.Max(longest, before ? item.BeforeUntil - item.BeforeFrom(Policy.BeforeDays) : item.AfterUntil(Policy.AfterDays) - item.AfterFrom);
        return longest;
    }

    /// <summary>Pooled over items in time relative to their own deployment; negative bins lie before it. The exposure is weighted, since not all items reach as far.</summary>
    /// <param name="width">Width of a bin in days.</param>
    /// <param name="before">Which side.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double[] Counts, double[] Exposure) Bins(double width, bool before)
    {
        var longest = Length(before);
        var size = (int)Math.Ceiling(longest / width - 1e-9);
        var counts = new double[size];
        var exposure = new double[size];
        foreach (var item in Items)
        {
            var from = before ? item.BeforeFrom(Policy.BeforeDays) : item.AfterFrom;
            var until = before ? item.BeforeUntil : item.AfterUntil(Policy.AfterDays);
            var length = until - from;
            var weight = Weight(item);
            for (var k = 0; k < size && k * width < length; k++) exposure[k] += weight * Math.Min(width, length - k * width);
            foreach (var at in item.Symptoms)
            {
                if (at < from || at >= until) continue;
                var k = (int)((before ? until - at : at - from) / width);
                counts[Math.Min(k, size - 1)]++;
            }
        }
        return (counts, exposure);
    }
}
