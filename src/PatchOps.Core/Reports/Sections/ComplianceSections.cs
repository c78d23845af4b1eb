using PatchOps.Core.Kpi;
using PatchOps.Core.Kpi.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Reports.Sections;

/// <summary>What an auditor asks for.</summary>
internal static class ComplianceSections
{
    public static ReportSection Overview(ReportInput input) => new()
    {
        Title = "Compliance",
        Figures = [.. new KpiCalculator(input.Facts).All().Where(k => k.Name is KpiNames.Compliance or KpiNames.PatchMedian or KpiNames.PatchNinetieth or KpiNames.ExposureMedian or KpiNames.ResolvedByPatch).Select(KpiSections.Figure)],
        Tables = [Compliance(input, KpiGrouping.Environment), Compliance(input, KpiGrouping.BusinessUnit), Regulations(input)],
    };

    public static ReportSection Overdue(ReportInput input, int most)
    {
        var late = input.Facts.Open.Where(o => o.OverdueAt(input.AsOf)).OrderBy(o => o.Risk.DueDate).ThenByDescending(o => o.Risk.ExpectedLossPerDay).ThenBy(o => o.Asset, StringComparer.Ordinal).ToList();
        return new ReportSection
        {
            Title = "Past their due date",
            Text = late.Count == 0 ? ["No patch is past its due date."] : [],
            Tables = late.Count == 0 ? [] : [Table("Overdue patches", input, late, most)],
        };
    }

    public static ReportSection Listed(ReportInput input, int most)
    {
        var listed = input.Facts.Open.Where(o => o.Risk.Kev).OrderByDescending(o => o.Risk.ExpectedLossPerDay).ThenBy(o => o.Asset, StringComparer.Ordinal).ToList();
        return new ReportSection
        {
            Title = "Known exploited vulnerabilities",
            Text = listed.Count == 0 ? ["No open finding is listed by KEV."] : [],
            Tables = listed.Count == 0 ? [] : [Table("Open and listed by KEV", input, listed, most)],
        };
    }

    public static ReportSection EndOfSupport(ReportInput input)
    {
        var today = DateOnly.FromDateTime(input.AsOf.UtcDateTime);
        var old = input.Facts.Assets.Where(a => a.EndOfSupport < today).OrderBy(a => a.EndOfSupport).ThenBy(a => a.Name, StringComparer.Ordinal).ToList();
        return new ReportSection
        {
            Title = "Out of support",
            Text = old.Count == 0 ? ["No asset's recorded end of support has passed."] : [],
            Tables = old.Count == 0 ? [] :
            [
                new ReportTable("Assets out of support", ["Asset", "Operating system", "End of support", "Environment", "Owner"],
                    [.. old.Select(a => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(a.Name), ReportCell.Of(a.OperatingSystem), ReportCell.Day(new DateTimeOffset(a.EndOfSupport!.Value.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)), ReportCell.Of(a.Environment?.ToString()), ReportCell.Of(a.OwnerTeam),
                    ])]),
            ],
        };
    }

    public static ReportSection Approvals(ReportInput input)
    {
        var decisions = input.Plans.SelectMany(p => p.Approvals.Select(a => (p.Plan, Approval: a))).OrderByDescending(a => a.Approval.At).ToList();
        return new ReportSection
        {
            Title = "Approvals",
            Text = decisions.Count == 0 ? ["No plan has been approved or denied."] : [],
            Tables = decisions.Count == 0 ? [] :
            [
                new ReportTable("Decisions on plans", ["Plan", "Name", "Decision", "By", "Role", "When (UTC)", "Own plan", "Comment", "Plan hash"],
                    [.. decisions.Select(d => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(d.Plan.Id), ReportCell.Of(d.Plan.Name), ReportCell.Of(d.Approval.Approved ? "Approved" : "Denied"), ReportCell.Of(d.Approval.Actor), ReportCell.Of(d.Approval.Role), ReportCell.Of(d.Approval.At),
                        ReportCell.Of(d.Approval.OwnPlan ? "yes" : "no"), ReportCell.Of(d.Approval.Comment), ReportCell.Of(d.Approval.PlanHash),
                    ])]),
            ],
        };
    }

    public static ReportSection Audit(AuditVerdict audit) => new()
    {
        Title = "Audit trail",
        Text = [ReportSummary.Audit(audit), "Each entry covers the hash of the one before it, so a later change shows; check it yourself with Test-PatchAudit."],
        Figures = [new("Entries", ReportCell.Of(audit.Entries)), new("State", ReportCell.Of(audit.Intact ? "intact" : "broken"))],
    };

    private static ReportTable Compliance(ReportInput input, KpiGrouping by) =>
        KpiSections.Table($"Patch compliance by {(by == KpiGrouping.BusinessUnit ? "business unit" : "environment")}", by, new KpiCalculator(input.Facts, by).All().Where(k => k.Name == KpiNames.Compliance));

    private static ReportTable Regulations(ReportInput input)
    {
        var late = input.Facts.Open.Where(o => o.OverdueAt(input.AsOf)).Select(o => o.Asset).ToHashSet(StringComparer.Ordinal);
        var groups = input.Facts.Assets.SelectMany(a => a.Regulations.Select(r => (Regulation: r, Asset: a))).GroupBy(r => r.Regulation, StringComparer.OrdinalIgnoreCase).OrderBy(g => g.Key, StringComparer.OrdinalIgnoreCase);
        return new ReportTable("Patch compliance by regulation", ["Regulation", "Value", "Low", "High", "n"],
            [.. groups.Select(g =>
            {
                var share = Estimate.Share(g.Count(a => !late.Contains(a.Asset.Id)), g.Count());
                return (IReadOnlyList<ReportCell>)[ReportCell.Of(g.Key), ReportCell.Percent(share.Value), ReportCell.Percent(share.Low), ReportCell.Percent(share.High), ReportCell.Of(share.N)];
            })],
            "Assets under each regulation without a patch past its due date.");
    }

    private static ReportTable Table(string title, ReportInput input, List<OpenPatch> open, int most) => new(
        title, ["Asset", "Patch", "Due", "Days late", "Decision", "Score", "CVSS", "KEV", "Environment", "Owner", "Regulations"],
        [.. open.Take(most).Select(o =>
        {
            var asset = input.Facts.Asset(o.Asset);
            return (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(input.Facts.NameOf(o.Asset)), ReportCell.Of(o.Patch ?? o.Package), ReportCell.Day(o.Risk.DueDate), o.OverdueAt(input.AsOf) ? ReportCell.Of((input.AsOf - o.Risk.DueDate!.Value).TotalDays, 1) : ReportCell.None,
                ReportCell.Of(o.Risk.Decision.ToString()), ReportCell.Of(o.Risk.Score, 1), o.Risk.Cvss is null ? ReportCell.None : ReportCell.Of(o.Risk.Cvss, 1), ReportCell.Of(o.Risk.Kev ? "listed" : ""),
                ReportCell.Of(asset?.Environment?.ToString()), ReportCell.Of(asset?.OwnerTeam), ReportCell.Of(asset is null ? null : string.Join(", ", asset.Regulations)),
            ];
        })],
        open.Count > most ? $"The first {ReportCell.Of(most).Text} of {ReportCell.Of(open.Count).Text}." : null);
}
