using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Changes what is known of assets; what was before stays in the history and the audit trail.</summary>
[Cmdlet(VerbsCommon.Set, "PatchAsset", SupportsShouldProcess = true)]
[OutputType(typeof(Asset))]
public sealed partial class SetPatchAssetCommand : OperationCmdlet
{
    /// <summary>Asset id or name; wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Names of properties to empty, such as MaintenanceWindow.</summary>
    [Parameter]
    public string[] Clear { get; set; } = [];

    /// <summary>Policy file (YAML, JSON or psd1), for the names of its windows; default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<SetAssetRequest>());
}
