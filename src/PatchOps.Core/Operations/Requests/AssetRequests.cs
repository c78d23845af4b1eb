using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("Set-PatchAsset", "asset set", "Changes what is known of assets; what was before stays in the history and the audit trail.", Changes = true)]
public sealed record SetAssetRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Asset id or name; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];

    [ParameterHelp("Name that people use.")]
    public string? Name { get; init; }

    [ParameterHelp("Where to connect.")]
    public string? Address { get; init; }

    [ParameterHelp("How to reach it.")]
    public TransportKind? Transport { get; init; }

    [ParameterHelp("Port, 1–65535.")]
    public int? Port { get; init; }

    [ParameterHelp("User on the host.")]
    public string? User { get; init; }

    [ParameterHelp("Patch provider, such as apt.")]
    public string? Provider { get; init; }

    [ParameterHelp("Operating system.")]
    public string? OperatingSystem { get; init; }

    [ParameterHelp("Development, Test, Staging or Production.")]
    public AssetEnvironment? Environment { get; init; }

    [ParameterHelp("Business unit.")]
    public string? BusinessUnit { get; init; }

    [ParameterHelp("Team that owns it.")]
    public string? OwnerTeam { get; init; }

    [ParameterHelp("1 (least) to 5 (most critical).")]
    public int? Criticality { get; init; }

    [ParameterHelp("Internet, Partner, Internal or Isolated.")]
    public AssetExposure? Exposure { get; init; }

    [ParameterHelp("Public, Internal, Confidential or Restricted.")]
    public DataSensitivity? DataSensitivity { get; init; }

    [ParameterHelp("Regulations; takes the place of those known.")]
    public IReadOnlyList<string>? Regulations { get; init; }

    [ParameterHelp("Cluster.")]
    public string? Cluster { get; init; }

    [ParameterHelp("Members of the cluster that must stay available.")]
    public int? MinAvailable { get; init; }

    [ParameterHelp("Assets that are patched before it; takes the place of those known.")]
    public IReadOnlyList<string>? DependsOn { get; init; }

    [ParameterHelp("Asset on which this virtual machine runs.")]
    public string? Hypervisor { get; init; }

    [ParameterHelp("Kind of machine, such as maker and model.")]
    public string? Hardware { get; init; }

    [ParameterHelp("Where it stands.")]
    public string? Site { get; init; }

    [ParameterHelp("Network segment.")]
    public string? NetworkSegment { get; init; }

    [ParameterHelp("IANA zone of its maintenance window.")]
    public string? TimeZone { get; init; }

    [ParameterHelp("Maintenance window as in docs/windows.md, or the name of one of policy or imported.")]
    public string? MaintenanceWindow { get; init; }

    [ParameterHelp("End of the vendor's support, as yyyy-MM-dd.")]
    public string? EndOfSupport { get; init; }

    [ParameterHelp("OnPremises or Cloud.")]
    public Hosting? Hosting { get; init; }

    [ParameterHelp("Tags; takes the place of those known.")]
    public IReadOnlyList<string>? Tags { get; init; }

    [ParameterHelp("Names of properties to empty, such as MaintenanceWindow.")]
    public IReadOnlyList<string> Clear { get; init; } = [];

    [ParameterHelp("Policy file (YAML, JSON or psd1), for the names of its windows; default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate()
    {
        if (Id.Count == 0) Needs.Text(null, nameof(Id));
        if (Criticality is { } c) Needs.Between(c, 1, 5, nameof(Criticality));
        if (Port is { } p) Needs.Between(p, 1, 65535, nameof(Port));
        if (MinAvailable is { } m) Needs.Between(m, 0, int.MaxValue, nameof(MinAvailable));
    }
}
