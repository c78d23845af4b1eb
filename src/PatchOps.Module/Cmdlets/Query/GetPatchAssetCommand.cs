using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Lists assets.</summary>
[Cmdlet(VerbsCommon.Get, "PatchAsset")]
[OutputType(typeof(Asset), typeof(AssetChange))]
public sealed class GetPatchAssetCommand : OperationCmdlet
{
    /// <summary>Id or name; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Environments.</summary>
    [Parameter]
    public AssetEnvironment[] Environment { get; set; } = [];

    /// <summary>Tags; wildcards.</summary>
    [Parameter]
    public string[] Tag { get; set; } = [];

    /// <summary>Also assets that no inventory lists any more.</summary>
    [Parameter]
    public SwitchParameter IncludeRetired { get; set; }

    /// <summary>What imports and people changed of them and of their packages, instead of the assets.</summary>
    [Parameter]
    public SwitchParameter History { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetAssetRequest>());
}
