using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Waves;

/// <summary>Shows the providers that hosts can be patched with.</summary>
[Cmdlet(VerbsCommon.Get, "PatchProvider")]
[OutputType(typeof(PatchProvider))]
public sealed class GetPatchProviderCommand : OperationCmdlet
{
    /// <summary>Name; wildcards allowed.</summary>
    [Parameter(Position = 0)]
    public string[] Name { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetProviderRequest>());
}
