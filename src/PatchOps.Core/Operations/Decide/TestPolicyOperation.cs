using System.Runtime.CompilerServices;
using NodaTime;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Risk;
using PatchOps.Core.Risk.Replay;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Decide;

/// <summary>Reads a policy file as every operation would, and tries the windows and freezes that only planning reads.</summary>
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
        Failure? fault = null;
        try
        {
            Try(policies.Read(request.Path));
        }
        catch (FailureException e)
        {
            fault = e.Failure;
        }
        if (fault is { Kind: FailureKind.NotFound }) yield return new FailedEvent(fault);
        else yield return new ResultEvent(new PolicyVerdict { Path = request.Path, Valid = fault is null, Fault = fault?.Message });
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
        var asset = new AssetFacts { Id = "replay", Criticality = request.Criticality, Exposure = request.Exposure };
        var rows = new PolicyReplay(catalogue(), policy.Risk, new ReplayScope(asset, request.AtLeast, request.IncludeUnrated)).Run(from, to, cancellationToken);
        if (rows[0].Vulnerabilities > 0) return rows;
        throw new FailureException("ReplayEmpty", FailureKind.NotFound, FormattableString.Invariant($"The store knows no vulnerability with CVSS score and EPSS between {from:yyyy-MM-dd} and {to:yyyy-MM-dd}."), "From",
            "Import CVE records or NVD, KEV and the EPSS days of that time with Import-PatchFeed, or add -IncludeUnrated.");
    }

    private static void Try(PatchPolicy policy)
    {
        var planning = policy.Planning;
        WindowText.Parse(planning.DefaultWindow, DateTimeZone.Utc);
        foreach (var window in planning.Windows.Values) WindowText.Parse(window, DateTimeZone.Utc);
        foreach (var freeze in planning.Freezes) FreezeText.Parse(freeze.Name, freeze.When, ZoneNames.Resolve(freeze.TimeZone));
    }
}
