using System.Runtime.CompilerServices;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Operations.Queries;

public sealed class GetAuditOperation(IAuditLog audit) : IOperation<GetAuditRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetAuditRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in audit.ReadAsync(request.Since, request.Subject, cancellationToken).ConfigureAwait(false)) yield return new ResultEvent(entry);
    }
}

public sealed class TestAuditOperation(IAuditLog audit) : IOperation<TestAuditRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TestAuditRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var verdict = await AuditChain.VerifyAsync(audit.ReadAsync(null, null, cancellationToken), cancellationToken).ConfigureAwait(false);
        yield return new ResultEvent(verdict);
        if (!verdict.Intact)
            yield return new FailedEvent(new Domain.Failure("AuditBroken", Domain.FailureKind.Corrupt, $"The audit trail is broken at entry {verdict.FirstBroken}: {verdict.Reason}.", $"entry {verdict.FirstBroken}",
                "Compare with a backup; see the entry with Get-PatchAudit."));
    }
}
