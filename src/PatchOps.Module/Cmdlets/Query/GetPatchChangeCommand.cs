using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Lists change records.</summary>
[Cmdlet(VerbsCommon.Get, "PatchChange")]
[OutputType(typeof(Change))]
public sealed class GetPatchChangeCommand : OperationCmdlet
{
    /// <summary>Id; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Id { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetChangeRequest>());
}
