using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations.Problems;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Lifecycle;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

/// <summary>Tests problems of the store, and keeps the verdicts: they move the next risk score.</summary>
public sealed class TestEffectivenessOperation(Func<ICatalogue> open, Func<IJournal> journal, Func<IAuditLog> audit, EffectivenessPolicy policy, TimeProvider clock, Caller caller) : IOperation<TestEffectivenessRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TestEffectivenessRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (request.FromCounts)
        {
            yield return new ResultEvent(EffectivenessTest.FromCounts(request.BeforeCount!.Value, request.BeforeDays!.Value, request.AfterCount!.Value, request.AfterDays!.Value, policy));
            yield break;
        }

        var catalogue = open();
        var now = clock.GetUtcNow();
        var rules = policy with { BeforeDays = request.Before ?? policy.BeforeDays, AfterDays = request.After ?? policy.AfterDays };
        var problems = new Wildcard(request.Problem);
        var patches = new Wildcard(request.Patch);
        var planned = request.PlanId is null ? null : Plan.StoredPlan.Require(catalogue, request.PlanId).Waves.SelectMany(w => w.Hosts).SelectMany(h => h.Patches).Select(p => p.Patch).ToHashSet(StringComparer.Ordinal);
        var chosen = catalogue.Problems().Where(p => problems.Matches(p.Id)
            && (patches.MatchesAll || p.Patches.Any(x => patches.Matches(x)))
            && (planned is null || p.Patches.Any(planned.Contains))).ToList();
        foreach (var name in problems.Literals.Where(n => !chosen.Exists(p => p.Id.Equals(n, StringComparison.OrdinalIgnoreCase))))
            yield return new FailedEvent(new Failure("ProblemNotFound", FailureKind.NotFound, $"No problem '{name}' with such a patch is in the store.", name, "See what there is with Get-PatchProblem."));
        if (chosen.Count == 0) yield break;

        var histories = new ProblemHistories(catalogue, request.AsOf ?? now);
        var results = new List<EffectivenessResult>();
        foreach (var problem in chosen)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ProgressEvent("Test-PatchEffectiveness", problem.Id, 100.0 * results.Count / chosen.Count);
            var history = histories.Of(problem, [.. problem.Patches.Where(p => !patches.MatchesAll && patches.Matches(p))], request.Control);
            if (history is not null) results.Add(EffectivenessAnalysis.Analyse(history, rules));
            else if (problems.Literals.Contains(problem.Id, StringComparer.OrdinalIgnoreCase)) results.Add(Untested(problem));
        }
        ProblemLearning? learning = null;
        foreach (var result in results.Count > 1 ? EffectivenessAnalysis.ControlFalseDiscoveries(results, rules) : results)
        {
            // A question about the past must not overwrite what is known today.
            if (request.AsOf is null && result.Verdict != EffectivenessVerdict.Inconclusive && result.Problem is not null && !caller.WhatIf)
            {
                catalogue.AddVerdict(result, now);
                await audit().AppendAsync(new AuditRecord($"verdict/{result.Problem}/{result.Verdict}/{result.AfterCount}/{result.BeforeCount}/{now:yyyyMMdd}", caller.Account, "Verdict", result.Problem,
                    CanonicalJson.Of(("verdict", result.Verdict.ToString()), ("patch", result.Patch), ("before", result.BeforeCount), ("after", result.AfterCount))), now, cancellationToken).ConfigureAwait(false);
                learning ??= new ProblemLearning(catalogue, now);
                if (await ProblemFeedback.KeepAsync(catalogue, journal(), audit(), learning.Learn(result), result.Problem, caller, now, cancellationToken).ConfigureAwait(false) is { } opened)
                    yield return new WarningEvent($"{result.Problem}: {result.Verdict}. A joint investigation was opened: Get-PatchInvestigation {opened.Id}.");
            }
            yield return new ResultEvent(result);
        }
    }

    private static EffectivenessResult Untested(Problem problem) => new()
    {
        Problem = problem.Id,
        Patch = problem.Patches.Count > 0 ? string.Join(", ", problem.Patches) : null,
        Verdict = EffectivenessVerdict.Inconclusive,
        Reasons = ["No successful deployment of its patches to its configuration items is on record, so there is nothing to compare."],
    };
}
