using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Reads hosts side by side and hands each over as it arrives.</summary>
public sealed class GetInventoryOperation(IInventorySource source, TimeProvider clock) : IOperation<GetInventoryRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetInventoryRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var assets = request.ComputerName.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => new Asset
        {
            Id = name, Transport = request.Transport, User = request.User, Port = request.Port,
        }).ToList();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var results = Channel.CreateUnbounded<InventoryResult>();
        var work = Parallel.ForEachAsync(assets, new ParallelOptions { MaxDegreeOfParallelism = request.ThrottleLimit, CancellationToken = stop.Token }, async (asset, token) =>
            await results.Writer.WriteAsync(await source.ReadAsync(asset, clock.GetUtcNow(), token).ConfigureAwait(false), token).ConfigureAwait(false));
        _ = work.ContinueWith(t => results.Writer.TryComplete(t.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            var done = 0;
            await foreach (var result in results.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                done++;
                yield return new ProgressEvent("Get-PatchInventory", result.Name, 100.0 * done / assets.Count);
                if (result.Failure is not null) yield return new FailedEvent(result.Failure);
                yield return new ResultEvent(result);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await work.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
        }
    }
}
