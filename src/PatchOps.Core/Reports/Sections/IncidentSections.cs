using PatchOps.Core.Kpi;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Reports.Sections;

/// <summary>Incidents over time and where they happen.</summary>
internal static class IncidentSections
{
    private const int Top = 10, Months = 24;

    public static ReportSection Overview(ReportInput input)
    {
        var incidents = input.Facts.Incidents;
        if (incidents.First is not { } first) return new ReportSection { Title = "Incidents", Text = ["The store holds no incidents: import some with Import-PatchIncident."] };
        var (byMonth, byItem, newest) = (new Dictionary<DateTimeOffset, int>(), new int[incidents.Items.Count], new long[incidents.Items.Count]);
        var (caused, homeless) = (0, 0);
        foreach (var month in new KpiPeriod(first, input.AsOf.AddTicks(1)).Months(int.MaxValue))
        {
            var own = incidents.Between(month.From, month.To);
            byMonth[Month(month.From)] = own.Length;
            foreach (ref readonly var row in own)
            {
                if (row.Caused) caused++;
                if (row.Item < 0) homeless++;
                else (byItem[row.Item], newest[row.Item]) = (byItem[row.Item] + 1, row.Opened);
            }
        }
        var months = byMonth.Keys.Order().TakeLast(Months).ToList();
        var events = KpiSections.Events(input, [new KpiPeriod(months[0], input.AsOf.AddTicks(1))]);
        var items = Enumerable.Range(0, byItem.Length).Where(i => byItem[i] > 0).ToList();
        var most = items.OrderByDescending(i => byItem[i]).ThenBy(i => incidents.Items[i], StringComparer.Ordinal).Take(Top).ToList();
        return new ReportSection
        {
            Title = "Incidents",
            Figures =
            [
                new("Incidents", ReportCell.Of(incidents.Count), Definition: "All that the store holds up to the day of the report."),
                new("Caused by a change", ReportCell.Of(caused), Definition: "Incidents that name the change that caused them."),
                new("Without an item", ReportCell.Of(homeless), Definition: "They count in no rate."),
            ],
            Plots = [new TimePlot("Incidents per month", "Number of incidents opened in each calendar month (UTC); the last month may be partial. Dashed lines with letters mark the largest rollouts.", "incidents", TimePlotStyle.Bars, 0, [new("Incidents", [.. months.Select(m => new PlotPoint(m, byMonth[m]))])]) { Events = events }],
            Tables =
            [
                new ReportTable("Items with most incidents", ["Item", "Incidents", "Missing patches", "Newest"],
                    [.. most.Select(i => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(input.Facts.NameOf(incidents.Items[i])), ReportCell.Of(byItem[i]), ReportCell.Of(input.Facts.Open.Count(o => o.Asset == incidents.Items[i] && o.Patch is not null)), ReportCell.Of(IncidentTable.Time(newest[i])),
                    ])],
                    items.Count > Top ? $"The first {ReportCell.Of(Top).Text} of {ReportCell.Of(items.Count).Text}." : null),
            ],
        };
    }

    private static DateTimeOffset Month(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
