using System.Runtime.CompilerServices;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Decide;

public sealed class GetRiskOperation(ICatalogue catalogue, RiskPolicy policy, TimeProvider clock, ContentPolicy? content = null) : IOperation<GetRiskRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetRiskRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var assets = AssetFilter.Resolve(catalogue, request.Asset);
        foreach (var name in assets.Missing) yield return new FailedEvent(AssetFilter.NotFound(name));
        var any = false;
        foreach (var risk in Rank(request, assets))
        {
            cancellationToken.ThrowIfCancellationRequested();
            any = true;
            yield return new ResultEvent(risk);
        }
        if (!any && catalogue.Info().Assets == 0)
            yield return new WarningEvent("The store holds no assets: import some with Import-PatchAsset, or read hosts with Get-PatchInventory.");
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private IEnumerable<PatchRisk> Rank(GetRiskRequest request, AssetFilter assets)
    {
        var cves = new Wildcard(request.Cve);
        var problems = new Wildcard(request.Problem);
        var estate = new EstateRisk(catalogue, policy, request.AsOf ?? clock.GetUtcNow(), request.IncludeExcepted, content);
        bool Wanted(Finding f) => assets.Matches(f.Asset) && cves.Matches(f.Cve) && (problems.MatchesAll || estate.ProblemsOf(f).Any(p => problems.Matches(p)));
        var risks = request.By switch
        {
            RiskGrouping.Finding => estate.ByFinding(Wanted, request.Explain),
            RiskGrouping.Asset => estate.By(f => [f.Asset], Wanted, request.Explain),
            RiskGrouping.Cve => estate.By(f => f.Cve is null ? [] : [f.Cve], Wanted, request.Explain),
            RiskGrouping.Problem => estate.ByProblem(p => problems.Matches(p), f => assets.Matches(f.Asset) && cves.Matches(f.Cve), request.Explain),
            _ => estate.By(f => f.Patch is null ? [] : [f.Patch], Wanted, request.Explain),
        };
        if (request.Top > 0) return RiskRanking.Top(risks, request.Top);
        if (request.By == RiskGrouping.Finding) return risks;
        var all = risks.ToList();
        return RiskRanking.Top(all, all.Count);
    }
}
