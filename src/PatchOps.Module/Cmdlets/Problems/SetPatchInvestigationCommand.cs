using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Problems;

/// <summary>Adds a team's finding to an investigation, or closes it with a conclusion.</summary>
[Cmdlet(VerbsCommon.Set, "PatchInvestigation", SupportsShouldProcess = true)]
[OutputType(typeof(PatchInvestigation))]
public sealed class SetPatchInvestigationCommand : OperationCmdlet
{
    /// <summary>Investigation id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(InvestigationCompleter))]
    public string Id { get; set; } = "";

    /// <summary>Team whose finding it is.</summary>
    [Parameter]
    public InvestigationTeam? Team { get; set; }

    /// <summary>What the team found.</summary>
    [Parameter]
    public string? Finding { get; set; }

    /// <summary>What all agreed on; closes it. Every team must have said something.</summary>
    [Parameter]
    public string? Conclusion { get; set; }

    protected override void ProcessRecord() => Pump(Bind<SetInvestigationRequest>());
}
