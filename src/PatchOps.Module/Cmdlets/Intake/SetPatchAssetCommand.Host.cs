using System.Management.Automation;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <content>What concerns the host.</content>
public sealed partial class SetPatchAssetCommand
{
    /// <summary>Name that people use.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>Where to connect.</summary>
    [Parameter]
    public string? Address { get; set; }

    /// <summary>How to reach it.</summary>
    [Parameter]
    public TransportKind? Transport { get; set; }

    /// <summary>Port, 1–65535.</summary>
    [Parameter]
    public int? Port { get; set; }

    /// <summary>User on the host.</summary>
    [Parameter]
    public string? User { get; set; }

    /// <summary>Patch provider, such as apt.</summary>
    [Parameter]
    public string? Provider { get; set; }

    /// <summary>Operating system.</summary>
    [Parameter]
    public string? OperatingSystem { get; set; }

    /// <summary>Development, Test, Staging or Production.</summary>
    [Parameter]
    public AssetEnvironment? Environment { get; set; }

    /// <summary>Business unit.</summary>
    [Parameter]
    public string? BusinessUnit { get; set; }

    /// <summary>Team that owns it.</summary>
    [Parameter]
    public string? OwnerTeam { get; set; }

    /// <summary>1 (least) to 5 (most critical).</summary>
    [Parameter]
    public int? Criticality { get; set; }
}
