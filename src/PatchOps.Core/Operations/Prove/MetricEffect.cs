using PatchOps.Core.Effectiveness;
using PatchOps.Core.Effectiveness.Metrics;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

/// <summary>Compares a metric file before and after a deployment, series by series.</summary>
internal static class MetricEffect
{
    /// <summary>A query over a fleet has many hosts that the problem has not: so many are named.</summary>
    private const int Named = 5;

    public static IEnumerable<OperationEvent> Run(TestEffectivenessRequest request, IMetricFile reader, Func<ICatalogue> open, EffectivenessPolicy policy, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var (series, rejected) = reader.Read(request.Metric!, cancellationToken);
        foreach (var failure in rejected.Take(ImportResult.ErrorLimit)) yield return new FailedEvent(failure);
        if (rejected.Count > ImportResult.ErrorLimit) yield return new WarningEvent($"{rejected.Count - ImportResult.ErrorLimit} more samples of '{request.Metric}' could not be used.");
        if (request.DeployedAt is { } at)
        {
            foreach (var one in series) yield return new ResultEvent(MetricReview.Compare(one, (at, at), request.Tolerance, policy));
            yield break;
        }
        var catalogue = open();
        var name = request.Problem[0];
        var problem = catalogue.Problems().FirstOrDefault(p => p.Id.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new FailureException("ProblemNotFound", FailureKind.NotFound, $"No problem '{name}' is in the store.", name, "See what there is with Get-PatchProblem.");
        var deployments = catalogue.Deployments()
            .Where(d => d.Outcome == DeploymentOutcome.Succeeded && d.Started <= asOf && (problem.Patches.Contains(d.Patch, StringComparer.OrdinalIgnoreCase) || d.Problem == problem.Id))
            .GroupBy(d => d.Asset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.MinBy(d => d.Started)!, StringComparer.Ordinal);
        var addresses = catalogue.Assets(includeRetired: true).Where(a => a.Address is not null && deployments.ContainsKey(a.Id)).ToLookup(a => a.Address!, a => a.Id, StringComparer.OrdinalIgnoreCase);
        var strangers = new List<string>();
        foreach (var one in series)
        {
            // A series without a name belongs to the problem's only patched item, where there is one.
            var asset = one.Name.Length == 0 && deployments.Count == 1 ? deployments.Keys.First()
                : one.Hosts.SelectMany(h => new[] { catalogue.ResolveAsset(h), addresses[h].Count() == 1 ? addresses[h].First() : null, h }).FirstOrDefault(a => a is not null && deployments.ContainsKey(a));
            if (asset is null)
            {
                strangers.Add(one.Name.Length == 0 ? "(unnamed series)" : one.Name);
                continue;
            }
            var deployment = deployments[asset];
            var end = deployment.Ended is { } ended && ended >= deployment.Started ? ended : deployment.Started;
            yield return new ResultEvent(MetricReview.Compare(one with { Name = one.Name.Length == 0 ? asset : one.Name }, (deployment.Started, end), request.Tolerance, policy));
        }
        if (strangers.Count == 0) yield break;
        yield return new FailedEvent(new Failure("DeploymentNotFound", FailureKind.NotFound,
            FormattableString.Invariant($"No successful deployment for {problem.Id} on '{string.Join("', '", strangers.Take(Named))}'{(strangers.Count > Named ? $" and {strangers.Count - Named} more" : "")} is in the store."), strangers[0],
            "Name series by asset (column Asset, label instance; an asset's id, name or address), or give -DeployedAt. See Get-PatchDeployment."));
    }
}
