using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Lists problem records.</summary>
[Cmdlet(VerbsCommon.Get, "PatchProblem")]
[OutputType(typeof(Problem))]
public sealed class GetPatchProblemCommand : OperationCmdlet
{
    /// <summary>Id; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProblemCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Only open problems.</summary>
    [Parameter]
    public SwitchParameter Open { get; set; }

    /// <summary>Only known errors: with workaround, fixed versions and where they are deployed.</summary>
    [Parameter]
    public SwitchParameter KnownError { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetProblemRequest>());
}
