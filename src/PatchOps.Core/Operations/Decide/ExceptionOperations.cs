using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Core.Exposure;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Operations.Queries;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Decide;

public sealed class NewExceptionOperation(ICatalogue catalogue, IAuditLog audit, ExceptionPolicy policy, IReadOnlyList<FreezeRule> freezes, TimeProvider clock, Caller caller) : IOperation<NewExceptionRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(NewExceptionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var exception = Make(request, now);
        if (exception.Kind == PatchExceptionKind.FreezeOverride) RequireFreezes(exception);
        else RequireFindings(exception, now, cancellationToken);
        var judged = new ExceptionLedger(catalogue, now, [exception]).All[0];
        if (judged.State == PatchExceptionState.PremiseBroken)
            throw new FailureException("PremiseBroken", FailureKind.Conflict, $"The exception would not hold today: {judged.Reason}.", "Premise", "Leave that premise out or choose another limit; see the facts with Get-PatchRisk -By Cve.");

        var ask = new AskEvent(exception.ToString(), exception.Kind == PatchExceptionKind.FreezeOverride ? $"Open {string.Join(", ", exception.Freeze)} {Covered(exception)}".TrimEnd() : $"Leave {Covered(exception)} open");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.Yes)
        {
            catalogue.AddException(exception);
            await audit.AppendAsync(new AuditRecord($"exception/{exception.Id}", caller.Account, "ExceptionMade", exception.Id, Payload(exception)), now, cancellationToken).ConfigureAwait(false);
        }
        yield return new ResultEvent(judged);
    }

    private PatchException Make(NewExceptionRequest request, DateTimeOffset now)
    {
        var until = request.Until!.Value;
        if (until <= now)
            throw new FailureException("ExceptionUntilPast", FailureKind.InvalidInput, FormattableString.Invariant($"The exception would end at {until.UtcDateTime:u}, which is over."), "Until", "Give -Until a date in the future.");
        if (until > now.AddDays(policy.MaxDays))
            throw new FailureException("ExceptionTooLong", FailureKind.Refused, FormattableString.Invariant($"The exception would last until {until.UtcDateTime:yyyy-MM-dd}; policy allows {policy.MaxDays} days."), "Until", "Give an earlier -Until, or have policy allow more under exceptions.maxDays.");
        var exception = new PatchException
        {
            Id = "new", Kind = request.Kind, Patch = request.Patch, Cve = request.Cve, Asset = request.Asset, Freeze = request.Freeze, Justification = request.Justification, Position = request.Position,
            Premise = [.. request.Premise.Select(p => ExceptionPremise.Parse(p).ToString())], ApprovedBy = request.ApprovedBy, Author = caller.Account, Created = now, Until = until.ToUniversalTime(),
        }.Validated();
        return exception with { Id = "EXC-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Payload(exception))))[..8] };
    }

    /// <summary>A freeze that policy does not know would be opened for nothing.</summary>
    private void RequireFreezes(PatchException exception)
    {
        var cover = new ExceptionCover(catalogue, exception);
        if (cover.MissingAssets.Count > 0) throw new FailureException(AssetFilter.NotFound(cover.MissingAssets[0]));
        if (exception.Freeze.FirstOrDefault(f => f != "*" && !freezes.Any(r => r.Name.Equals(f, StringComparison.OrdinalIgnoreCase))) is { } unknown)
            throw new FailureException("FreezeUnknown", FailureKind.NotFound, $"The policy has no freeze '{unknown}'.", unknown, freezes.Count == 0 ? "Name a policy with -Policy that has freezes." : $"Choose {string.Join(", ", freezes.Select(f => f.Name))}, or * for every one.");
    }

    /// <summary>A name that fits no open finding, and for a risk acceptance no open problem, is a slip: the finding that was meant would stay in the ranking, and nobody would know why.</summary>
    private void RequireFindings(PatchException exception, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var cover = new ExceptionCover(catalogue, exception);
        if (cover.MissingAssets.Count > 0) throw new FailureException(AssetFilter.NotFound(cover.MissingAssets[0]));
        var unseen = exception.Patch.Concat(exception.Cve).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var any = false;
        foreach (var finding in new EstateExposure(catalogue, now).Findings(FindingFilter.Open))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!cover.Covers(finding)) continue;
            any = true;
            if (finding.Patch is not null) unseen.Remove(finding.Patch);
            if (finding.Cve is not null) unseen.Remove(finding.Cve);
            if (unseen.Count == 0) return;
        }
        // Where the patch is on every item and did not help, no finding is open: what is accepted then is the problem.
        if (exception.Kind == PatchExceptionKind.RiskAcceptance)
        {
            foreach (var problem in catalogue.Problems().Where(p => p.IsOpen && (exception.Asset.Count == 0 || p.ConfigurationItems.Any(i => cover.CoversAsset(catalogue.ResolveAsset(i) ?? i)))))
                any |= unseen.RemoveWhere(n => problem.Patches.Concat(problem.Cves).Contains(n, StringComparer.OrdinalIgnoreCase)) > 0;
        }
        if (any && unseen.Count == 0) return;
        var what = any ? string.Join(", ", unseen.Order(StringComparer.Ordinal)) : Covered(exception);
        throw new FailureException("ExceptionCoversNothing", FailureKind.InvalidInput, $"No open finding fits {what}.", what, "See what is open with Get-PatchExposure -Status Affected; patches and CVEs are named in full.");
    }

    private static string Covered(PatchException exception) => string.Join(" ", new[]
    {
        string.Join(", ", exception.Patch.Concat(exception.Cve)), exception.Asset.Count > 0 ? "on " + string.Join(", ", exception.Asset) : "",
    }.Where(t => t.Length > 0));

    private static string Payload(PatchException exception) => CanonicalJson.Of(
        ("kind", exception.Kind.ToString()), ("patch", exception.Patch), ("cve", exception.Cve), ("asset", exception.Asset), ("freeze", exception.Freeze), ("justification", exception.Justification), ("position", exception.Position),
        ("premise", exception.Premise), ("approvedBy", exception.ApprovedBy), ("author", exception.Author), ("created", exception.Created), ("until", exception.Until));
}

public sealed class GetExceptionOperation(ICatalogue catalogue, TimeProvider clock) : Query<GetExceptionRequest>
{
    protected override string Kind => "Exception";

    protected override string MissingCode => "ExceptionNotFound";

    protected override IEnumerable<object> Find(GetExceptionRequest request)
    {
        var ids = new Wildcard(request.Id);
        return new ExceptionLedger(catalogue, request.AsOf ?? clock.GetUtcNow()).All.Where(e => ids.Matches(e.Id) && (!request.Active || e.State == PatchExceptionState.Active));
    }

    // With -Active a named one that has ended is no mistake.
    protected override IEnumerable<string> Names(GetExceptionRequest request) => request.Active ? [] : new Wildcard(request.Id).Literals;

    protected override bool IsNamed(object item, string name) => item is PatchException e && e.Id.Equals(name, StringComparison.OrdinalIgnoreCase);
}

public sealed class RevokeExceptionOperation(ICatalogue catalogue, IAuditLog audit, TimeProvider clock, Caller caller) : IOperation<RevokeExceptionRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(RevokeExceptionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var exception = catalogue.Exceptions().FirstOrDefault(e => e.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase))
            ?? throw new FailureException("ExceptionNotFound", FailureKind.NotFound, $"No exception '{request.Id}' is in the store.", request.Id, "See what there is with Get-PatchException.");
        var before = ExceptionRules.At(exception, now, null);
        if (before.State != PatchExceptionState.Active)
            throw new FailureException("ExceptionEnded", FailureKind.Conflict, $"Exception {exception.Id} has ended: {before.Reason}.", exception.Id, "See which ones count with Get-PatchException -Active.");

        var ask = new AskEvent(exception.ToString(), "Revoke");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        var revoked = exception with { Revoked = now, RevokedBy = caller.Account, RevocationJustification = request.Justification.Trim() };
        if (answer == Answer.Yes)
        {
            revoked = catalogue.RevokeException(exception.Id, caller.Account, request.Justification.Trim(), now);
            await audit.AppendAsync(new AuditRecord($"exception/{exception.Id}/revoked", caller.Account, "ExceptionRevoked", exception.Id, CanonicalJson.Of(("justification", revoked.RevocationJustification))),
                now, cancellationToken).ConfigureAwait(false);
        }
        yield return new ResultEvent(ExceptionRules.At(revoked, now, null));
    }
}
