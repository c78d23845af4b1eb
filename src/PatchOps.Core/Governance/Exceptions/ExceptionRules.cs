using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Exceptions;

/// <summary>When an exception counts, and how its end is told.</summary>
public static class ExceptionRules
{
    /// <summary>The exception as it stood on a day: what came later is taken out.</summary>
    /// <param name="broken">Why a premise does not hold on that day; null where all hold.</param>
    public static PatchException At(PatchException exception, DateTimeOffset asOf, string? broken)
    {
        var then = exception.Revoked > asOf ? exception with { Revoked = null, RevokedBy = null, RevocationJustification = null } : exception;
        if (then.Revoked is { } revoked)
            return then with { State = PatchExceptionState.Revoked, Reason = $"{then.RevokedBy} revoked it on {Day(revoked)}: {then.RevocationJustification}" };
        if (then.Until <= asOf) return then with { State = PatchExceptionState.Expired, Reason = $"it expired on {Day(then.Until)}" };
        return broken is null
            ? then with { State = PatchExceptionState.Active, Reason = null }
            : then with { State = PatchExceptionState.PremiseBroken, Reason = broken };
    }

    /// <summary>The sentence that a finding's reasons give.</summary>
    public static string Tell(PatchException exception)
    {
        var what = $"{Name(exception.Kind)} {exception.Id} of {Day(exception.Created)}";
        var approval = exception.ApprovedBy is null ? "" : $", approved by {exception.ApprovedBy},";
        return exception.State == PatchExceptionState.Active
            ? $"Left out of the ranking: the {what}{approval} holds until {Day(exception.Until)}: {Ended(exception.Justification)}"
            : $"The {what}{approval} ended because {Ended(exception.Reason ?? "")}";
    }

    private static string Ended(string text) => text.EndsWith('.') ? text : text + ".";

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Name(PatchExceptionKind kind) => kind switch
    {
        PatchExceptionKind.RiskAcceptance => "risk acceptance",
        PatchExceptionKind.Deferral => "deferral",
        PatchExceptionKind.FreezeOverride => "freeze override",
        _ => "legacy pin",
    };
}
