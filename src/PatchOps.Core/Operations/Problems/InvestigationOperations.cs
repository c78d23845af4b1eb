using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Queries;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Problems;

public sealed class GetInvestigationOperation(ICatalogue catalogue) : Query<GetInvestigationRequest>
{
    protected override string Kind => "Investigation";

    protected override string MissingCode => "InvestigationNotFound";

    protected override IEnumerable<object> Find(GetInvestigationRequest request)
    {
        var ids = new Wildcard(request.Id);
        var problems = new Wildcard(request.Problem);
        return catalogue.Investigations().Where(i => ids.Matches(i.Id) && problems.Matches(i.Problem) && (!request.Open || i.IsOpen));
    }

    protected override IEnumerable<string> Names(GetInvestigationRequest request) => request.Open ? [] : new Wildcard(request.Id).Literals;

    protected override bool IsNamed(object item, string name) => item is PatchInvestigation i && i.Id.Equals(name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Teams add what they found; it ends when all of them have, with one conclusion.</summary>
public sealed class SetInvestigationOperation(ICatalogue catalogue, IAuditLog audit, TimeProvider clock, Caller caller) : IOperation<SetInvestigationRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(SetInvestigationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var known = catalogue.Investigations().FirstOrDefault(i => i.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase));
        // Of many that are piped in, one that is refused does not keep the others from being changed.
        var refusal = known is null
            ? new Failure("InvestigationNotFound", FailureKind.NotFound, $"No investigation '{request.Id}' is in the store.", request.Id, "See what there is with Get-PatchInvestigation.")
            : Refusal(known, request);
        if (known is null || refusal is not null)
        {
            yield return new FailedEvent(refusal!);
            yield break;
        }
        var wanted = Wanted(known, request, now);
        if (request.Conclusion is { } conclusion) wanted = wanted with { Closed = now, ClosedBy = caller.Account, Conclusion = conclusion.Trim() };
        var ask = new AskEvent(known.ToString(), wanted.IsOpen ? $"Add a finding of {request.Team}" : "Close");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.Yes)
        {
            catalogue.SaveInvestigations([wanted]);
            await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, wanted.IsOpen ? "InvestigationFinding" : "InvestigationClosed", known.Id, CanonicalJson.Of(
                ("problem", known.Problem), ("team", request.Team?.ToString()), ("finding", request.Finding), ("conclusion", request.Conclusion))), now, cancellationToken).ConfigureAwait(false);
        }
        yield return new ResultEvent(wanted);
    }

    private PatchInvestigation Wanted(PatchInvestigation known, SetInvestigationRequest request, DateTimeOffset now) =>
        request.Finding is { } finding ? known with { Findings = [.. known.Findings, new InvestigationNote(request.Team!.Value, now, caller.Account, finding.Trim())] } : known;

    private Failure? Refusal(PatchInvestigation known, SetInvestigationRequest request)
    {
        if (!known.IsOpen)
            return new Failure("InvestigationClosed", FailureKind.Conflict, FormattableString.Invariant($"Investigation {known.Id} was closed on {known.Closed!.Value.UtcDateTime:yyyy-MM-dd}."), known.Id, "Reopen its problem with Set-PatchProblem if it was wrong.");
        var awaited = Wanted(known, request, default).Awaited;
        return request.Conclusion is null || awaited.Count == 0 ? null
            : new Failure("InvestigationIncomplete", FailureKind.Refused, $"Investigation {known.Id} cannot be closed: {string.Join(" and ", awaited)} have not said anything yet.", known.Id,
                $"Add their findings with Set-PatchInvestigation {known.Id} -Team {awaited[0]} -Finding TEXT.");
    }
}
