using System.IO.Compression;
using System.Text.Json;
using PatchOps.Core.Exposure.Ranges;
using PatchOps.Core.Versions;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Exposure;

public class PublishedRangeTests
{
    [SkippableTheory]
    [InlineData("osv/almalinux9-errata.jsonl.gz", 20_000)]
    // Called SEMVER by the feed and none: minio's dates have leading zeros, one mastodon range names a nightly build. They are Unknown.
    [InlineData("osv/bitnami-vulndb.jsonl.gz", 3_000, "minio", "mastodon")]
    [InlineData("osv/golang-vulndb.jsonl.gz", 2_000)]
    public void Every_published_range_can_be_read_and_its_bounds_fall_on_the_right_side(string file, int atLeast, params string[] unreadable)
    {
        var (seen, faults) = (0, new HashSet<string>(StringComparer.Ordinal));
        using var content = new StreamReader(new GZipStream(File.OpenRead(SharedData.Require(file)), CompressionMode.Decompress));
        while (content.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            if (!document.RootElement.TryGetProperty("affected", out var products)) continue;
            foreach (var product in products.EnumerateArray())
            {
                if (!product.TryGetProperty("ranges", out var ranges)) continue;
                var scheme = EcosystemSchemes.Resolve(product.GetProperty("package").GetProperty("ecosystem").GetString()!);
                foreach (var range in ranges.EnumerateArray().Where(r => r.GetProperty("type").GetString() != "GIT"))
                {
                    var events = range.GetProperty("events").EnumerateArray().SelectMany(e => e.EnumerateObject()).Select(Read).ToList();
                    var set = new OsvRange(scheme, events);
                    if (set.Fault is not null) faults.Add(product.GetProperty("package").GetProperty("name").GetString()!);
                    else AssertBounds(set, events);
                    seen++;
                }
            }
        }
        Assert.Equal(unreadable.Order(StringComparer.Ordinal), faults.Order(StringComparer.Ordinal));
        Assert.InRange(seen, atLeast, int.MaxValue);
    }

    private static void AssertBounds(OsvRange set, List<RangeEvent> events)
    {
        foreach (var at in events.Where(e => e.Version != "0"))
        {
            var verdict = set.Contains(at.Version);
            var bounded = at.Kind == RangeEventKind.Fixed ? RangeStatus.NotAffected : RangeStatus.Affected;
            if (events.Count(e => e.Version == at.Version) == 1) Assert.True(bounded == verdict.Status, $"{at} in {string.Join(", ", events)}: {verdict}");
        }
    }

    private static RangeEvent Read(JsonProperty at) => new(
        at.Name switch
        {
            "introduced" => RangeEventKind.Introduced,
            "fixed" => RangeEventKind.Fixed,
            "last_affected" => RangeEventKind.LastAffected,
            _ => RangeEventKind.Limit,
        },
        at.Value.GetString()!);
}
