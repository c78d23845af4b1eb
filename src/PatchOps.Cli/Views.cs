using System.Collections;
using System.Globalization;
using System.Reflection;
using Spectre.Console;

namespace PatchOps.Cli;

/// <summary>Results as tables for people: the few columns of a type that decide, the rest is in <c>--json</c>.</summary>
internal static class Views
{
    private static readonly Dictionary<string, string[]> Columns = new(StringComparer.Ordinal)
    {
        ["ImportResult"] = ["Feed", "Read", "Added", "Updated", "Unchanged", "Rejected", "Elapsed", "Source"],
        ["Asset"] = ["Name", "Environment", "Criticality", "Exposure", "DataSensitivity", "Cluster", "OperatingSystem", "MaintenanceWindow"],
        ["AssetChange"] = ["At", "Name", "Change", "Item", "Before", "After"],
        ["Problem"] = ["Id", "Title", "Status", "Priority", "Opened", "Resolved", "Patches"],
        ["Incident"] = ["Id", "Opened", "ConfigurationItem", "Category", "Priority", "Problem", "Vulnerabilities"],
        ["Change"] = ["Id", "Type", "Status", "Risk", "PlannedStart", "PlannedEnd"],
        ["Deployment"] = ["Id", "Patch", "Asset", "Started", "Outcome", "Problem"],
        ["Finding"] = ["Asset", "Package", "InstalledVersion", "FixedVersion", "Cve", "Patch", "Status", "Reason"],
        ["PatchRisk"] = ["Rank", "Id", "Score", "Decision", "ExpectedLossPerDay", "NetBenefit", "Cvss", "Epss", "Kev", "Assets", "DueDate", "MainReason"],
        ["PolicyBacktest"] = ["Strategy", "Vulnerabilities", "Exploited", "Effort", "Coverage", "CoverageLow", "CoverageHigh", "Efficiency", "EfficiencyLow", "EfficiencyHigh", "ExposureDays", "KnownCoverage", "KnownEfficiency"],
        ["CvssResult"] = ["Vector", "Version", "BaseScore", "ThreatScore", "EnvironmentalScore", "Score", "Severity"],
        ["VersionComparison"] = ["Left", "Right", "Scheme", "Result"],
        ["InventoryResult"] = ["Name", "Taken", "Software", "PendingUpdates", "Failure"],
        ["PatchPlan"] = ["Id", "Name", "Waves", "Start", "End", "Objective", "LowerBound", "Gap", "Unscheduled"],
        ["PlanWave"] = ["Number", "Stage", "Ring", "Hosts", "Start", "End", "HaltRule"],
        ["WaveForecast"] = ["Wave", "Reached", "InWindow", "Halted", "ExpectedRollbacks", "ExpectedNotAdmitted", "Median", "NinetiethPercentile"],
        ["Kpi"] = ["Name", "Group", "From", "Value", "Low", "High", "N", "Unit"],
        ["TimelineEntry"] = ["At", "Asset", "Step", "Outcome", "State", "Summary"],
        ["FileInfo"] = ["FullName", "Length"],
        ["HostRun"] = ["Wave", "Name", "State", "Changes", "Started", "Ended", "Reason"],
        ["HostEvidence"] = ["At", "Name", "Step", "Outcome", "Elapsed", "Probe", "Command", "Detail"],
        ["PatchProvider"] = ["Name", "Kind", "Description", "Proven"],
        ["WaveStatus"] = ["PlanId", "Wave", "Stage", "Ring", "State", "Hosts", "Done", "Failed", "Pending", "Reason"],
        ["EffectivenessResult"] = ["Problem", "Group", "Patch", "Verdict", "BeforeCount", "AfterCount", "RateRatio", "RateRatioLow", "RateRatioHigh", "PValue", "Reasons"],
        ["MetricShift"] = ["Series", "Verdict", "BeforeSamples", "AfterSamples", "Shift", "ShiftLow", "ShiftHigh", "PValue", "Reasons"],
        ["MaintenanceWindow"] = ["Asset", "Name", "Start", "End", "Duration", "Zone", "FrozenBy"],
        ["RecurrenceAlert"] = ["Problem", "Alarm", "RaisedAt", "ChangePoint", "Count", "Days", "Reasons"],
        ["AuditEntry"] = ["Sequence", "At", "Actor", "Action", "Subject"],
        ["AuditVerdict"] = ["Intact", "Entries", "FirstBroken", "Reason"],
        ["Approval"] = ["PlanId", "Role", "Actor", "Approved", "At", "Comment"],
        ["ApprovalStatus"] = ["PlanId", "Plan", "Role", "State", "Given", "Quorum", "By", "Due", "Because"],
        ["OutboxMessage"] = ["Kind", "PlanId", "Audience", "Sink", "State", "Attempts", "NotBefore", "Next", "Subject", "Reason"],
        ["PatchCandidate"] = ["Rank", "Id", "Title", "Incidents", "IncidentsPerMonth", "Patch", "Evidence", "IncidentsAvoided", "IncidentsAvoidedLow", "IncidentsAvoidedHigh", "Response", "Rule"],
        ["PatchDebt"] = ["Id", "WorkaroundDays", "Overdue", "Blocker", "Assets", "IncidentsPerMonth", "IncidentsPerMonthLow", "IncidentsPerMonthHigh", "LossPerDay", "PatchCost", "MigrationCost", "Advice"],
        ["PatchInvestigation"] = ["Id", "Problem", "Patches", "Vendors", "Verdict", "Opened", "Closed", "Awaited"],
        ["PatchException"] = ["Id", "Kind", "State", "Patch", "Cve", "Asset", "Until", "ApprovedBy", "Premise", "Reason"],
        ["PlanFinding"] = ["Severity", "Code", "Asset", "Message", "Remedy"],
        ["StoreInfo"] = ["Location", "Engine", "SchemaVersion", "Assets", "Vulnerabilities", "Problems", "Incidents", "Deployments", "Plans"],
        ["PatchArticle"] = ["Id", "Kind", "Released", "Fixes", "Supersedes", "SupersededBy", "RebootRequired", "Exploitability"],
        ["VulnerabilityRecord"] = ["Id", "Source", "Trust", "AsOf", "Status", "Title"],
    };

    public static void Print(IAnsiConsole console, IReadOnlyList<object> rows)
    {
        var type = rows[0].GetType();
        var properties = (Columns.TryGetValue(type.Name, out var names) ? names.Select(n => type.GetProperty(n)) : type.GetProperties().Where(p => p.GetIndexParameters().Length == 0))
            .OfType<PropertyInfo>().ToList();
        var table = new Table().Border(TableBorder.Simple);
        foreach (var property in properties)
        {
            var column = new TableColumn(Markup.Escape(property.Name));
            if (IsNumber(property.PropertyType)) column.RightAligned();
            table.AddColumn(column);
        }
        foreach (var row in rows) table.AddRow([.. properties.Select(p => (Spectre.Console.Rendering.IRenderable)new Text(Cell(p.Name, p.GetValue(row))))]);
        console.Write(table);
    }

    private static bool IsNumber(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(int) || plain == typeof(long) || plain == typeof(double);
    }

    private static string Cell(string name, object? value) => value switch
    {
        null => "",
        double d when name is "PValue" => d.ToString("0.####", CultureInfo.InvariantCulture),
        double d when name is "Efficiency" or "EfficiencyLow" or "EfficiencyHigh" => d.ToString("0.00 %", CultureInfo.InvariantCulture),
        double d when name is "Effort" or "Coverage" or "CoverageLow" or "CoverageHigh" or "KnownCoverage" or "KnownEfficiency" => d.ToString("0.0 %", CultureInfo.InvariantCulture),
        double d when name is "Gap" or "Reached" or "InWindow" or "Halted" => d.ToString("0.0 %", CultureInfo.InvariantCulture),
        double d => Math.Abs(d) >= 100 ? d.ToString("N0", CultureInfo.InvariantCulture) : d.ToString("0.###", CultureInfo.InvariantCulture),
        DateTimeOffset t => t.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
        TimeSpan t when name is "Median" or "NinetiethPercentile" => t.TotalHours >= 48 ? t.TotalDays.ToString("0.0 'd'", CultureInfo.InvariantCulture) : t.ToString(@"hh\:mm", CultureInfo.InvariantCulture),
        TimeSpan t => t.TotalSeconds < 60 ? t.TotalSeconds.ToString("0.00 s", CultureInfo.InvariantCulture) : t.ToString("c", CultureInfo.InvariantCulture),
        string s when name is "MainReason" => Short(s),
        // A script that was sent, and what it put out, would fill screens; --json has them whole.
        string s when name is "Command" or "Detail" => Short(s.TrimEnd().Split('\n') is { Length: > 1 } lines ? "… " + lines[^1] : s.TrimEnd()),
        string s => s,
        IEnumerable list when name is "Reasons" => Short(list.Cast<object>().FirstOrDefault()?.ToString() ?? ""),
        ICollection list when name is "Hosts" or "Waves" or "Unscheduled" or "Software" or "PendingUpdates" => list.Count.ToString(CultureInfo.InvariantCulture),
        ICollection list when list.Count > 3 => list.Count.ToString(CultureInfo.InvariantCulture),
        IEnumerable list => Few([.. list.Cast<object>()]),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Short(string text) => text.Length <= 90 ? text : text[..89] + "…";

    private static string Few(List<object> items) =>
        items.Count > 3 ? items.Count.ToString(CultureInfo.InvariantCulture) : string.Join(", ", items);
}
