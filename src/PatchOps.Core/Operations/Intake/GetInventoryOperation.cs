using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Reads hosts side by side and hands each over as it arrives.</summary>
/// <param name="store">The store where there is one: what it knows of a host (address, user, port, transport) holds unless the request says other.</param>
public sealed class GetInventoryOperation(IInventorySource source, TimeProvider clock, Func<ICatalogue?>? store = null) : IOperation<GetInventoryRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetInventoryRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (assets, unknown) = Hosts(request);
        foreach (var name in unknown) yield return new FailedEvent(AssetFilter.NotFound(name));
        if (assets.Count == 0) yield break;
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

    /// <summary>The hosts named, as the store knows them; wildcards mean hosts of the store.</summary>
    private (List<Asset> Hosts, List<string> Unknown) Hosts(GetInventoryRequest request)
    {
        var byName = new Dictionary<string, Asset>(StringComparer.OrdinalIgnoreCase);
        var known = store?.Invoke()?.Assets().Where(a => !a.Stub).ToList() ?? [];
        // An id beats a name, a name an alias, an alias an address.
        foreach (var asset in known) byName.TryAdd(asset.Id, asset);
        foreach (var asset in known) byName.TryAdd(asset.Name, asset);
        foreach (var asset in known)
            foreach (var name in asset.Aliases) byName.TryAdd(name, asset);
        foreach (var asset in known.Where(a => a.Address is not null)) byName.TryAdd(asset.Address!, asset);
        var (hosts, unknown) = (new List<Asset>(), new List<string>());
        foreach (var name in request.ComputerName.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (name.AsSpan().IndexOfAny('*', '?') >= 0)
            {
                var pattern = new Wildcard([name]);
                var matching = known.Where(a => pattern.Matches([a.Id, a.Name, .. a.Aliases])).ToList();
                if (matching.Count == 0) unknown.Add(name);
                hosts.AddRange(matching);
            }
            else if (!name.Equals("localhost", StringComparison.OrdinalIgnoreCase) && byName.TryGetValue(name, out var asset)) hosts.Add(asset);
            else hosts.Add(new Asset { Id = name });
        }
        return ([.. hosts.DistinctBy(a => a.Id).Select(a => a with { Transport = request.Transport ?? a.Transport, User = request.User ?? a.User, Port = request.Port ?? a.Port })], unknown);
    }
}
