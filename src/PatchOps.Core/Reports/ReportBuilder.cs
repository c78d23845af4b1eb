using System.Runtime.ExceptionServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports.Sections;

namespace PatchOps.Core.Reports;

/// <summary>Decides what stands in a report of each kind, and in which order.</summary>
public static class ReportBuilder
{
    /// <summary>How many of the open problems a report lists.</summary>
    public const int ProblemsShown = 50;

    /// <summary>True for kinds that say whether the audit trail is intact.</summary>
    public static bool TellsAudit(ReportKind kind) => kind is ReportKind.Operations or ReportKind.Compliance or ReportKind.Executive;

    /// <param name="generatedAt">When it is made; unlike the day of the facts it changes no number.</param>
    public static ReportModel Build(ReportKind kind, ReportInput input, DateTimeOffset generatedAt)
    {
        var (title, sections) = kind switch
        {
            ReportKind.Problem => ("Problem report", (Func<IEnumerable<ReportSection>>[])
                [() => [EffectivenessSections.Verdicts(input)], () => [RiskSections.Problems(input)], () => [IncidentSections.Overview(input)], () => EffectivenessSections.Details(input, 50)]),
            ReportKind.Wave => ("Wave report", [() => WaveSections.All(input)]),
            ReportKind.Executive => ("Executive report",
                [
                    () => [RiskSections.Overview(input)], () => [KpiSections.Overview(input)], () => [KpiSections.Trends(input)], () => [EffectivenessSections.Verdicts(input)], () => [KpiSections.By(input, Kpi.KpiGrouping.BusinessUnit)],
                    () => [KpiSections.By(input, Kpi.KpiGrouping.Decision)], () => [PlanSections.Overview(input)],
                ]),
            ReportKind.Compliance => ("Compliance report",
                [
                    () => [ComplianceSections.Overview(input)], () => [ComplianceSections.Overdue(input, 200)], () => [ComplianceSections.Listed(input, 100)], () => [ComplianceSections.EndOfSupport(input)],
                    () => [ComplianceSections.Approvals(input)], () => input.Audit is { } audit ? [ComplianceSections.Audit(audit)] : [],
                ]),
            _ => ("Operations report",
                [
                    () => [RiskSections.Overview(input)], () => [RiskSections.Ranking(input, 20)], () => [PlanSections.Overview(input)], () => [EffectivenessSections.Verdicts(input)], () => [KpiSections.Overview(input)],
                    () => [KpiSections.By(input, Kpi.KpiGrouping.Environment)], () => [KpiSections.By(input, Kpi.KpiGrouping.Decision)], () => [KpiSections.Trends(input)], () => [IncidentSections.Overview(input)], () => input.Audit is { } audit ? [ComplianceSections.Audit(audit)] : [],
                ]),
        };
        return new ReportModel
        {
            Title = title, Kind = kind, GeneratedAt = generatedAt.ToUniversalTime(), AsOf = input.AsOf, Summary = ReportSummary.Of(kind, input),
            Sections = All(sections),
        };
    }

    /// <summary>Several at once: each reads the same facts, and none changes them.</summary>
    private static IReadOnlyList<ReportSection> All(IReadOnlyList<Func<IEnumerable<ReportSection>>> makers)
    {
        try
        {
            var made = new List<ReportSection>[makers.Count];
            Parallel.For(0, makers.Count, i => made[i] = [.. makers[i]()]);
            return [.. made.SelectMany(s => s)];
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Capture(e.InnerExceptions[0]).Throw();
            throw;
        }
    }
}
