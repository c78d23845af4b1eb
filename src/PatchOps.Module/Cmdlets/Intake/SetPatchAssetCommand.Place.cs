using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Intake;

/// <content>Where and on what it runs.</content>
public sealed partial class SetPatchAssetCommand
{
    /// <summary>Asset on which this virtual machine runs.</summary>
    [Parameter]
    public string? Hypervisor { get; set; }

    /// <summary>Kind of machine, such as maker and model.</summary>
    [Parameter]
    public string? Hardware { get; set; }

    /// <summary>Where it stands.</summary>
    [Parameter]
    public string? Site { get; set; }

    /// <summary>Network segment.</summary>
    [Parameter]
    public string? NetworkSegment { get; set; }
}
