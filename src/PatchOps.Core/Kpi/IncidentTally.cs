using PatchOps.Core.Kpi.Statistics;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Kpi;

/// <summary>Incidents of one period, counted by group and by item in one pass; durations add up exactly.</summary>
internal sealed class IncidentTally
{
    private readonly Group[] groups;
    private readonly int[] byItem;
    private readonly IncidentTable incidents;

    public IncidentTally(KpiGroups of, KpiPeriod period)
    {
        incidents = of.Facts.Incidents;
        groups = new Group[of.All.Count];
        byItem = new int[incidents.Items.Count];
        var asOf = of.Facts.AsOf.UtcTicks;
        var items = of.Items;
        foreach (ref readonly var row in incidents.Between(period.From, period.To))
        {
            if (row.Item >= 0) byItem[row.Item]++;
            var place = items[row.Item >= 0 ? row.Item : ^1];
            if (place < 0) continue;
            ref var group = ref groups[place];
            if (row.Flagged) group.Flagged++;
            if (row.Resolved < row.Opened || row.Resolved > asOf) continue;
            var took = row.Resolved - row.Opened;
            group.Repaired++;
            group.Ticks += took;
            group.Squares += (Int128)took * took;
            if (!row.Caused) continue;
            group.Caused++;
            group.CausedTicks += took;
        }
    }

    /// <summary>Incidents that point to a vulnerability.</summary>
    public long Flagged(int group) => groups[group].Flagged;

    /// <summary>Mean hours to resolution.</summary>
    public Estimate Repair(int group) => Estimate.Mean(groups[group].Repaired, groups[group].Ticks, groups[group].Squares).Times(1d / TimeSpan.TicksPerHour);

    /// <summary>Hours that all of them took.</summary>
    public Estimate Down(int group) => Estimate.Total(Hours(groups[group].Ticks), groups[group].Repaired);

    /// <summary>Hours of those that name the change that caused them.</summary>
    public Estimate DownByChange(int group) => Estimate.Total(Hours(groups[group].CausedTicks), groups[group].Caused);

    /// <summary>Incidents on these assets.</summary>
    public long On(IEnumerable<string> assets) => assets.Sum(a => incidents.ItemOf(a) is >= 0 and var place ? (long)byItem[place] : 0);

    private static double Hours(Int128 ticks) => (double)ticks / TimeSpan.TicksPerHour;

    private struct Group
    {
        public long Flagged, Repaired, Caused;
        public Int128 Ticks, CausedTicks, Squares;
    }
}
