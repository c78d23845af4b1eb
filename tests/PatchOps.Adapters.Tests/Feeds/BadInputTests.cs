using System.IO.Compression;
using System.Text;
using PatchOps.Adapters.Feeds;
using PatchOps.Core.Intake;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Feeds;

public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("patchops-feeds-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_KEV_catalogue_given_as_EPSS_is_named_as_such()
    {
        var path = Put("kev.json", """{"catalogVersion":"1","vulnerabilities":[]}""");
        Assert.Equal("FeedKindMismatch", Failed(path, FeedKind.Epss).Code);
        Assert.Contains("Kev", Failed(path, FeedKind.Epss).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_HTML_page_saved_as_JSON_is_named_as_such()
    {
        var failure = Failed(Put("nvd.json", "<!DOCTYPE html><html><body>503</body></html>"), FeedKind.Nvd);
        Assert.Equal("FeedNotRecognised", failure.Code);
        Assert.Contains("HTML", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_an_empty_one_are_clear_errors()
    {
        Assert.Equal("PathNotFound", Failed(Path.Combine(_folder, "none.json"), FeedKind.Auto).Code);
        Assert.Contains("empty", Failed(Put("empty.json", ""), FeedKind.Auto).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_feed_is_a_warning_in_a_folder_and_an_error_by_name()
    {
        var path = Put("readme.txt", "hello");
        Assert.False(Assert.Single(FeedFiles.Expand([path])).IsWarning);
        Assert.True(Assert.Single(FeedFiles.Expand([_folder])).IsWarning);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    public void Unicode_in_any_form_is_read(string encoding, bool mark)
    {
        var e = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. mark ? e.GetPreamble() : [], .. e.GetBytes(Nvd("""{"cve":{"id":"CVE-2024-1000","descriptions":[{"lang":"en","value":"Grüße"}]}}"""))];
        var path = Path.Combine(_folder, "nvd.json");
        File.WriteAllBytes(path, bytes);
        Assert.Equal("Grüße", Assert.Single(FeedText.ReadFile(path).Records<VulnerabilityRecord>()).Description);
    }

    [Fact]
    public void Text_in_another_encoding_is_one_rejection()
    {
        var bytes = Encoding.Latin1.GetBytes(Nvd("""{"cve":{"id":"CVE-2024-1000","descriptions":[{"lang":"en","value":"Grüße"}]}},{"cve":{"id":"CVE-2024-1001"}}"""));
        var items = FeedText.Read(FeedReaders.Of(FeedKind.Nvd), bytes);
        Assert.Contains("UTF-8", items.OnlyRejection().Reason, StringComparison.Ordinal);
        Assert.Equal("CVE-2024-1001", items[1].Record!.Key);
    }

    [Theory]
    [InlineData("""{"cve":{"id":"CVE-2024-1000","metrics":{"cvssMetricV31":[{"cvssData":{"version":"3.1","baseScore":NaN}}]}}}""", "damaged JSON")]
    [InlineData("""{"cve":{"id":"CVE-2024-1000","metrics":{"cvssMetricV31":[{"cvssData":{"version":"3.1","baseScore":11}}]}}}""", "between 0 and 10")]
    [InlineData("""{"cve":{"id":"CVE-2024-1000","published":"9999-12-31T23:59:59.999+14:00"}}""", "is not a date")]
    [InlineData("""{"cve":{"id":"CVE-2024-1000","id":"CVE-2024-1009"}}""", "appears twice")]
    [InlineData("""{"cve":{"id":7}}""", "text belongs")]
    [InlineData("""{"cve":{}}""", "no id")]
    [InlineData("""null""", "where a record belongs")]
    public void A_record_that_cannot_be_used_is_rejected_with_its_place_and_the_next_is_kept(string record, string reason)
    {
        var items = FeedText.Read(FeedKind.Nvd, Nvd(record + """,{"cve":{"id":"CVE-2024-1001"}}"""));
        var rejected = items.OnlyRejection();
        Assert.Contains(reason, rejected.Reason, StringComparison.Ordinal);
        Assert.StartsWith("byte ", rejected.Place, StringComparison.Ordinal);
        Assert.Equal("CVE-2024-1001", items[^1].Record!.Key);
        Assert.Equal(2, items.Sum(i => i.Count));
    }

    [Fact]
    public void Nesting_a_thousand_deep_is_one_rejection()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 1000)) + string.Concat(Enumerable.Repeat("]", 1000));
        var items = FeedText.Read(FeedKind.Osv, "{\"id\":\"A-1\",\"x\":" + deep + "}\n{\"id\":\"A-2\"}\n");
        Assert.Contains("depth", items.OnlyRejection().Reason, StringComparison.Ordinal);
        Assert.Equal("A-2", items[^1].Record!.Key);
    }

    [Fact]
    public void A_text_of_ten_megabytes_is_one_rejection()
    {
        var huge = new string('x', 10 << 20);
        foreach (var name in (string[])["descriptions\":[{\"lang\":\"en\",\"value\":\"" + huge + "\"}]", "unknown\":\"" + huge + "\""])
        {
            var items = FeedText.Read(FeedKind.Nvd, Nvd("{\"cve\":{\"id\":\"CVE-2024-1000\",\"" + name + "}},{\"cve\":{\"id\":\"CVE-2024-1001\"}}"));
            Assert.Contains("longer than", items.OnlyRejection().Reason, StringComparison.Ordinal);
            Assert.Equal("CVE-2024-1001", items[^1].Record!.Key);
        }
    }

    [Fact]
    public void A_record_beyond_the_limit_is_one_rejection()
    {
        var references = string.Join(',', Enumerable.Repeat("{\"url\":\"https://e.org/long/path/to/something\"}", 3000));
        var items = FeedText.Read(
            FeedKind.Nvd, Nvd("{\"cve\":{\"id\":\"CVE-2024-1000\",\"references\":[" + references + "]}},{\"cve\":{\"id\":\"CVE-2024-1001\"}}"),
            limits: new FeedLimits { RecordBytes = 64 << 10 });
        Assert.Contains("larger than", items.OnlyRejection().Reason, StringComparison.Ordinal);
        Assert.Equal("CVE-2024-1001", items[^1].Record!.Key);
    }

    [Fact]
    public void A_CSAF_document_of_more_than_32_MiB_is_read()
    {
        var path = Path.Combine(_folder, "large.json");
        using (var text = new StreamWriter(path))
        {
            text.Write("""{"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"category":"vendor","name":"v","namespace":"https://www.example.com"},"tracking":{"id":"CVE-2024-1000","version":"1","current_release_date":"2024-01-02T03:04:05Z"}},"product_tree":{"full_product_names":[""");
            const int Products = 230_000;
            for (var i = 0; i < Products; i++)
                text.Write($"{(i == 0 ? "" : ",")}{{\"name\":\"A product with a name that is as long as such names are {i}\",\"product_id\":\"PRODUCT-{i}\",\"product_identification_helper\":{{\"purl\":\"pkg:rpm/redhat/p@1-{i}?arch=src\"}}}}");
            text.Write("""]},"vulnerabilities":[{"cve":"CVE-2024-1000","product_status":{"fixed":["PRODUCT-0"],"known_affected":["PRODUCT-229999"]}}]}""");
        }
        Assert.True(new FileInfo(path).Length > 33 << 20);
        var advisory = Assert.Single(FeedText.ReadFile(path).Records<AdvisoryRecord>());
        Assert.Equal(2, Assert.Single(advisory.Vulnerabilities).Affected.Count);
    }

    [Fact]
    public void A_document_cut_off_keeps_its_whole_records()
    {
        var text = Nvd("""{"cve":{"id":"CVE-2024-1000"}},{"cve":{"id":"CVE-2024-1001"}},{"cve":{"id":"CVE-2024-1002"}}""");
        var items = FeedText.Read(FeedKind.Nvd, text[..^20]);
        Assert.Equal(["CVE-2024-1000", "CVE-2024-1001"], items.Where(i => i.Record is not null).Select(i => i.Record!.Key));
        Assert.Contains("ends inside", items.OnlyRejection().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gzip_bomb_is_stopped()
    {
        var path = Path.Combine(_folder, "bomb.json.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.ASCII.GetBytes("{\"format\":\"NVD_CVE\",\"resultsPerPage\":1,\"vulnerabilities\":[ "));
            var blanks = new byte[1 << 20];
            Array.Fill(blanks, (byte)' ');
            for (var i = 0; i < 64; i++) gzip.Write(blanks);
        }
        var failure = Assert.Throws<FailureException>(() => FeedText.ReadFile(path)).Failure;
        Assert.Equal("FeedTooLarge", failure.Code);
        Assert.Contains("bomb.json.gz", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compression_cut_off_keeps_what_was_whole_and_says_so()
    {
        var records = string.Join(',', Enumerable.Range(0, 5000).Select(i => FormattableString.Invariant($"{{\"cve\":{{\"id\":\"CVE-2024-{10000 + i}\",\"descriptions\":[{{\"lang\":\"en\",\"value\":\"{i * 7919L * 104729 % 1000003}\"}}]}}}}")));
        var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(Encoding.ASCII.GetBytes(Nvd(records)));
        var path = Path.Combine(_folder, "cut.json.gz");
        File.WriteAllBytes(path, memory.ToArray()[..(int)(memory.Length * 2 / 3)]);
        var items = FeedText.ReadFile(path);
        Assert.InRange(items.Count, 1000, 4999);
        Assert.NotNull(items[^1].Rejected);
    }

    [Fact]
    public void External_entities_are_never_resolved()
    {
        var secret = Put("secret.txt", "top secret");
        var text = $"""
            <?xml version="1.0"?>
            <!DOCTYPE updates [<!ENTITY x SYSTEM "file://{secret}">]>
            <updates><update type="security"><id>ALSA-1</id><title>&x;</title></update><update type="security"><id>ALSA-2</id><title>a &amp; b</title></update></updates>
            """;
        var items = FeedText.Read(FeedKind.RpmRepository, text);
        Assert.Contains(items, i => i.Rejected?.Reason.Contains("document type", StringComparison.Ordinal) == true);
        var kept = Assert.IsType<AdvisoryRecord>(Assert.Single(items, i => i.Record is not null).Record);
        Assert.Equal(("ALSA-2", "a & b"), (kept.Id, kept.Title));
        Assert.DoesNotContain(items, i => i.Rejected?.Reason.Contains("top secret", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("CVE-2024-1000,NaN,0.5")]
    [InlineData("CVE-2024-1000,1.5,0.5")]
    [InlineData("CVE-2024-1000,-0.5,0.5")]
    [InlineData("CVE-2024-1000,0.5")]
    [InlineData("GHSA-1,0.5,0.5")]
    [InlineData("CVE-2024-0001,0.1,0.2")]
    [InlineData("CVE-2024-00001,0.1,0.2")]
    [InlineData("CVE-2024-1234567890123456789,0.1,0.2")]
    public void A_bad_EPSS_row_is_rejected_by_line(string row)
    {
        var items = FeedText.Read(FeedKind.Epss, $"cve,epss,percentile\nCVE-2024-0001,0.1,0.2\n{row}\nCVE-2024-0002,0.1,0.2\n", "epss_scores-2024-01-02.csv");
        Assert.Equal("line 3", items.OnlyRejection().Place);
        Assert.Equal(3, items.Sum(i => i.Count));
    }

    [Fact]
    public void A_catalogue_that_lacks_entries_says_so()
    {
        var items = FeedText.Read(FeedKind.Kev, """{"catalogVersion":"1","count":2,"vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"}]}""");
        Assert.Contains("holds 1", items.OnlyRejection().Reason, StringComparison.Ordinal);
        Assert.True(FeedReaders.Of(FeedKind.Kev).IsSnapshot);
    }

    private static string Nvd(string records) => "{\"format\":\"NVD_CVE\",\"resultsPerPage\":3,\"vulnerabilities\":[" + records + "]}";

    private string Put(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static Failure Failed(string path, FeedKind kind)
    {
        var found = Assert.Single(FeedFiles.Expand([path], kind));
        Assert.False(found.IsWarning);
        return found.Failure ?? throw new InvalidOperationException("It was recognised.");
    }
}
