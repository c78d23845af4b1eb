using PatchOps.Core.Kpi;
using PatchOps.Domain;

namespace PatchOps.Core.Reports;

/// <summary>A plan with what was decided about it and what its waves did.</summary>
/// <param name="Runs">One for each host and wave that ran; empty where nothing did.</param>
public sealed record PlanProgress(PatchPlan Plan, IReadOnlyList<Approval> Approvals, IReadOnlyList<HostRun> Runs);

/// <summary>What a report is made from, as known on one day.</summary>
public sealed record ReportInput
{
    public required EstateFacts Facts { get; init; }

    /// <summary>One risk a patch, ranked.</summary>
    public required IReadOnlyList<PatchRisk> Patches { get; init; }

    /// <summary>One risk an open problem, ranked: the first <see cref="ReportBuilder.ProblemsShown"/>.</summary>
    public required IReadOnlyList<PatchRisk> Problems { get; init; }

    /// <summary>Open problems, shown or not.</summary>
    public required int OpenProblems { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<PlanProgress> Plans { get; init; }

    /// <summary>Newest verdict of each problem.</summary>
    public required IReadOnlyList<(EffectivenessResult Verdict, DateTimeOffset At)> Verdicts { get; init; }

    /// <summary>Null where the kind of report does not tell of it.</summary>
    public AuditVerdict? Audit { get; init; }

    /// <summary>Of all amounts, as the risk policy says.</summary>
    public required string Currency { get; init; }

    /// <summary>Certain hosts were asked for; the plans' runs hold only theirs.</summary>
    public bool HostsWanted { get; init; }

    public DateTimeOffset AsOf => Facts.AsOf;
}
