using System.Globalization;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Intake;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;

namespace PatchOps.Core.Exposure.Reasons;

/// <summary>Answers "why is this not patched" for one finding after another, from the strongest reason to the weakest.</summary>
/// <remarks>In this order: the policy leaves it out; somebody decided to leave it open; the host's package manager holds it back; nobody
/// has a fix; the fix is not on offer where the host looks; its window has not come; it could be installed now.</remarks>
public sealed class OpenReasons
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(60);

    private readonly DateTimeOffset asOf;
    private readonly ContentExclusions content;
    private readonly ExceptionLedger exceptions;
    private readonly AssetWindows windows;
    private readonly Dictionary<string, Asset> assets;
    private readonly Dictionary<(string Asset, string Package), AvailableUpdate> pending = [];
    private readonly HashSet<string> answered;
    private readonly Lazy<ILookup<string, PackageRecord>> offered;
    private readonly Dictionary<(string Package, string Fixed), string?> repositories = [];
    private readonly Dictionary<string, string> waiting = new(StringComparer.Ordinal);

    /// <param name="only">Assets that will be asked about; null for all.</param>
    public OpenReasons(ICatalogue catalogue, PatchPolicy policy, DateTimeOffset asOf, IReadOnlySet<string>? only = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        this.asOf = asOf;
        content = new ContentExclusions(catalogue, policy.Content);
        exceptions = new ExceptionLedger(catalogue, asOf);
        windows = new AssetWindows(policy.Planning, asOf, asOf + Ahead);
        assets = catalogue.Assets().ToDictionary(a => a.Id, StringComparer.Ordinal);
        foreach (var update in catalogue.PendingUpdates(only)) pending[(update.Asset, update.Package)] = update;
        answered = catalogue.AssetsWithKnownUpdates().ToHashSet(StringComparer.Ordinal);
        offered = new(() => catalogue.Offered().ToLookup(o => o.Name, StringComparer.Ordinal));
    }

    /// <summary>The finding with its reason; one that is not open stays as it is.</summary>
    public Finding Explain(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        // An update that the host offers without a known vulnerability is open too: nobody has installed it.
        var open = finding.Status == FindingStatus.Affected || (finding.Status == FindingStatus.Unknown && finding.Cve is null && finding.Patch is not null);
        return open ? finding with { Reason = Of(finding) } : finding;
    }

    private string Of(Finding finding)
    {
        if (content.On(finding) is { } filter) return $"Excluded: {filter}";
        if (exceptions.On(finding) is { State: PatchExceptionState.Active } exception) return $"Exception: {ExceptionRules.Tell(exception)}";
        var update = pending.GetValueOrDefault((finding.Asset, finding.Package));
        if (update?.HeldBack is { } held) return held;
        if (finding.FixedVersion is null && finding.Patch is null) return "NoFix: no source names a fix";
        if (NotOffered(finding, update) is { } missing) return missing;
        return waiting.TryGetValue(finding.Asset, out var known) ? known : waiting[finding.Asset] = Wait(finding.Asset);
    }

    /// <summary>Why the host cannot get the fix from where it looks; null where it can, or nobody knows.</summary>
    private string? NotOffered(Finding finding, AvailableUpdate? update)
    {
        if (finding.FixedVersion is not { } wanted) return null;
        if (update is not null)
            return Reaches(update.AvailableVersion, wanted, update.Ecosystem) == false ? $"NotOffered: the host's package manager offers {update.AvailableVersion}, which is older than {wanted}" : null;
        // Only what was installed from a distribution comes from its package manager.
        if (answered.Contains(finding.Asset) && IsDistribution(finding)) return $"NotOffered: the host's package manager offers nothing newer than {finding.InstalledVersion}; the fix is {wanted}";
        var key = (finding.Package, wanted);
        return repositories.TryGetValue(key, out var known) ? known : repositories[key] = NotInRepositories(finding.Package, wanted);
    }

    private string? NotInRepositories(string package, string wanted)
    {
        var offers = offered.Value[package].ToList();
        if (offers.Count == 0 || offers.Exists(o => Reaches(o.SourceVersion.Length > 0 ? o.SourceVersion : o.Version, wanted, o.Ecosystem) != false)) return null;
        return $"NotOffered: no repository in the store offers {wanted}; the newest is {Newest(offers).Version}";
    }

    private static bool IsDistribution(Finding finding) =>
        finding.Patch is null || finding.Patch.StartsWith("deb:", StringComparison.Ordinal) || finding.Patch.StartsWith("rpm:", StringComparison.Ordinal) || !finding.Patch.StartsWith("pkg:", StringComparison.Ordinal);

    private static PackageRecord Newest(List<PackageRecord> offers) => offers.Aggregate((a, b) => Reaches(a.Version, b.Version, a.Ecosystem) == false ? b : a);

    /// <summary>Whether a version is at or above another; null where that cannot be told.</summary>
    private static bool? Reaches(string version, string wanted, string? ecosystem)
    {
        if (string.IsNullOrEmpty(ecosystem) || !EcosystemSchemes.TryResolve(ecosystem, out var scheme)) return null;
        var order = VersionSchemes.Get(scheme.Value);
        return order.TryValidate(version, out _) && order.TryValidate(wanted, out _) ? order.Compare(version, wanted) >= 0 : null;
    }

    private string Wait(string id)
    {
        if (!assets.TryGetValue(id, out var asset)) return "Installable: nothing that is known holds it back";
        var found = windows.Of(asset);
        if (found.Failure is { } failure) return $"Window: {failure.Message}";
        if (found.Open.Count == 0)
        {
            return found.FrozenBy.Count > 0
                ? $"Window: every window of the next {Ahead.Days} days is frozen by {string.Join(", ", found.FrozenBy)}"
                : string.Create(CultureInfo.InvariantCulture, $"Window: '{found.Text}' does not occur within {Ahead.Days} days");
        }
        var next = found.Open[0].ToMaintenanceWindow(id);
        return next.Start <= asOf ? "Installable: nothing that is known holds it back, and its window is open now"
            : string.Create(CultureInfo.InvariantCulture, $"Window: it waits for {next.Start.UtcDateTime:yyyy-MM-dd HH:mm}Z, the asset's next maintenance window");
    }
}
