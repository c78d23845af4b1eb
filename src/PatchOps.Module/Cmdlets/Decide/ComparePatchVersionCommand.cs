using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Versions;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Orders two versions exactly as the platform does.</summary>
[Cmdlet(VerbsData.Compare, "PatchVersion")]
[OutputType(typeof(VersionComparison))]
public sealed class ComparePatchVersionCommand : OperationCmdlet
{
    /// <summary>Left version.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Left { get; set; } = "";

    /// <summary>Right version.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Right { get; set; } = "";

    /// <summary>Whose order.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VersionScheme Scheme { get; set; }

    protected override void ProcessRecord() => Pump(Bind<CompareVersionRequest>());
}
