using PatchOps.Core.Problems.Debt;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchCandidate", "candidate get", "Says which problems would gain most from a patch: their incidents, matching vulnerabilities and the incidents it would avoid.")]
public sealed record GetCandidateRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Only these problems; wildcards.", Position = 0)]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("The n with most incidents to avoid; 0 means all.")]
    public int Top { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }

    public override void Validate() => Needs.Between(Top, 0, int.MaxValue, nameof(Top));
}

[Operation("Get-PatchDebt", "debt get", "Lists what is left unpatched or unsupported: old workarounds, what blocks the patch, incidents that come of it, and what paying it off costs.")]
public sealed record GetDebtRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("One row per problem, asset, product, business unit or environment.", Position = 0)]
    public DebtGrouping By { get; init; }

    [ParameterHelp("Only workarounds older than policy allows.")]
    public bool Overdue { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    [ParameterHelp("As known on this day; default: now.")]
    public DateTimeOffset? AsOf { get; init; }
}

[Operation("Set-PatchProblem", "problem set", "Changes a problem record and keeps its history; closing it as resolved needs proof or a risk acceptance.", Changes = true)]
public sealed record SetProblemRequest : OperationRequest
{
    [ParameterHelp("Problem id.", Position = 0)]
    public string Id { get; init; } = "";

    [ParameterHelp("New status. Resolved and Closed need a patch, its deployment and a verdict that it helped, or an active risk acceptance; Cancelled and reopening need -Justification.")]
    public string? Status { get; init; }

    [ParameterHelp("New title.")]
    public string? Title { get; init; }

    [ParameterHelp("New priority; empty to remove it.")]
    public string? Priority { get; init; }

    [ParameterHelp("Team that owns it; empty to remove it.")]
    public string? OwnerTeam { get; init; }

    [ParameterHelp("Workaround; empty to retire it.")]
    public string? Workaround { get; init; }

    [ParameterHelp("Root cause; empty to remove it.")]
    public string? RootCause { get; init; }

    [ParameterHelp("Whether it is a known error.")]
    public bool? KnownError { get; init; }

    [ParameterHelp("Patches expected to remove the cause, instead of those on record.")]
    public IReadOnlyList<string>? Patch { get; init; }

    [ParameterHelp("CVEs behind it, instead of those on record.")]
    public IReadOnlyList<string>? Cve { get; init; }

    [ParameterHelp("Assets that it affects (id or name), instead of those on record.")]
    public IReadOnlyList<string>? Asset { get; init; }

    [ParameterHelp("Why.")]
    public string? Justification { get; init; }

    public override void Validate()
    {
        Needs.Text(Id, nameof(Id));
        if (Status is not null) Needs.Text(Status, nameof(Status));
        if (Title is not null) Needs.Text(Title, nameof(Title));
        if (Status is null && Title is null && Priority is null && OwnerTeam is null && Workaround is null && RootCause is null && KnownError is null && Patch is null && Cve is null && Asset is null)
            throw new FailureException("NothingToChange", FailureKind.InvalidInput, "Nothing is named that shall change.", Id, "Give what shall change, such as -Status or -Workaround.");
        foreach (var cve in Cve ?? [])
            if (!PatchOps.Core.Intake.CveIds.IsValid(cve.Trim().ToUpperInvariant())) throw new FailureException("CveInvalid", FailureKind.InvalidInput, $"'{cve}' is no CVE id.", nameof(Cve), "Write it as CVE-2024-28182.");
    }
}

[Operation("Get-PatchInvestigation", "investigation get", "Lists joint investigations of patches that did not solve their problem, newest first.")]
public sealed record GetInvestigationRequest : OperationRequest
{
    [ParameterHelp("Id; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];

    [ParameterHelp("Only of these problems; wildcards.")]
    public IReadOnlyList<string> Problem { get; init; } = [];

    [ParameterHelp("Only open ones.")]
    public bool Open { get; init; }
}

[Operation("Set-PatchInvestigation", "investigation set", "Adds a team's finding to an investigation, or closes it with a conclusion.", Changes = true)]
public sealed record SetInvestigationRequest : OperationRequest
{
    [ParameterHelp("Investigation id.", Position = 0)]
    public string Id { get; init; } = "";

    [ParameterHelp("Team whose finding it is.")]
    public InvestigationTeam? Team { get; init; }

    [ParameterHelp("What the team found.")]
    public string? Finding { get; init; }

    [ParameterHelp("What all agreed on; closes it. Every team must have said something.")]
    public string? Conclusion { get; init; }

    public override void Validate()
    {
        Needs.Text(Id, nameof(Id));
        if (Finding is null && Conclusion is null) throw new FailureException("NothingToChange", FailureKind.InvalidInput, "Neither a finding nor a conclusion is given.", Id, "Give -Team and -Finding, or -Conclusion.");
        if (Finding is not null) Needs.Text(Finding, nameof(Finding));
        if (Conclusion is not null) Needs.Text(Conclusion, nameof(Conclusion));
        if ((Finding is null) != (Team is null)) throw new FailureException("ParameterMissing", FailureKind.InvalidInput, "A finding and its team belong together.", nameof(Team), "Give both -Team and -Finding.");
    }
}
