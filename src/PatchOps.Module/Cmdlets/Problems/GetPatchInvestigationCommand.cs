using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Problems;

/// <summary>Lists joint investigations of patches that did not solve their problem, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "PatchInvestigation")]
[OutputType(typeof(PatchInvestigation))]
public sealed class GetPatchInvestigationCommand : OperationCmdlet
{
    /// <summary>Id; wildcards.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(InvestigationCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Only of these problems; wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProblemCompleter))]
    public string[] Problem { get; set; } = [];

    /// <summary>Only open ones.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetInvestigationRequest>());
}
