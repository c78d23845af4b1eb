using System.Globalization;
using System.Text;
using PatchOps.Adapters.Feeds;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>Damaged documents, the same on every run; <c>PATCHOPS_FUZZ_DOCUMENTS</c> asks for more (or fewer) per reader.</summary>
public class FuzzTests
{
    private static readonly string[] Tokens =
    [
        "\"", "{", "}", "[", "]", ",", ":", "\\", "\n", "NaN", "null", "\0", "\u0001", "1e999", "-", "9999-12-31T23:59:59+14:00", "{\"cve\":{", "<!--",
        "\"id\":\"x\",", "[[[[[[[[", new string('[', 1000), "\\ud800", "true", "\"\"", "&", "<", ">", "<x>", "</", "]]>", ";", "\r\n",
    ];

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
            for (var hit = 0; hit < hits; hit++) (document, from, to) = Damage(document, random);
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

    /// <summary>One change, and the part of the original that it touched.</summary>
    private static (byte[] Document, int From, int To) Damage(byte[] document, Random random)
    {
        if (document.Length == 0) return (document, 0, 0);
        var at = random.Next(document.Length);
        var length = Math.Min(random.Next(1, random.Next(4) == 0 ? 60 : 4), document.Length - at);
        switch (random.Next(7))
        {
            case 0: // another byte
                var changed = document.ToArray();
                changed[at] = (byte)random.Next(256);
                return (changed, at, at + 1);
            case 1: // a bit
                var flipped = document.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return (flipped, at, at + 1);
            case 2: // a piece left out
                return ([.. document[..at], .. document[(at + length)..]], at, at + length);
            case 3: // a piece twice
                return ([.. document[..(at + length)], .. document[at..]], at, at + length);
            case 4: // cut off
                return (document[..at], at, document.Length);
            default: // something in between
                return ([.. document[..at], .. Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]), .. document[at..]], at, at);
        }
    }
}
