using System.Runtime.CompilerServices;
using PatchOps.Core.Exposure;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Decide;

public sealed class GetExposureOperation(ICatalogue catalogue, TimeProvider clock) : IOperation<GetExposureRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetExposureRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var assets = AssetFilter.Resolve(catalogue, request.Asset);
        foreach (var name in assets.Missing) yield return new FailedEvent(AssetFilter.NotFound(name));
        var cves = new Wildcard(request.Cve);
        var packages = new Wildcard(request.Package);
        foreach (var finding in new EstateExposure(catalogue, request.AsOf ?? clock.GetUtcNow()).Findings())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (assets.Matches(finding.Asset) && cves.Matches(finding.Cve) && packages.Matches(finding.Package) && (request.Status.Count == 0 || request.Status.Contains(finding.Status)))
                yield return new ResultEvent(finding);
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
