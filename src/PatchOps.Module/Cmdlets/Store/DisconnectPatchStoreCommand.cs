using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Store;

/// <summary>Closes what this session has open and forgets its default store.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "PatchStore")]
public sealed class DisconnectPatchStoreCommand : PSCmdlet
{
    protected override void EndProcessing() => Session.Leave();
}
