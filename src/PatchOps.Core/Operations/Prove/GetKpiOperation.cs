using System.Runtime.CompilerServices;
using PatchOps.Core.Kpi;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

public sealed class GetKpiOperation(ICatalogue catalogue, RiskPolicy policy, ProblemPolicy problems, TimeProvider clock) : IOperation<GetKpiRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetKpiRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asOf = request.To ?? clock.GetUtcNow();
        if (request.From > asOf)
            throw new FailureException("PeriodReversed", FailureKind.InvalidInput, $"From ({request.From:yyyy-MM-dd}) lies in the future.", null, "Give -From a day before now, or -To a later one.");
        var facts = EstateFacts.Read(catalogue, policy, asOf, cancellationToken);
        if (facts.Assets.Count == 0) yield return new WarningEvent("The store holds no assets: import some with Import-PatchAsset, or read hosts with Get-PatchInventory.");
        var whole = KpiPeriod.Whole(facts);
        // To is the end of a half-open period; "now" includes what happened at this very moment.
        var period = new KpiPeriod(request.From ?? (whole.From < asOf ? whole.From : asOf), request.To ?? whole.To);
        var names = new Wildcard(request.Name);
        var tenant = Path.GetFileNameWithoutExtension(catalogue.Location);
        foreach (var kpi in request.Monthly ? KpiCalculator.Monthly(facts, request.By, period, problems.VendorDays) : new KpiCalculator(facts, request.By, period, problems.VendorDays).All())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (names.Matches(kpi.Name)) yield return new ResultEvent(kpi with { Tenant = tenant });
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
