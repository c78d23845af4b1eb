using System.Globalization;
using System.Text;
using PatchOps.Adapters.Feeds;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>Damaged documents, the same on every run; <c>PATCHOPS_FUZZ_DOCUMENTS</c> asks for more (or fewer) per reader.</summary>
public class FuzzTests
{
    public static TheoryData<string> Seeds => new(FuzzSeed.All.Select(s => s.Name));

    /// <summary>Per reader, shared among its seeds.</summary>
    private static int Documents =>
        int.TryParse(Environment.GetEnvironmentVariable("PATCHOPS_FUZZ_DOCUMENTS"), CultureInfo.InvariantCulture, out var n) ? n : 100_000;

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damage_never_escapes_hangs_or_takes_undamaged_records_along(string name)
    {
        var seed = FuzzSeed.All.Single(s => s.Name == name);
        var reader = FeedReaders.Of(seed.Kind);
        var random = new Random(20_240_601);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(30));
        foreach (var (key, _, _) in seed.Spans) Assert.Contains(key, Keys(FeedText.Read(reader, seed.Bytes)));
        var documents = Documents / FuzzSeed.All.Count(s => s.Kind == seed.Kind) + 1;
        for (var n = 0; n < documents; n++)
        {
            var document = seed.Bytes;
            var (from, to) = (0, 0);
            var hits = n % 4 == 0 ? random.Next(2, 6) : 1;
            for (var hit = 0; hit < hits; hit++) (document, from, to) = FuzzDamage.Of(document, random);
            List<FeedItem> items;
            try
            {
                items = [];
                foreach (var item in reader.Read(new MemoryStream(document), new FeedContext("f", FeedText.FileDate) { Cancellation = patience.Token }))
                {
                    items.Add(item);
                    if (items.Count > document.Length + 10) Assert.Fail($"{n}: more items than bytes.");
                }
            }
            catch (FailureException)
            {
                continue;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{name} {n}: {e}\n{Encoding.Latin1.GetString(document)}");
                return;
            }
            if (hits > 1 || !seed.Survives) continue;
            var keys = Keys(items);
            foreach (var (key, start, end) in seed.Spans)
            {
                // Touching counts as damage: what is glued to a record's end may change it.
                if (end < from || start > to) Assert.True(keys.Contains(key), $"{name} {n}: {key} is lost\n{Encoding.Latin1.GetString(document)}\n{Told(items)}");
            }
        }
    }

    private static HashSet<string> Keys(List<FeedItem> items)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.Record is EpssBatch batch) keys.UnionWith(batch.Cves);
            else if (item.Record is { } record)
            {
                keys.Add(record.Key);
                // A document's damaged id stands before the record's own.
                if (record is VulnerabilityRecord { Source: "cvrf:microsoft" } own) keys.Add(own.Id);
            }
        }
        return keys;
    }

    private static string Told(List<FeedItem> items) =>
        string.Join('\n', items.Select(i => i.Record?.Key ?? $"{i.Rejected!.Place}: {i.Rejected.Reason}"));
}
