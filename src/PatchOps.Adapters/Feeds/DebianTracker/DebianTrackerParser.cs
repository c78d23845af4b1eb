using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.DebianTracker;

/// <summary>One source package of the tracker.</summary>
internal sealed class DebianTrackerParser : JsonDomParser
{
    public DebianTrackerParser(FeedContext context) : base(context)
    {
    }

    public override bool IsMap => true;

    /// <summary>After damage: the next <c>"package": {"CVE-</c>.</summary>
    public override int FindEntry(ReadOnlySpan<byte> window)
    {
        for (var from = 0; from < window.Length;)
        {
            var brace = window[from..].IndexOf((byte)'{');
            if (brace < 0) return -1;
            brace += from;
            from = brace + 1;
            var after = Blanks(window, brace + 1);
            if (after + 5 > window.Length || window[after] != '"') continue;
            var inner = window[(after + 1)..];
            if (!inner.StartsWith("CVE-"u8) && !inner.StartsWith("TEMP-"u8)) continue;
            var colon = brace - 1;
            while (colon >= 0 && IsBlank(window[colon])) colon--;
            if (colon < 0 || window[colon] != ':') continue;
            var close = colon - 1;
            while (close >= 0 && IsBlank(window[close])) close--;
            if (close <= 0 || window[close] != '"') continue;
            var open = window[..close].LastIndexOf((byte)'"');
            if (open >= 0) return open;
        }
        return -1;
    }

    protected override void Parse(JsonElement package, string? key, List<FeedItem> items)
    {
        if (string.IsNullOrEmpty(key)) throw new RecordException("a record stands where a package's name belongs");
        foreach (var entry in package.EnumerateObject())
        {
            var id = entry.Name;
            try
            {
                if (id.Length == 0 || entry.Value.ValueKind != JsonValueKind.Object) throw new RecordException("an entry is not an object");
                items.Add(FeedItem.Of(Record(key, id, entry.Value)));
            }
            catch (RecordException e)
            {
                items.Add(FeedItem.Reject($"{key}/{id}", e.Message));
            }
        }
    }

    private VulnerabilityRecord Record(string package, string id, JsonElement e)
    {
        var affected = new List<AffectedProduct>();
        string? urgency = null;
        var releases = e.Object("releases");
        if (releases.ValueKind == JsonValueKind.Object)
        {
            foreach (var release in releases.EnumerateObject())
            {
                if (release.Value.ValueKind != JsonValueKind.Object) throw Dom.Wrong(release.Name, release.Value, "an object");
                urgency ??= release.Value.Text("urgency");
                affected.Add(Release(package, release.Name, release.Value));
            }
        }
        return new VulnerabilityRecord("debian-tracker", id, $"{package}/{id}")
        {
            Trust = TrustRank.VendorAdvisory,
            AsOf = Context.FallbackDate,
            Description = e.Text("description"),
            Severity = urgency,
            Affected = affected,
        };
    }

    private static AffectedProduct Release(string package, string release, JsonElement e)
    {
        var status = e.Text("status");
        var @fixed = e.Text("fixed_version");
        var noDsa = e.Text("nodsa_reason") ?? e.Text("nodsa");
        var product = new AffectedProduct("Debian:" + DebianReleases.Number(release), package)
        {
            IsSourcePackage = true,
            Platform = release,
            Statement = noDsa is null ? e.Text("urgency") : $"{e.Text("urgency")}; no DSA: {noDsa}",
        };
        switch (status)
        {
            case "resolved" when @fixed == "0":
                // Debian's way to say that the release never had the flaw.
                return product with { Status = ProductStatus.NotAffected, Justification = "vulnerable_code_not_present" };
            case "resolved" when @fixed is { Length: > 0 }:
                return product with
                {
                    Status = ProductStatus.Affected,
                    Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, @fixed)]) { Scheme = "deb" }],
                    Patches = [PatchIds.Deb(package, @fixed)],
                };
            case "resolved":
                return product with { Status = ProductStatus.Unknown };
            case "open":
                return product with { Status = ProductStatus.Affected };
            case "undetermined":
                return product with { Status = ProductStatus.UnderInvestigation };
            default:
                throw new RecordException($"status '{status}' of {release} is not one of resolved, open, undetermined");
        }
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    private static int Blanks(ReadOnlySpan<byte> window, int at)
    {
        while (at < window.Length && IsBlank(window[at])) at++;
        return at;
    }
}
