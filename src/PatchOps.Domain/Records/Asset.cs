namespace PatchOps.Domain;

/// <summary>Stage of an asset; lower stages are patched first.</summary>
public enum AssetEnvironment { Development, Test, Staging, Production }

/// <summary>From where an asset can be reached; decides the chance that an attack arrives.</summary>
public enum AssetExposure { Isolated, Internal, Partner, Internet }

/// <summary>Most sensitive class of data that an asset holds.</summary>
public enum DataSensitivity { Public, Internal, Confidential, Restricted }

/// <summary>Who runs the machine below the operating system.</summary>
public enum Hosting { OnPremises, Cloud }

/// <summary>How PatchOps reaches a host.</summary>
public enum TransportKind { Ssh, Local, PSSession }

/// <summary>A configuration item (CI) that can be patched: a host, with what risk, planning and waves need to know of it.</summary>
public sealed record Asset
{
    /// <summary>The machine id where known, else the fully qualified name. Unique in a store.</summary>
    public required string Id { get; init => field = Require.Text(value).Trim(); }

    /// <summary>Name that people use; defaults to <see cref="Id"/>.</summary>
    public string Name { get => field ?? Id; init => field = Require.OptionalText(value); }

    /// <summary>Address to connect to; <see cref="Name"/> where null.</summary>
    public string? Address { get; init => field = Require.OptionalText(value); }

    public TransportKind? Transport { get; init; }

    /// <summary>1–65535; the transport's own default where null.</summary>
    public int? Port { get; init => field = Require.Between(value, 1, 65535); }

    public string? User { get; init => field = Require.OptionalText(value); }

    /// <summary>Patch provider (apt, dnf …); detected on the host where null.</summary>
    public string? Provider { get; init => field = Require.OptionalText(value); }

    public string? OperatingSystem { get; init => field = Require.OptionalText(value); }

    public AssetEnvironment? Environment { get; init; }

    public string? BusinessUnit { get; init => field = Require.OptionalText(value); }

    public string? OwnerTeam { get; init => field = Require.OptionalText(value); }

    /// <summary>1 (least) to 5 (most critical). Where null the policy's default is used, and the reasons say so.</summary>
    public int? Criticality { get; init => field = Require.Between(value, 1, 5); }

    public AssetExposure? Exposure { get; init; }

    public DataSensitivity? DataSensitivity { get; init; }

    /// <summary>Regulations that apply, such as <c>PCI DSS</c> or <c>HIPAA</c>.</summary>
    public IReadOnlyList<string> Regulations { get; init => field = Require.Names(value); } = [];

    public string? Cluster { get; init => field = Require.OptionalText(value); }

    /// <summary>Members of <see cref="Cluster"/> that must stay available at any moment.</summary>
    public int? MinAvailable { get; init => field = Require.Between(value, 0, int.MaxValue); }

    /// <summary>Assets (id or name) that this one needs; they are patched before it.</summary>
    public IReadOnlyList<string> DependsOn { get; init => field = Require.Names(value); } = [];

    /// <summary>Asset (id or name) on which this virtual machine runs; it is evacuated before the hypervisor is changed.</summary>
    public string? Hypervisor { get; init => field = Require.OptionalText(value); }

    /// <summary>Kind of machine, such as maker and model; canaries are chosen from every kind.</summary>
    public string? Hardware { get; init => field = Require.OptionalText(value); }

    /// <summary>Where it stands; limits how many are changed at the same time.</summary>
    public string? Site { get; init => field = Require.OptionalText(value); }

    /// <summary>Network segment; limits how many are changed at the same time.</summary>
    public string? NetworkSegment { get; init => field = Require.OptionalText(value); }

    /// <summary>IANA zone of the maintenance window; UTC where null.</summary>
    public string? TimeZone { get; init => field = Require.OptionalText(value); }

    /// <summary>A window in the syntax of <c>docs/windows.md</c>, or the name of one that the policy defines.</summary>
    public string? MaintenanceWindow { get; init => field = Require.OptionalText(value); }

    public DateOnly? EndOfSupport { get; init; }

    public Hosting? Hosting { get; init; }

    public IReadOnlyList<string> Tags { get; init => field = Require.Names(value); } = [];

    /// <summary>Other names under which records speak of this asset.</summary>
    public IReadOnlyList<string> Aliases { get; init => field = Require.Names(value); } = [];

    /// <summary>True where another record named the asset before any inventory did.</summary>
    public bool Stub { get; init; }

    /// <summary>When an inventory last failed to list it; null while in use.</summary>
    public DateTimeOffset? Retired { get; init; }

    public override string ToString() => Name;
}

/// <summary>One package as installed on one asset.</summary>
public sealed record Software
{
    /// <summary>Asset id or name.</summary>
    public required string Asset { get; init => field = Require.Text(value).Trim(); }

    public required string Package { get; init => field = Require.Text(value).Trim(); }

    /// <summary>Exactly as the platform writes it, epoch included.</summary>
    public required string Version { get; init => field = Require.Text(value).Trim(); }

    /// <summary>OSV ecosystem with release where it matters: <c>Debian:12</c>, <c>AlmaLinux:9</c>, <c>npm</c>.</summary>
    public string? Ecosystem { get; init => field = Require.OptionalText(value); }

    public string? Architecture { get; init => field = Require.OptionalText(value); }

    /// <summary>Source package that advisories of distributions name; <see cref="Package"/> where null.</summary>
    public string? Source { get; init => field = Require.OptionalText(value); }

    /// <summary>Version of <see cref="Source"/> where it differs from <see cref="Version"/>; advisories about source packages are held against it.</summary>
    public string? SourceVersion { get; init => field = Require.OptionalText(value); }

    /// <summary>CPE 2.3 name that an inventory or an SBOM gives for it; null where none does.</summary>
    public string? Cpe { get; init => field = Require.OptionalText(value); }

    public override string ToString() => $"{Package} {Version} on {Asset}";
}

/// <summary>An update that the asset's own package manager offers.</summary>
public sealed record AvailableUpdate
{
    public required string Asset { get; init => field = Require.Text(value).Trim(); }

    public required string Package { get; init => field = Require.Text(value).Trim(); }

    public required string InstalledVersion { get; init => field = Require.Text(value); }

    public required string AvailableVersion { get; init => field = Require.Text(value); }

    /// <summary>Source package that distributions' advisories name; <see cref="Package"/> where null.</summary>
    public string? Source { get; init => field = Require.OptionalText(value); }

    public string? Ecosystem { get; init => field = Require.OptionalText(value); }

    /// <summary>Archive that offers it, as the package manager names it; null where unknown.</summary>
    public string? Origin { get; init => field = Require.OptionalText(value); }

    /// <summary>True where the update comes from the distribution's security archive.</summary>
    public bool Security { get; init; }

    /// <summary>Why the package manager holds it back (pinned, held, phased, dependency); null where it does not.</summary>
    public string? HeldBack { get; init => field = Require.OptionalText(value); }
}
