using System.Runtime.CompilerServices;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Candidates;
using PatchOps.Core.Problems.Debt;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Problems;

public sealed class GetCandidateOperation(ICatalogue catalogue, PatchPolicy policy, TimeProvider clock) : IOperation<GetCandidateRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetCandidateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new Wildcard(request.Problem);
        if (names.Literals.Any())
        {
            var known = catalogue.Problems().Select(p => p.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var name in names.Literals.Where(n => !known.Contains(n)))
                yield return new FailedEvent(new Failure("ProblemNotFound", FailureKind.NotFound, $"No problem '{name}' is in the store.", name, "See what there is with Get-PatchProblem."));
        }
        yield return new ProgressEvent("Get-PatchCandidate", "Clustering incidents");
        var found = new CandidateFinder(catalogue, policy.Risk, policy.Problems, request.AsOf ?? clock.GetUtcNow(), cancellationToken).Find();
        IEnumerable<PatchCandidate> wanted = found.Where(c => names.MatchesAll || (c.Problem is { } id && names.Matches(id)));
        if (request.Top > 0) wanted = wanted.Take(request.Top);
        var any = false;
        foreach (var candidate in wanted)
        {
            any = true;
            yield return new ResultEvent(candidate);
        }
        if (!any && catalogue.Info().Incidents == 0) yield return new WarningEvent("The store holds no incidents: import some with Import-PatchIncident.");
        await Task.CompletedTask.ConfigureAwait(false);
    }
}

public sealed class GetDebtOperation(ICatalogue catalogue, PatchPolicy policy, TimeProvider clock) : IOperation<GetDebtRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetDebtRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ledger = new DebtLedger(catalogue, policy.Risk, policy.Problems, policy.Planning, request.AsOf ?? clock.GetUtcNow(), cancellationToken);
        foreach (var debt in ledger.By(request.By))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!request.Overdue || debt.Overdue) yield return new ResultEvent(debt);
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
