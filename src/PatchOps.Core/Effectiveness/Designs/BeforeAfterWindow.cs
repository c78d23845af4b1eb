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
    }

    public EffectivenessPolicy Policy { get; }

    /// <summary>Those with exposure on both sides.</summary>
    public ItemTimeline[] Items { get; }

    public double BeforeDays { get; }

    public double AfterDays { get; }

    public long BeforeCount { get; }

    public long AfterCount { get; }

    /// <summary>Longest observation of an item on one side, days.</summary>
    public double Length(bool before)
    {
        var longest = 0.0;
        foreach (var item in Items)
            longest = Math.Max(longest, before ? item.BeforeUntil - item.BeforeFrom(Policy.BeforeDays) : item.AfterUntil(Policy.AfterDays) - item.AfterFrom);
        return longest;
    }

    /// <summary>Pooled over items in time relative to their own deployment; negative bins lie before it.</summary>
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
            for (var k = 0; k < size && k * width < length; k++) exposure[k] += Math.Min(width, length - k * width);
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
