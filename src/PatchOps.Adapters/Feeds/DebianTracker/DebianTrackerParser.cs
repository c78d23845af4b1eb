using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.DebianTracker;

/// <summary>One CVE of one source package of the tracker.</summary>
internal sealed class DebianTrackerParser : JsonDomParser
{
    /// <summary>After damage: the entry that came last is the first of a package whose name is gone.</summary>
    private bool _lost;

    public DebianTrackerParser(FeedContext context) : base(context)
    {
    }

    public override bool IsMap => true;

    /// <summary>After damage: the next <c>"CVE-…": {</c>, or <c>"package": {</c> where that is the first of its package.</summary>
    public override int FindEntry(ReadOnlySpan<byte> window, bool inside, out bool outer)
    {
        outer = false;
        for (var from = 0; from < window.Length;)
        {
            var quote = window[from..].IndexOf((byte)'"');
            if (quote < 0) return -1;
            quote += from;
            from = quote + 1;
            if (!IsEntry(window[from..])) continue;
            var before = Back(window, quote - 1);
            if (before > 0 && window[before] == ',' && inside && !_lost && Back(window, before - 1) is >= 0 and var end && window[end] == '}') return quote;
            if (before < 0 || window[before] != '{') continue;
            var open = Header(window[..before]);
            _lost = open < 0;
            outer = open >= 0;
            if (outer) return open;
        }
        return -1;
    }

    protected override void Parse(JsonElement entry, string? key, List<FeedItem> items)
    {
        var slash = key?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash <= 0) throw new RecordException("a record stands where a package's name belongs");
        var id = key![(slash + 1)..];
        if (!IsEntryKey(id)) throw new RecordException($"'{id}' is neither a CVE nor a TEMP id");
        items.Add(FeedItem.Of(Record(key[..slash], id, entry)));
    }

    public override bool IsEntryKey(string name) => CveIds.IsValid(name) || name.StartsWith("TEMP-", StringComparison.Ordinal);

    /// <summary>Whether this goes on as <c>CVE-2024-1": {</c>.</summary>
    private static bool IsEntry(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("CVE-"u8) && !text.StartsWith("TEMP-"u8)) return false;
        var close = text.IndexOf((byte)'"');
        if (close is < 0 or > 60) return false;
        var colon = Blanks(text, close + 1);
        if (colon >= text.Length || text[colon] != ':') return false;
        var brace = Blanks(text, colon + 1);
        return brace < text.Length && text[brace] == '{';
    }

    /// <summary>Start of <c>"package" :</c> at the end of the text, or -1.</summary>
    private static int Header(ReadOnlySpan<byte> text)
    {
        var colon = Back(text, text.Length - 1);
        if (colon < 0 || text[colon] != ':') return -1;
        var close = Back(text, colon - 1);
        if (close <= 0 || text[close] != '"') return -1;
        return text[..close].LastIndexOf((byte)'"');
    }

    private static int Back(ReadOnlySpan<byte> text, int at)
    {
        while (at >= 0 && IsBlank(text[at])) at--;
        return Math.Max(at, -1);
    }

    private VulnerabilityRecord Record(string package, string id, JsonElement e)
    {
        var affected = new List<AffectedProduct>();
        string? urgency = null;
        var releases = e.Object("releases");
        foreach (var property in e.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && property.Name != "releases") throw new RecordException($"'{property.Name}' does not belong to a CVE");
        }
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
