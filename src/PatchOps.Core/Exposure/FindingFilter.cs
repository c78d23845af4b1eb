using PatchOps.Domain;

namespace PatchOps.Core.Exposure;

/// <summary>Which findings are asked for; what is null is not narrowed.</summary>
public sealed record FindingFilter
{
    public static FindingFilter All { get; } = new();

    /// <summary>Affected only.</summary>
    public static FindingFilter Open { get; } = new() { Statuses = [FindingStatus.Affected] };

    /// <summary>Asset ids.</summary>
    public IReadOnlySet<string>? Assets { get; init; }

    public IReadOnlyCollection<FindingStatus>? Statuses { get; init; }

    /// <summary>Asked of the vulnerability's canonical id; null stands for an update without one.</summary>
    public Func<string?, bool>? Cve { get; init; }

    public Func<string, bool>? Package { get; init; }

    /// <summary>Canonical ids, where <see cref="Cve"/> takes these and nothing else: such a question reads only what concerns them.</summary>
    public IReadOnlyCollection<string>? Named { get; init; }

    /// <summary>Whether the part of a finding that does not depend on the asset is asked for.</summary>
    public bool Takes(FindingStatus status, string? cve, string package) =>
        (Statuses is null || Statuses.Contains(status)) && (Cve is null || Cve(cve)) && (Package is null || Package(package));

    public bool Takes(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return (Assets is null || Assets.Contains(finding.Asset)) && Takes(finding.Status, finding.Cve, finding.Package);
    }
}
