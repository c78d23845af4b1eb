using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Operations.Decide;

public sealed class GetCvssScoreOperation : IOperation<GetCvssScoreRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetCvssScoreRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var vector in request.Vector)
        {
            cancellationToken.ThrowIfCancellationRequested();
            OperationEvent outcome;
            try
            {
                outcome = new ResultEvent(CvssCalculator.Score(vector));
            }
            catch (FailureException e)
            {
                outcome = new FailedEvent(e.Failure);
            }
            yield return outcome;
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }
}

public sealed class CompareVersionOperation : IOperation<CompareVersionRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(CompareVersionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new ResultEvent(VersionSchemes.Compare(request.Scheme, request.Left, request.Right));
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
