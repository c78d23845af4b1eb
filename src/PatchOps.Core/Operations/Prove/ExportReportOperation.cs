using System.Runtime.CompilerServices;
using PatchOps.Core.Exposure;
using PatchOps.Core.Governance;
using PatchOps.Core.Kpi;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Reports;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

/// <summary>Gathers what is known, builds a report and has it written.</summary>
public sealed class ExportReportOperation(ICatalogue catalogue, IJournal journal, IAuditLog audit, IReportWriter writer, RiskPolicy policy, TimeProvider clock, Caller caller)
    : IOperation<ExportReportRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(ExportReportRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var format = request.Format ?? FormatOf(request.Path);
        var path = writer.Check(request.Path);
        var asOf = request.AsOf ?? clock.GetUtcNow();
        var ask = new AskEvent(path, $"Write the {request.Kind.ToString().ToLowerInvariant()} report as {format}");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.WhatIf)
        {
            yield return new ResultEvent(new FileInfo(path));
            yield break;
        }
        writer.Ahead(format);
        yield return new ProgressEvent("Report", "Reading the store");
        var input = await ReadAsync(request, asOf, cancellationToken).ConfigureAwait(false);
        if (input.Facts.Assets.Count == 0) yield return new WarningEvent("The store holds no assets: import some with Import-PatchAsset, or read hosts with Get-PatchInventory.");
        yield return new ProgressEvent("Report", "Writing");
        var report = ReportBuilder.Build(request.Kind, input, clock.GetUtcNow());
        var written = await writer.WriteAsync(report, format, path, cancellationToken).ConfigureAwait(false);
        await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "ExportReport", written, CanonicalJson.Of(
            ("kind", request.Kind.ToString()), ("format", format.ToString()), ("asOf", asOf.ToUniversalTime()))), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        yield return new ResultEvent(new FileInfo(written));
    }

    private async ValueTask<ReportInput> ReadAsync(ExportReportRequest request, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var records = new EstateRecords(catalogue, asOf).Ahead();
        var chain = ReportBuilder.TellsAudit(request.Kind) ? Task.Run(async () => await AuditChain.VerifyAsync(audit.ReadAsync(null, null, cancellationToken), cancellationToken).ConfigureAwait(false), cancellationToken) : null;
        var risk = new EstateRisk(records, policy);
        var concerned = new List<Finding>();
        var concerns = request.Kind == ReportKind.Problem ? risk.Concerning(_ => true) : null;
        var facts = EstateFacts.Read(risk, cancellationToken, concerns is null ? null : f => { if (concerns(f)) concerned.Add(f); });
        var open = 0;
        // Ranked as they come: what is not shown need not be kept.
        var problems = concerns is null ? [] : RiskRanking.Top(risk.ByProblem(_ => true, concerned, explain: false).Select(Counted), ReportBuilder.ProblemsShown);
        cancellationToken.ThrowIfCancellationRequested();
        return new ReportInput
        {
            Facts = facts,
            Patches = RiskRanking.Top(facts.Patches, facts.Patches.Count),
            Problems = problems,
            OpenProblems = open,
            Plans = await PlansAsync(request, asOf, cancellationToken).ConfigureAwait(false),
            Verdicts = records.Verdicts,
            Audit = chain is null ? null : await chain.ConfigureAwait(false),
            Currency = policy.Currency,
            HostsWanted = request.Asset.Count > 0,
        };

        PatchRisk Counted(PatchRisk one)
        {
            open++;
            return one;
        }
    }

    private async ValueTask<IReadOnlyList<PlanProgress>> PlansAsync(ExportReportRequest request, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        IEnumerable<PatchPlan> plans = request.PlanId is { } id
            ? [catalogue.Plan(id) ?? throw new FailureException("PlanNotFound", FailureKind.NotFound, $"No plan '{id}' is in the store.", id, "See what there is with Get-PatchPlan.")]
            : catalogue.Plans().Where(p => p.Created <= asOf);
        var wanted = new Wildcard(request.Asset);
        var progress = new List<PlanProgress>();
        foreach (var plan in plans)
        {
            // Of several plans the newest that has the hosts is meant.
            if (!wanted.MatchesAll && !plan.Waves.Any(w => w.Hosts.Any(h => wanted.Matches(h.Asset, h.Name)))) continue;
            progress.Add(new PlanProgress(plan, [.. catalogue.Approvals(plan.Hash).Where(a => a.At <= asOf)], await RunsAsync(plan, wanted, asOf, cancellationToken).ConfigureAwait(false)));
        }
        if (!wanted.MatchesAll && progress.Count == 0)
            throw new FailureException("HostNotInWave", FailureKind.NotFound, $"No host '{string.Join("', '", request.Asset)}' is in {(request.PlanId is { } one ? $"plan {one}" : "any plan")}.", request.Asset[0], "See a plan's hosts with Get-PatchWave PLAN -Hosts.");
        return progress;
    }

    /// <summary>Hosts that had begun by then; those still waiting are known from the plan.</summary>
    private async ValueTask<IReadOnlyList<HostRun>> RunsAsync(PatchPlan plan, Wildcard wanted, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var begun = new List<HostRun>();
        foreach (var wave in plan.Waves.Where(w => w.Hosts.Count > 0))
        {
            var hosts = wave.Hosts.Where(h => wanted.Matches(h.Asset, h.Name)).Select(h => h.Asset).ToHashSet(StringComparer.Ordinal);
            if (hosts.Count == 0) continue;
            begun.AddRange((await WaveHistory.RunsAsync(journal, new WaveDefinition(plan.Id, wave), hosts.Contains, cancellationToken).ConfigureAwait(false)).Where(r => r.Started <= asOf));
        }
        return begun;
    }

    private static ReportFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".HTML" or ".HTM" => ReportFormat.Html,
        ".MD" or ".MARKDOWN" => ReportFormat.Markdown,
        ".CSV" => ReportFormat.Csv,
        ".JSON" => ReportFormat.Json,
        var other => throw new FailureException("ReportFormatUnknown", FailureKind.InvalidInput,
            other.Length == 0 ? $"'{path}' has no ending that says in which format to write." : $"The ending of '{path}' names no report format.", path, "Name the file .html, .md, .csv or .json, or give -Format."),
    };
}
