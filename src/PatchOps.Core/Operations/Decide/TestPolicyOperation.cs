using System.Runtime.CompilerServices;
using NodaTime;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Decide;

/// <summary>Reads a policy file as every operation would, and tries the windows and freezes that only planning reads.</summary>
public sealed class TestPolicyOperation(IPolicySource policies) : IOperation<TestPolicyRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TestPolicyRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
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

    private static void Try(PatchPolicy policy)
    {
        var planning = policy.Planning;
        WindowText.Parse(planning.DefaultWindow, DateTimeZone.Utc);
        foreach (var window in planning.Windows.Values) WindowText.Parse(window, DateTimeZone.Utc);
        foreach (var freeze in planning.Freezes) FreezeText.Parse(freeze.Name, freeze.When, ZoneNames.Resolve(freeze.TimeZone));
    }
}
