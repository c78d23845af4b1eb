using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Effectiveness.Monitoring;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

/// <summary>Replays what followed each patched problem's deployments; changes nothing, so it may run as often as one likes.</summary>
public sealed class WatchRecurrenceOperation(ICatalogue catalogue, EffectivenessPolicy policy, TimeProvider clock) : IOperation<WatchRecurrenceRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(WatchRecurrenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new Wildcard(request.Problem);
        var chosen = catalogue.Problems().Where(p => names.Matches(p.Id)).ToList();
        foreach (var name in names.Literals.Where(n => !chosen.Exists(p => p.Id.Equals(n, StringComparison.OrdinalIgnoreCase))))
            yield return new FailedEvent(new Failure("ProblemNotFound", FailureKind.NotFound, $"No problem '{name}' is in the store.", name, "See what there is with Get-PatchProblem."));
        if (chosen.Count == 0) yield break;

        var histories = new ProblemHistories(catalogue, request.AsOf ?? clock.GetUtcNow());
        var done = 0;
        foreach (var problem in chosen)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ProgressEvent("Watch-PatchRecurrence", problem.Id, 100.0 * done++ / chosen.Count);
            if (histories.Of(problem, [], []) is { } history)
                yield return new ResultEvent(RecurrenceWatch.Watch(history, request.FalseAlarmRate, policy));
            else if (names.Literals.Contains(problem.Id, StringComparer.OrdinalIgnoreCase))
                yield return new ResultEvent(Unwatched(problem, request.FalseAlarmRate));
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private static RecurrenceAlert Unwatched(Problem problem, double falseAlarmRate) => new()
    {
        Problem = problem.Id,
        FalseAlarmRate = falseAlarmRate,
        Reasons = ["No successful deployment of its patches to its configuration items is on record, so there is no return to watch for."],
    };
}
