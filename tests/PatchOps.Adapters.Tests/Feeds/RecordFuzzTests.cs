using System.Globalization;
using System.Text;
using PatchOps.Adapters.Records;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>Damaged lists, bills, logs, results and calendars, the same on every run; <c>PATCHOPS_FUZZ_DOCUMENTS</c> asks for more (or fewer) per reader.</summary>
public sealed class RecordFuzzTests : IDisposable
{
    private const int Records = 4;

    private static readonly Seed[] All =
    [
        Make("dpkg status", "Package", "", "\n\n", "\n", i => $"Package: p{i}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.{i}\nDescription: d\n more: text", () => new AssetFileReader("a", "Debian:12")),
        Make("rpm -qa", "Package", "", "\n", "\n", i => $"p{i}-1:1.{i}-2.el9.x86_64", () => new AssetFileReader("a", "AlmaLinux:9")),
        Make("rpm -qa with sources", "Package", "", "\n", "\n", i => $"p{i}\t0:1.{i}-2.el9\tx86_64\tsrc{i}-1-2.el9.src.rpm", () => new AssetFileReader("a", "AlmaLinux:9")),
        Make("CycloneDX", "Package", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":[", ",", "],\"services\":[{\"bom-ref\":\"s\",\"name\":\"none\"}],\"metadata\":{\"component\":{\"type\":\"application\",\"name\":\"a\"}}}",
            i => $"{{\"bom-ref\":\"r{i}\",\"type\":\"library\",\"name\":\"p{i}\",\"version\":\"1.{i}\",\"licenses\":[{{\"license\":{{\"id\":\"MIT\"}}}}],\"properties\":[{{\"name\":\"n\",\"value\":\"v\"}}]}}", () => new AssetFileReader(null, null)),
        Make("SPDX", "Package", "{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\",\"name\":\"a\",\"packages\":[", ",", "],\"files\":[{\"SPDXID\":\"f\",\"fileName\":\"x\"}],\"relationships\":[{\"spdxElementId\":\"x\",\"relatedSpdxElement\":\"y\",\"relationshipType\":\"CONTAINS\"}]}",
            i => $"{{\"SPDXID\":\"SPDXRef-{i}\",\"name\":\"p{i}\",\"versionInfo\":\"1.{i}\",\"externalRefs\":[{{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/p{i}@1.{i}\"}}]}}", () => new AssetFileReader(null, null)),
        Make("grype", "Package", "{\"matches\":[", ",", "],\"ignoredMatches\":[{\"vulnerability\":{\"id\":\"CVE-2024-9999\"},\"artifact\":{\"name\":\"none\"}}],\"source\":{\"type\":\"directory\",\"target\":\"a\"},\"descriptor\":{\"timestamp\":\"2026-01-05T10:00:00Z\"}}",
            i => $"{{\"vulnerability\":{{\"id\":\"CVE-2024-000{i}\",\"severity\":\"High\",\"fix\":{{\"versions\":[\"2\"]}}}},\"artifact\":{{\"name\":\"p{i}\",\"version\":\"1\"}}}}", () => new FindingFileReader(null, null)),
        Make("trivy", "Package", "{\"SchemaVersion\":2,\"ArtifactName\":\"a\",\"Results\":[", ",", "]}",
            i => $"{{\"Target\":\"t{i}\",\"Class\":\"lang-pkgs\",\"Vulnerabilities\":[{{\"VulnerabilityID\":\"CVE-2024-000{i}\",\"PkgName\":\"p{i}\",\"InstalledVersion\":\"1\"}}]}}", () => new FindingFileReader(null, null)),
        Make("trivy, one result", "Package", "{\"SchemaVersion\":2,\"ArtifactName\":\"a\",\"Results\":[{\"Target\":\"t\",\"Class\":\"lang-pkgs\",\"Vulnerabilities\":[", ",", "]}]}",
            i => $"{{\"VulnerabilityID\":\"CVE-2024-000{i}\",\"PkgIdentifier\":{{\"PURL\":\"pkg:npm/p{i}@1\"}},\"PkgName\":\"p{i}\",\"InstalledVersion\":\"1\"}}", () => new FindingFileReader(null, null)),
        Make("our own inventory", "Id", "", "\n", "\n",
            i => $"{{\"Asset\":{{\"Id\":\"p{i}\",\"Name\":\"n{i}\",\"Tags\":[]}},\"Taken\":\"2026-01-05T10:00:00+00:00\",\"Software\":[{{\"Asset\":\"p{i}\",\"Package\":\"bash\",\"Version\":\"5\"}}],\"PendingUpdates\":[],\"UpdatesKnown\":true,\"Failure\":null,\"Name\":\"n{i}\"}}", () => new AssetFileReader(null, null)),
        Make("table of findings", "Package", "Asset,Cve,Package\n", "\n", "\n", i => $"a,CVE-2024-000{i},p{i}", () => new FindingFileReader(null, null), survives: false),
        Make("XES", "Id", "<?xml version=\"1.0\"?><log xes.version=\"1.0\">", "\n", "</log>",
            i => $"<trace><string key=\"concept:name\" value=\"p{i}\"/><event><string key=\"concept:name\" value=\"Open\"/><date key=\"time:timestamp\" value=\"2024-01-0{i + 1}T00:00:00Z\"/></event></trace>", () => new CaseFileReader()),
        Make("iCalendar", "Name", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "\r\n", "\r\nEND:VCALENDAR\r\n", i => $"BEGIN:VEVENT\r\nUID:{i}\r\nSUMMARY:p{i}\r\nDTSTART:2026030{i + 1}T100000Z\r\nDURATION:PT1H\r\nEND:VEVENT", () => new WindowFileReader(null), survives: false),
    ];

    /// <summary>Readers are asked by path, as users do; a file in memory where there is such a place, because a disk waits for each rewritten file.</summary>
    private readonly string file = Path.Combine(
        Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"patchops-fuzz-{Guid.NewGuid():N}")).FullName, "document");

    public static TheoryData<string> Seeds => new(All.Select(s => s.Name));

    private static int Documents => int.TryParse(Environment.GetEnvironmentVariable("PATCHOPS_FUZZ_DOCUMENTS"), CultureInfo.InvariantCulture, out var n) ? n : 100_000;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damage_never_escapes_hangs_or_takes_undamaged_records_along(string name)
    {
        var seed = All.Single(s => s.Name == name);
        var random = new Random(20_240_602);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(30));
        Assert.Equal(seed.Spans.Select(s => s.Key), Read(seed, seed.Bytes, patience.Token).Keys.Order(StringComparer.Ordinal));
        // Per reader, shared among its seeds.
        var documents = Documents / (name.StartsWith("rpm", StringComparison.Ordinal) || name.StartsWith("trivy", StringComparison.Ordinal) ? 2 : 1);
        for (var n = 0; n < documents; n++)
        {
            var document = seed.Bytes;
            var (from, to) = (0, 0);
            var hits = n % 4 == 0 ? random.Next(2, 6) : 1;
            for (var hit = 0; hit < hits; hit++) (document, from, to) = FuzzDamage.Of(document, random);
            (HashSet<string> Keys, List<string> Told) found;
            try
            {
                found = Read(seed, document, patience.Token);
            }
            catch (FailureException)
            {
                // The document as a whole is none of this kind any more.
                continue;
            }
            catch (Exception e)
            {
                Assert.Fail($"{name} {n}: {e}\n{Encoding.Latin1.GetString(document)}");
                return;
            }
            if (hits > 1 || !seed.Survives || !IsStill(seed, from)) continue;
            foreach (var (key, start, end) in seed.Spans)
            {
                // Touching counts as damage: what is glued to a record's end may change it.
                if (end < from || start > to) Assert.True(found.Keys.Contains(key), $"{name} {n}: {key} is lost\n{Encoding.Latin1.GetString(document)}\n{string.Join('\n', found.Told)}");
            }
        }
    }

    /// <summary>What is damaged before the first record may make it another kind of document, which is read as such.</summary>
    private static bool IsStill(Seed seed, int from) => from >= seed.Spans[0].End;

    private (HashSet<string> Keys, List<string> Told) Read(Seed seed, byte[] document, CancellationToken cancellationToken)
    {
        File.WriteAllBytes(file, document);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var told = new List<string>();
        foreach (var row in seed.Reader().Read(file, cancellationToken))
        {
            if (told.Count > document.Length + 10) Assert.Fail("More rows than bytes.");
            told.Add(row.Failure?.Message ?? string.Join(' ', row.Values));
            if (row.Failure is null && row.Values.GetValueOrDefault(seed.Column) is { } key) keys.Add(key);
        }
        return (keys, told);
    }

    private static Seed Make(string name, string column, string head, string separator, string tail, Func<int, string> record, Func<IRecordReader> reader, bool survives = true)
    {
        var text = new StringBuilder(head);
        var spans = new List<(string, int, int)>();
        for (var i = 0; i < Records; i++)
        {
            if (i > 0) text.Append(separator);
            var body = record(i);
            spans.Add(($"p{i}", text.Length, text.Length + body.Length));
            text.Append(body);
        }
        return new Seed(name, column, Encoding.ASCII.GetBytes(text.Append(tail).ToString()), [.. spans], reader, survives);
    }

    private sealed record Seed(string Name, string Column, byte[] Bytes, (string Key, int Start, int End)[] Spans, Func<IRecordReader> Reader, bool Survives);
}
