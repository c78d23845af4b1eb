using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Shows what each source says about a vulnerability, trusted sources first; or an article (KB) with what it fixes and replaces.</summary>
[Cmdlet(VerbsCommon.Get, "PatchAdvisory")]
[OutputType(typeof(VulnerabilityRecord), typeof(PatchArticle))]
public sealed class GetPatchAdvisoryCommand : OperationCmdlet
{
    /// <summary>CVE or other id, or an article such as KB5034441; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CveCompleter))]
    public string[] Id { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetAdvisoryRequest>());
}
