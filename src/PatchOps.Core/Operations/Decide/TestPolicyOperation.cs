using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Risk;
using PatchOps.Core.Risk.Replay;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Decide;

/// <summary>Checks a policy file, or replays the store's history with it.</summary>
public sealed class TestPolicyOperation(IPolicySource policies, Func<ICatalogue> catalogue, TimeProvider clock) : IOperation<TestPolicyRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TestPolicyRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (request.Replay)
        {
            yield return new ProgressEvent("Test-PatchPolicy", "Replaying the store's history");
            foreach (var row in Replay(request, cancellationToken)) yield return new ResultEvent(row);
            yield break;
        }
        OperationEvent outcome;
        try
        {
            var faults = policies.Examine(request.Path);
            var errors = faults.Where(f => f.Severity == FindingSeverity.Error).ToList();
            outcome = new ResultEvent(new PolicyVerdict { Path = request.Path, Valid = errors.Count == 0, Fault = errors.Count == 0 ? null : string.Join('\n', errors), Faults = faults });
        }
        catch (FailureException e)
        {
            outcome = new FailedEvent(e.Failure);
        }
        yield return outcome;
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private IReadOnlyList<PolicyBacktest> Replay(TestPolicyRequest request, CancellationToken cancellationToken)
    {
        var policy = policies.Read(request.Path.Length == 0 ? null : request.Path);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var from = DateOnly.FromDateTime(request.From!.Value.UtcDateTime);
        var to = request.To is { } end ? DateOnly.FromDateTime(end.UtcDateTime) : today;
        if (from >= today || to > today.AddDays(1))
            throw new FailureException("PeriodReversed", FailureKind.InvalidInput, FormattableString.Invariant($"From {from:yyyy-MM-dd} to {to:yyyy-MM-dd} lies partly in the future; a replay needs days that are over."), "From", "Give -From and -To days in the past.");
        var store = catalogue();
        var rows = new PolicyReplay(store, policy.Risk, new ReplayScope(Assets(store, request, policy.Risk), request.AtLeast, request.IncludeUnrated)).Run(from, to, cancellationToken);
        if (rows[0].Vulnerabilities > 0) return rows;
        throw new FailureException("ReplayEmpty", FailureKind.NotFound, FormattableString.Invariant($"The store knows no vulnerability with CVSS score and EPSS between {from:yyyy-MM-dd} and {to:yyyy-MM-dd}."), "From",
            "Import CVE records or NVD, KEV and the EPSS days of that time with Import-PatchFeed, or add -IncludeUnrated.");
    }

    /// <summary>The store's assets; one as described, where one is described or the store has none.</summary>
    private static IReadOnlyList<AssetFacts> Assets(ICatalogue catalogue, TestPolicyRequest request, RiskPolicy risk)
    {
        if (request.Criticality is null && request.Exposure is null)
        {
            var wanted = AssetFilter.Resolve(catalogue, request.Asset);
            if (wanted.Missing.Count > 0) throw new FailureException(AssetFilter.NotFound(wanted.Missing[0]));
            var own = catalogue.Assets().Where(a => wanted.Matches(a.Id)).Select(a => AssetFacts.From(a, policy: risk)).ToList();
            if (own.Count > 0) return own;
            if (request.Asset.Count > 0) throw new FailureException(AssetFilter.NotFound(request.Asset[0]));
        }
        return [new AssetFacts { Id = "replay", Criticality = request.Criticality, Exposure = request.Exposure }];
    }
}
