using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Shows what each source says about a vulnerability, trusted sources first.</summary>
[Cmdlet(VerbsCommon.Get, "PatchAdvisory")]
[OutputType(typeof(VulnerabilityRecord))]
public sealed class GetPatchAdvisoryCommand : OperationCmdlet
{
    /// <summary>CVE or other id; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CveCompleter))]
    public string[] Id { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetAdvisoryRequest>());
}
