using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Reads installed packages and pending updates from hosts.</summary>
[Cmdlet(VerbsCommon.Get, "PatchInventory")]
[OutputType(typeof(InventoryResult))]
public sealed class GetPatchInventoryCommand : HostAccessCmdlet
{
    /// <summary>Hosts by name or address; wildcards mean assets of the store; default: this machine.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Name")]
    public string[] ComputerName { get; set; } = [];

    /// <summary>How to reach them; default: as the store says, else this machine locally and others over SSH.</summary>
    [Parameter]
    public TransportKind? Transport { get; set; }

    /// <summary>SSH user; default: the asset's, else ssh's own configuration.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>SSH port; default: the asset's.</summary>
    [Parameter]
    public int? Port { get; set; }

    /// <summary>Hosts read at the same time, 1–256.</summary>
    [Parameter]
    public int ThrottleLimit { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetInventoryRequest>());
}
