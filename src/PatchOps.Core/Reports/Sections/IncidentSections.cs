using PatchOps.Core.Kpi;

namespace PatchOps.Core.Reports.Sections;

/// <summary>Incidents over time and where they happen.</summary>
internal static class IncidentSections
{
    private const int Top = 10;

    public static ReportSection Overview(ReportInput input)
    {
        var incidents = input.Facts.Incidents;
        if (incidents.Count == 0) return new ReportSection { Title = "Incidents", Text = ["The store holds no incidents: import some with Import-PatchIncident."] };
        var counts = incidents.GroupBy(i => Month(i.Opened)).ToDictionary(g => g.Key, g => g.Count());
        var months = new KpiPeriod(incidents.Min(i => i.Opened), input.AsOf.AddTicks(1)).Months(24).Select(m => Month(m.From)).ToList();
        var byItem = incidents.Where(i => i.ConfigurationItem is not null).GroupBy(i => i.ConfigurationItem!, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        return new ReportSection
        {
            Title = "Incidents",
            Figures =
            [
                new("Incidents", ReportCell.Of(incidents.Count), Definition: "All that the store holds up to the day of the report."),
                new("Caused by a change", ReportCell.Of(incidents.Count(i => i.CausedBy is not null)), Definition: "Incidents that name the change that caused them."),
                new("Without an item", ReportCell.Of(incidents.Count(i => i.ConfigurationItem is null)), Definition: "They count in no rate."),
            ],
            Plots = [new TimePlot("Incidents per month", "Number of incidents opened in each calendar month (UTC); the last month may be partial.", "incidents", TimePlotStyle.Bars, 0, [new("Incidents", [.. months.Select(m => new PlotPoint(m, counts.GetValueOrDefault(m)))])])],
            Tables =
            [
                new ReportTable("Items with most incidents", ["Item", "Incidents", "Missing patches", "Newest"],
                    [.. byItem.Take(Top).Select(g => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(input.Facts.NameOf(g.Key)), ReportCell.Of(g.Count()), ReportCell.Of(input.Facts.Open.Count(o => o.Asset == g.Key && o.Patch is not null)), ReportCell.Of(g.Max(i => i.Opened)),
                    ])],
                    byItem.Count > Top ? $"The first {ReportCell.Of(Top).Text} of {ReportCell.Of(byItem.Count).Text}." : null),
            ],
        };
    }

    private static DateTimeOffset Month(DateTimeOffset at)
    {
        var utc = at.ToUniversalTime();
        return new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
