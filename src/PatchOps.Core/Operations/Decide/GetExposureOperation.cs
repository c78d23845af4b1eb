using System.Runtime.CompilerServices;
using PatchOps.Core.Exposure;
using PatchOps.Core.Exposure.Reasons;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Decide;

public sealed class GetExposureOperation(ICatalogue catalogue, TimeProvider clock, PatchPolicy? policy = null) : IOperation<GetExposureRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetExposureRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var assets = AssetFilter.Resolve(catalogue, request.Asset);
        foreach (var name in assets.Missing) yield return new FailedEvent(AssetFilter.NotFound(name));
        // Whichever of its names a vulnerability is asked for by: findings carry the canonical one.
        var ids = request.Cve.Select(c => c.AsSpan().IndexOfAny('*', '?') < 0 ? catalogue.VulnerabilityId(c) ?? c : c).ToList();
        var (cves, packages) = (new Wildcard(ids), new Wildcard(request.Package));
        var filter = new FindingFilter
        {
            Assets = assets.Ids, Statuses = request.Status.Count == 0 ? null : request.Status,
            Cve = cves.MatchesAll ? null : cve => cves.Matches(cve), Package = packages.MatchesAll ? null : package => packages.Matches(package),
            Named = ids.Count > 0 && cves.Literals.Count() == ids.Count ? ids : null,
        };
        var asOf = request.AsOf ?? clock.GetUtcNow();
        var reasons = new OpenReasons(catalogue, policy ?? PatchPolicy.Default, asOf, assets.Ids);
        foreach (var finding in new EstateExposure(catalogue, asOf).Findings(filter))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ResultEvent(reasons.Explain(finding));
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
