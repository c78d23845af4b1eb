using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.CveRecords;

/// <summary>
/// One <c>affected</c> entry of a CVE record. Each status that occurs becomes one statement; the default status, where it says something
/// and versions are listed, becomes one without versions, which those with versions overrule.
/// </summary>
internal static class CveAffected
{
    private static readonly HashSet<string> NoVersion = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "n/a", "unspecified", "unknown", "-", "not specified", "see references", "none",
    };

    public static void Read(JsonElement e, string? source, TrustRank? trust, List<AffectedProduct> output)
    {
        var product = Named(e.Text("product"));
        var package = Named(e.Text("packageName"));
        var name = package ?? product;
        if (name is null) return;
        var draft = new Draft(e, name, Ecosystem(e, package), source, trust);
        var byDefault = Status(e.Text("defaultStatus"), ProductStatus.Unknown);
        var any = false;
        foreach (var version in e.Objects("versions"))
        {
            any = true;
            draft.Add(version);
        }
        if (!any && byDefault == ProductStatus.Unknown) output.Add(draft.Make(ProductStatus.Unknown, [], []));
        else if (byDefault != ProductStatus.Unknown && (!any || byDefault == ProductStatus.Affected)) output.Add(draft.Make(byDefault, [], []));
        draft.AddTo(output);
    }

    private static string? Named(string? name) => string.IsNullOrWhiteSpace(name) || name is "n/a" or "unspecified" ? null : name;

    internal static ProductStatus Status(string? status, ProductStatus absent) => status switch
    {
        null => absent,
        "affected" => ProductStatus.Affected,
        "unaffected" => ProductStatus.NotAffected,
        "unknown" => ProductStatus.Unknown,
        _ => throw new RecordException($"status '{status}' is not one of affected, unaffected, unknown"),
    };

    private static string Ecosystem(JsonElement e, string? package)
    {
        var collection = e.Text("collectionURL") ?? "";
        if (package is not null)
        {
            if (collection.Contains("npmjs", StringComparison.OrdinalIgnoreCase)) return "npm";
            if (collection.Contains("pypi", StringComparison.OrdinalIgnoreCase)) return "PyPI";
            if (collection.Contains("maven", StringComparison.OrdinalIgnoreCase)) return "Maven";
            if (collection.Contains("nuget", StringComparison.OrdinalIgnoreCase)) return "NuGet";
            if (collection.Contains("rubygems", StringComparison.OrdinalIgnoreCase)) return "RubyGems";
            if (collection.Contains("crates.io", StringComparison.OrdinalIgnoreCase)) return "crates.io";
            if (collection.Contains("packagist", StringComparison.OrdinalIgnoreCase)) return "Packagist";
            if (collection.Contains("pkg.go.dev", StringComparison.OrdinalIgnoreCase)) return "Go";
        }
        return string.Equals(e.Text("vendor"), "Microsoft", StringComparison.OrdinalIgnoreCase)
            && e.Text("product")?.StartsWith("Windows", StringComparison.Ordinal) == true ? "Windows" : "";
    }

    private sealed class Draft
    {
        private readonly JsonElement _e;
        private readonly string _name;
        private readonly string _ecosystem;
        private readonly string? _source;
        private readonly TrustRank? _trust;
        private readonly SortedDictionary<ProductStatus, (List<VersionRange> Ranges, List<string> Versions)> _byStatus = [];
        private bool _unspecified;

        public Draft(JsonElement e, string name, string ecosystem, string? source, TrustRank? trust)
        {
            _e = e;
            _name = name;
            _ecosystem = ecosystem;
            _source = source;
            _trust = trust;
        }

        public void Add(JsonElement version)
        {
            var status = Status(version.Text("status"), ProductStatus.Unknown);
            var at = version.Plain("version") ?? "";
            var below = version.Plain("lessThan");
            var upTo = version.Plain("lessThanOrEqual");
            var scheme = version.Text("versionType");
            if (below is null && upTo is null && !version.Find("changes", out _))
            {
                if (NoVersion.Contains(at)) _unspecified |= status == ProductStatus.Affected;
                else if (at is "*" or "all" or "0") Lists(status).Ranges.Add(new VersionRange(RangeKind.Custom, [new(VersionEventKind.Introduced, "0")]) { Scheme = scheme });
                else Lists(status).Versions.Add(at);
                return;
            }
            var events = new List<VersionEvent> { new(VersionEventKind.Introduced, NoVersion.Contains(at) || at == "*" ? "0" : at) };
            foreach (var change in version.Objects("changes"))
            {
                if (change.Plain("at") is not { Length: > 0 } point) continue;
                var now = Status(change.Text("status"), ProductStatus.Unknown) == status;
                events.Add(new VersionEvent(now ? VersionEventKind.Introduced : VersionEventKind.Fixed, point));
            }
            if (below is { Length: > 0 } and not "*") events.Add(new(VersionEventKind.Fixed, below));
            else if (upTo is { Length: > 0 } and not "*") events.Add(new(VersionEventKind.LastAffected, upTo));
            Lists(status).Ranges.Add(new VersionRange(Kind(scheme), events.ToArray()) { Scheme = scheme });
        }

        public void AddTo(List<AffectedProduct> output)
        {
            foreach (var (status, (ranges, versions)) in _byStatus) output.Add(Make(status, ranges, versions));
            // "Affected, version not said" affects some version, never every one.
            if (_unspecified && _byStatus.Count == 0) output.Add(Make(ProductStatus.Unknown, [], []));
        }

        public AffectedProduct Make(ProductStatus status, List<VersionRange> ranges, List<string> versions) => new(_ecosystem, _name)
        {
            Vendor = _e.Text("vendor"),
            Purl = _e.Text("packageURL"),
            Cpe = _e.Texts("cpes").FirstOrDefault(),
            Platform = _e.Texts("platforms") is { Length: > 0 } platforms && platforms[0] != "Unknown" ? string.Join(",", platforms) : null,
            Status = status,
            Ranges = ranges,
            Versions = versions,
            Source = _source,
            Trust = _trust,
        };

        private (List<VersionRange> Ranges, List<string> Versions) Lists(ProductStatus status)
        {
            if (!_byStatus.TryGetValue(status, out var lists)) _byStatus[status] = lists = ([], []);
            return lists;
        }

        private static RangeKind Kind(string? scheme) => scheme switch
        {
            "semver" => RangeKind.SemVer,
            "git" => RangeKind.Git,
            "rpm" or "deb" or "maven" or "python" or "npm" or "nuget" => RangeKind.Ecosystem,
            _ => RangeKind.Custom,
        };
    }
}
