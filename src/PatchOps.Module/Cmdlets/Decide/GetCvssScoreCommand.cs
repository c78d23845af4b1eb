using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Scores CVSS vectors of version 2.0, 3.0, 3.1 or 4.0.</summary>
[Cmdlet(VerbsCommon.Get, "CvssScore")]
[OutputType(typeof(CvssResult))]
public sealed class GetCvssScoreCommand : OperationCmdlet
{
    /// <summary>CVSS vectors.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Vector { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetCvssScoreRequest>());
}
