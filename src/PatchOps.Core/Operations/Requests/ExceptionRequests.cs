using PatchOps.Core.Governance.Exceptions;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("New-PatchException", "exception new", "Records that findings are left open until a date, with justification and premises.", Changes = true)]
public sealed record NewExceptionRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("What is meant: the risk is carried, the patch comes later, or an old version is kept; default: RiskAcceptance.")]
    public PatchExceptionKind Kind { get; init; } = PatchExceptionKind.RiskAcceptance;

    [ParameterHelp("Patch ids covered. With -Cve or -Asset a finding must fit all.")]
    public IReadOnlyList<string> Patch { get; init; } = [];

    [ParameterHelp("CVEs covered.")]
    public IReadOnlyList<string> Cve { get; init; } = [];

    [ParameterHelp("Assets covered (id or name); wildcards.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

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

    [ParameterHelp("Policy file (YAML or JSON); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate()
    {
        Needs.Text(Justification, nameof(Justification));
        if (Until is null) throw new FailureException("ParameterMissing", FailureKind.InvalidInput, "Until is needed.", nameof(Until), "Give -Until a date.");
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
