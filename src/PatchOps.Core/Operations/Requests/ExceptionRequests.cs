using PatchOps.Core.Governance.Exceptions;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("New-PatchException", "exception new", "Records that findings are left open until a date, with justification and premises.", Changes = true)]
public sealed record NewExceptionRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("What is meant: the risk is carried, the patch comes later, an old version is kept, or a freeze is opened; default: RiskAcceptance.")]
    public PatchExceptionKind Kind { get; init; } = PatchExceptionKind.RiskAcceptance;

    [ParameterHelp("Patch ids covered. With -Cve or -Asset a finding must fit all.")]
    public IReadOnlyList<string> Patch { get; init; } = [];

    [ParameterHelp("CVEs covered.")]
    public IReadOnlyList<string> Cve { get; init; } = [];

    [ParameterHelp("Assets covered (id or name); wildcards.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("Freezes of the policy that a FreezeOverride opens, from now until it ends; * for every one.")]
    public IReadOnlyList<string> Freeze { get; init; } = [];

    [ParameterHelp("Why this is right.")]
    public string Justification { get; init; } = "";

    [ParameterHelp("When it ends; in the future, and no later than policy allows.")]
    public DateTimeOffset? Until { get; init; }

    [ParameterHelp("Who agreed to it.")]
    public string? ApprovedBy { get; init; }

    [ParameterHelp("What each party holds, one text each.")]
    public IReadOnlyList<string> Position { get; init; } = [];

    [ParameterHelp("What must stay true: EPSS<0.05, NoKev, NoIncident.")]
    public IReadOnlyList<string> Premise { get; init; } = [];

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate()
    {
        Needs.Text(Justification, nameof(Justification));
        if (Until is null) throw new FailureException("ParameterMissing", FailureKind.InvalidInput, "Until is needed.", nameof(Until), "Give -Until a date.");
        if (Kind == PatchExceptionKind.FreezeOverride)
        {
            if (Freeze.All(string.IsNullOrWhiteSpace)) throw new FailureException("ParameterMissing", FailureKind.InvalidInput, "Freeze is needed: it names what is opened.", nameof(Freeze), "Name freezes of the policy with -Freeze, or * for every one.");
            Needs.Text(ApprovedBy, nameof(ApprovedBy));
            if (Patch.Count + Cve.Count + Premise.Count > 0) throw new FailureException("ParameterInvalid", FailureKind.InvalidInput, "A freeze is opened for assets, not for patches or CVEs, and has no premises.", nameof(Patch), "Leave -Patch, -Cve and -Premise out.");
            return;
        }
        if (Freeze.Count > 0) throw new FailureException("ParameterInvalid", FailureKind.InvalidInput, "Only a FreezeOverride opens freezes.", nameof(Freeze), "Add -Kind FreezeOverride, or leave -Freeze out.");
        if (Patch.Concat(Cve).Concat(Asset).All(string.IsNullOrWhiteSpace))
            throw new FailureException("ExceptionCoversNothing", FailureKind.InvalidInput, "Nothing is named that the exception covers.", "Patch", "Name patches, CVEs or assets with -Patch, -Cve or -Asset.");
        foreach (var premise in Premise) ExceptionPremise.Parse(premise);
    }
}

[Operation("Get-PatchException", "exception get", "Lists acceptances, deferrals and pins with their state, oldest first.")]
public sealed record GetExceptionRequest : OperationRequest
{
    [ParameterHelp("Id; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];

    [ParameterHelp("Only those that count.")]
    public bool Active { get; init; }

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }
}

[Operation("Revoke-PatchException", "exception revoke", "Ends an acceptance, deferral or pin; its findings return to the ranking.", Changes = true)]
public sealed record RevokeExceptionRequest : OperationRequest
{
    [ParameterHelp("Id.", Position = 0)]
    public string Id { get; init; } = "";

    [ParameterHelp("Why it ends.")]
    public string Justification { get; init; } = "";

    public override void Validate()
    {
        Needs.Text(Id, nameof(Id));
        Needs.Text(Justification, nameof(Justification));
    }
}
