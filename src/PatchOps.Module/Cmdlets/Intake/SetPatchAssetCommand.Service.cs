using System.Management.Automation;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <content>What concerns its service.</content>
public sealed partial class SetPatchAssetCommand
{
    /// <summary>Internet, Partner, Internal or Isolated.</summary>
    [Parameter]
    public AssetExposure? Exposure { get; set; }

    /// <summary>Public, Internal, Confidential or Restricted.</summary>
    [Parameter]
    public DataSensitivity? DataSensitivity { get; set; }

    /// <summary>Regulations; takes the place of those known.</summary>
    [Parameter]
    public string[]? Regulations { get; set; }

    /// <summary>Cluster.</summary>
    [Parameter]
    public string? Cluster { get; set; }

    /// <summary>Members of the cluster that must stay available.</summary>
    [Parameter]
    public int? MinAvailable { get; set; }

    /// <summary>Assets that are patched before it; takes the place of those known.</summary>
    [Parameter]
    public string[]? DependsOn { get; set; }

    /// <summary>IANA zone of its maintenance window.</summary>
    [Parameter]
    public string? TimeZone { get; set; }

    /// <summary>Maintenance window as in docs/windows.md, or the name of one of policy or imported.</summary>
    [Parameter]
    public string? MaintenanceWindow { get; set; }

    /// <summary>End of the vendor's support, as yyyy-MM-dd.</summary>
    [Parameter]
    public string? EndOfSupport { get; set; }

    /// <summary>OnPremises or Cloud.</summary>
    [Parameter]
    public Hosting? Hosting { get; set; }

    /// <summary>Tags; takes the place of those known.</summary>
    [Parameter]
    public string[]? Tags { get; set; }
}
