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
        var known = catalogue.Investigations().FirstOrDefault(i => i.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase))
            ?? throw new FailureException("InvestigationNotFound", FailureKind.NotFound, $"No investigation '{request.Id}' is in the store.", request.Id, "See what there is with Get-PatchInvestigation.");
        if (!known.IsOpen)
            throw new FailureException("InvestigationClosed", FailureKind.Conflict, FormattableString.Invariant($"Investigation {known.Id} was closed on {known.Closed!.Value.UtcDateTime:yyyy-MM-dd}."), known.Id, "Reopen its problem with Set-PatchProblem if it was wrong.");
        var wanted = known;
        if (request.Finding is { } finding) wanted = wanted with { Findings = [.. wanted.Findings, new InvestigationNote(request.Team!.Value, now, caller.Account, finding.Trim())] };
        if (request.Conclusion is { } conclusion)
        {
            if (wanted.Awaited.Count > 0)
                throw new FailureException("InvestigationIncomplete", FailureKind.Refused, $"Investigation {known.Id} cannot be closed: {string.Join(" and ", wanted.Awaited)} have not said anything yet.", known.Id,
                    $"Add their findings with Set-PatchInvestigation {known.Id} -Team {wanted.Awaited[0]} -Finding TEXT.");
            wanted = wanted with { Closed = now, ClosedBy = caller.Account, Conclusion = conclusion.Trim() };
        }
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
}
