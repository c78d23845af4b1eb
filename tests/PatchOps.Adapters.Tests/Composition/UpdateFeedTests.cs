using System.IO.Compression;
using System.Text;
using PatchOps.Adapters.Feeds.Download;
using PatchOps.Adapters.Tests.Feeds;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Feeds over HTTP, from a server on this machine.</summary>
public sealed class UpdateFeedTests : IAsyncLifetime
{
    private readonly TestEstate estate = new();
    private readonly LoopbackServer server = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        server.Dispose();
        await estate.DisposeAsync();
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        server.Put("/kev.json", Kev(1, 2));
        Assert.Equal(2, (await One(Of(FeedName.Kev, "kev.json"))).Added);
        var sent = server.BodyBytes;

        var again = await One(Of(FeedName.Kev, "kev.json"));
        Assert.Equal(0, again.Read);
        Assert.Contains("not changed", Assert.Single(again.Notes));
        Assert.Equal(sent, server.BodyBytes);
        Assert.NotNull(server.Requests.Last()["If-None-Match"]);

        server.Put("/kev.json", Kev(1, 2, 3));
        Assert.Equal((1, 2), ((await One(Of(FeedName.Kev, "kev.json"))) is var r ? (r.Added, r.Unchanged) : default));
    }

    [Fact]
    public async Task A_download_that_broke_off_goes_on_where_it_stopped()
    {
        var text = Kev([.. Enumerable.Range(1, 2000)]);
        server.Put("/kev.json", text);
        server.CutAfter("/kev.json", 100_000);
        Assert.Equal(2000, (await One(Of(FeedName.Kev, "kev.json"))).Added);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), server.BodyBytes);
        var asked = server.Requests.ToList();
        Assert.Equal(2, asked.Count);
        Assert.StartsWith("bytes=", asked[1]["Range"]);
    }

    [Fact]
    public async Task What_broke_off_in_one_run_goes_on_in_the_next_unless_it_changed_meanwhile()
    {
        server.Put("/kev.json", Kev([.. Enumerable.Range(1, 2000)]));
        server.CutAfter("/kev.json", 100_000);
        server.Fail("/kev.json", "404 Not Found");
        Assert.Equal("FeedNotFound", (await estate.FailAsync(Of(FeedName.Kev, "kev.json"))).Code);
        server.Put("/kev.json", Kev([.. Enumerable.Range(1, 1999)]));
        Assert.Equal(1999, (await One(Of(FeedName.Kev, "kev.json"))).Added);
        Assert.Empty(Directory.GetFiles(estate.PathOf("test.downloads")));
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_and_one_that_refuses_is_not()
    {
        server.Put("/kev.json", Kev(1));
        server.Fail("/kev.json", "503 Service Unavailable\r\nRetry-After: 0");
        server.Fail("/kev.json", "429 Too Many Requests\r\nRetry-After: 0");
        Assert.Equal(1, (await One(Of(FeedName.Kev, "kev.json"))).Added);
        Assert.Equal(3, server.Requests.Count);

        server.Fail("/kev.json", "403 Forbidden");
        Assert.Equal("FeedRefused", (await estate.FailAsync(Of(FeedName.Kev, "kev.json"))).Code);
        server.Fail("/kev.json", "503 Service Unavailable\r\nRetry-After: 86400");
        Assert.Contains("1440 minutes", (await estate.FailAsync(Of(FeedName.Kev, "kev.json"))).Message);
        Assert.Equal("FeedNotFound", (await estate.FailAsync(Of(FeedName.Kev, "nothing.json"))).Code);
    }

    [Fact]
    public async Task An_error_page_or_a_damaged_snapshot_changes_nothing_and_is_asked_for_again()
    {
        server.Put("/kev.json", "<!DOCTYPE html><html><body>maintenance</body></html>");
        Assert.Contains("HTML", (await estate.FailAsync(Of(FeedName.Kev, "kev.json"))).Message);
        server.Put("/kev.json", Kev(1, 2)[..^20]);
        var (results, failures, _) = await estate.RunAsync(Of(FeedName.Kev, "kev.json"));
        Assert.Empty(results);
        Assert.Equal("SnapshotDamaged", failures[0].Failure.Code);
        // The same damage again is looked at again: nothing of it was taken over.
        Assert.Equal("SnapshotDamaged", (await estate.RunAsync(Of(FeedName.Kev, "kev.json"))).Failures[0].Failure.Code);
        Assert.All(server.Requests, r => Assert.Null(r["If-None-Match"]));
    }

    [Fact]
    public async Task NVD_is_read_page_by_page_goes_on_after_a_stop_and_then_asks_for_changes_only()
    {
        server.Otherwise = path => Encoding.UTF8.GetBytes(
            path.Contains("lastModStartDate", StringComparison.Ordinal) ? Page(0, 0) : path.Contains("startIndex=2", StringComparison.Ordinal) ? Page(2, 3, 3) : Page(0, 3, 1, 2));
        var failing = $"/nvd?resultsPerPage=2000&startIndex=2";
        server.Fail(failing, "404 Not Found");
        var (results, failures, _) = await estate.RunAsync(Of(FeedName.Nvd, "nvd"));
        Assert.Equal(2, ((ImportResult)Assert.Single(results)).Added);
        Assert.Equal("FeedNotFound", Assert.Single(failures).Failure.Code);

        var rest = await All(Of(FeedName.Nvd, "nvd"));
        Assert.Equal([1, 0], rest.Select(r => r.Added));
        Assert.Equal(failing, server.Requests.ElementAt(2).Path);
        // What changed while the pages were read.
        Assert.Contains("startIndex=0&lastModStartDate=20", server.Requests.ElementAt(3).Path);

        Assert.Equal(0, (await One(Of(FeedName.Nvd, "nvd"))).Read);
        Assert.Contains("lastModEndDate=", server.Requests.Last().Path);
    }

    [Fact]
    public async Task Long_absences_are_asked_for_in_spans_that_NVD_allows()
    {
        server.Otherwise = _ => Encoding.UTF8.GetBytes(Page(0, 0));
        await All(Of(FeedName.Nvd, "nvd") with { Since = NoonClock.Now.AddDays(-300) });
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_key_goes_to_the_host_it_is_for_and_no_further()
    {
        using var other = new LoopbackServer();
        other.Put("/elsewhere", Page(0, 0));
        server.Fail("/nvd?resultsPerPage=2000&startIndex=0", $"302 Found\r\nLocation: {other.Home}elsewhere");
        var order = new PatchOps.Core.Seams.FeedOrder { Name = FeedName.Nvd, BaseUri = new Uri(server.Home, "nvd") };
        await foreach (var arrival in new FeedDownloads(new FetchSettings { Folder = estate.PathOf("d") }, NoonClock.Shared, "secret").FetchAsync(order, _ => null, default))
            Assert.NotNull(arrival.Document);
        Assert.Equal("secret", server.Requests.Single()["apiKey"]);
        Assert.Null(other.Requests.Single()["apiKey"]);

        server.Fail("/kev.json", "302 Found\r\nLocation: file:///etc/passwd");
        Assert.Contains("not encrypted", (await estate.FailAsync(Of(FeedName.Kev, "kev.json"))).Message);
    }

    [Fact]
    public async Task Missed_EPSS_days_are_caught_up_with_and_a_day_that_never_was_is_told()
    {
        server.Put("/epss_scores-current.csv.gz", Epss("2024-01-02", 0.1));
        Assert.Equal(2, (await One(Of(FeedName.Epss, ""))).Added);
        server.Put("/epss_scores-current.csv.gz", Epss("2024-01-05", 0.4));
        server.Put("/epss_scores-2024-01-04.csv.gz", Epss("2024-01-04", 0.3));
        var (results, failures, _) = await estate.RunAsync(Of(FeedName.Epss, ""));
        Assert.Equal("FeedNotFound", Assert.Single(failures).Failure.Code);
        Assert.Contains("2024-01-03", failures[0].Failure.Message);
        Assert.Equal([1, 1], results.Cast<ImportResult>().Select(r => r.Updated));
        Assert.Contains("not changed", (await One(Of(FeedName.Epss, ""))).Notes[0]);
    }

    [Fact]
    public async Task An_archive_of_OSV_is_read_entry_by_entry()
    {
        static string Osv(string id) => $$$"""{"id":"{{{id}}}","modified":"2024-01-02T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p"}}]}""";
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in new[] { ("GHSA-1.json", Osv("GHSA-1")), ("GHSA-2.json", Osv("GHSA-2")[..^4]), ("readme.txt", "no record"), ("GHSA-3.json", Osv("GHSA-3")) })
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }
        server.Put("/npm/all.zip", zip.ToArray());
        Assert.Equal("SourceMissing", (await estate.FailAsync(Of(FeedName.Osv, ""))).Code);
        var (results, failures, _) = await estate.RunAsync(Of(FeedName.Osv, "") with { Source = ["npm", "PyPI"] });
        var result = (ImportResult)Assert.Single(results);
        Assert.Equal((2, 1), (result.Added, result.Rejected));
        Assert.Contains(failures, f => f.Failure.Code == "FeedNotFound");
        Assert.Contains(failures, f => f.Failure.Message.Contains("GHSA-2.json, byte", StringComparison.Ordinal));
        Assert.Equal(0, (await One(Of(FeedName.Osv, "") with { Source = ["npm"] })).Read);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_CSAF_provider_is_asked_for_what_is_new(bool rolie)
    {
        server.Put("/provider-metadata.json", rolie
            ? """{"distributions":[{"rolie":{"feeds":[{"tlp_label":"WHITE","url":"/list"},{"tlp_label":"RED","url":"/secret"}]}}]}"""
            : """{"distributions":[{"directory_url":"/csaf/"}]}""");
        var list = rolie ? "/list" : "/csaf/changes.csv";
        server.Put(list, List(("a", "2024-01-01"), ("b", "2024-01-02")));
        foreach (var name in (string[])["a", "b", "c"]) server.Put($"/csaf/{name}.json", Csaf(name));
        var order = Of(FeedName.Csaf, "provider-metadata.json");
        Assert.Equal([1, 1], (await All(order)).Select(r => r.Added));
        Assert.Equal(0, (await One(order)).Read);

        // A second document of the same time as the last one counts as new, and the last one does not.
        server.Put(list, List(("a", "2024-01-01"), ("b", "2024-01-02"), ("c", "2024-01-02")));
        var before = server.Requests.Count;
        Assert.Equal(1, (await One(order)).Added);
        // A directory may have hashes beside its documents, of either kind; a list of ROLIE names them.
        string[] hashes = rolie ? [] : ["/csaf/c.json.sha256", "/csaf/c.json.sha512"];
        Assert.Equal(["/provider-metadata.json", list, "/csaf/c.json", .. hashes], server.Requests.Skip(before).Select(r => r.Path));

        string List(params (string Name, string Day)[] documents) => rolie
            ? $"{{\"feed\":{{\"entry\":[{string.Join(',', documents.Reverse().Select(d => $"{{\"updated\":\"{d.Day}T00:00:00Z\",\"content\":{{\"src\":\"{server.Home}csaf/{d.Name}.json\"}}}}"))}]}}}}"
            : string.Concat(documents.Reverse().Select(d => $"\"{d.Name}.json\",\"{d.Day}T00:00:00Z\"\n"));
    }

    [Theory]
    [InlineData(true, "sha256")]
    [InlineData(false, "sha256")]
    [InlineData(false, "sha512")]
    public async Task A_CSAF_document_that_is_not_what_its_provider_published_is_refused(bool rolie, string algorithm)
    {
        server.Put("/provider-metadata.json", rolie ? """{"distributions":[{"rolie":{"feeds":[{"tlp_label":"WHITE","url":"/list"}]}}]}""" : """{"distributions":[{"directory_url":"/csaf/"}]}""");
        string[] names = ["a", "b", "c"];
        server.Put(rolie ? "/list" : "/csaf/changes.csv", rolie
            ? $"{{\"feed\":{{\"entry\":[{string.Join(',', names.Select(n => $"{{\"updated\":\"2024-01-01T00:00:00Z\",\"content\":{{\"src\":\"{server.Home}csaf/{n}.json\"}},\"link\":[{{\"rel\":\"hash\",\"href\":\"{server.Home}csaf/{n}.json.sha256\"}},{{\"rel\":\"signature\",\"href\":\"{server.Home}csaf/{n}.json.asc\"}}]}}"))}]}}}}"
            : string.Concat(names.Select(n => $"\"{n}.json\",\"2024-01-01T00:00:00Z\"\n")));
        foreach (var name in names)
        {
            server.Put($"/csaf/{name}.json", Csaf(name));
            // The published hash of b is of another document.
            var bytes = System.Text.Encoding.UTF8.GetBytes(Csaf(name == "b" ? "x" : name));
            server.Put($"/csaf/{name}.json.{algorithm}", $"{Convert.ToHexString(algorithm == "sha256" ? System.Security.Cryptography.SHA256.HashData(bytes) : System.Security.Cryptography.SHA512.HashData(bytes))}  {name}.json\n");
        }
        var (results, failures, _) = await estate.RunAsync(Of(FeedName.Csaf, "provider-metadata.json"));
        Assert.Equal([1, 1], results.ConvertAll(r => ((ImportResult)r).Added));
        var failure = Assert.Single(failures).Failure;
        Assert.Equal(("HashMismatch", true), (failure.Code, failure.Message.Contains("/csaf/b.json'", StringComparison.Ordinal)));
        Assert.DoesNotContain(server.Requests, r => r.Path.EndsWith(".asc", StringComparison.Ordinal));
        Assert.Equal(2, server.Requests.Count(r => r.Path == "/csaf/b.json"));
    }

    [Fact]
    public async Task Months_of_Microsoft_are_fetched_when_they_changed()
    {
        server.Put("/updates", """{"value":[{"ID":"2024-Feb","CurrentReleaseDate":"2024-02-13T08:00:00Z"},{"ID":"2024-Jan","CurrentReleaseDate":"2024-01-09T08:00:00Z"}]}""");
        static string Month(string id, string cve) => $$$$"""{"DocumentTitle":{"Value":"t"},"DocumentTracking":{"Identification":{"ID":{"Value":"{{{{id}}}}"}},"CurrentReleaseDate":"2024-01-09T08:00:00Z"},"ProductTree":{},"Vulnerability":[{"Title":{"Value":"t"},"CVE":"{{{{cve}}}}"}]}""";
        server.Put("/cvrf/2024-Jan", Month("2024-Jan", "CVE-2024-0001"));
        server.Put("/cvrf/2024-Feb", Month("2024-Feb", "CVE-2024-0002"));
        Assert.Equal(2, (await All(Of(FeedName.Msrc, ""))).Sum(r => r.Added));
        server.Put("/updates", """{"value":[{"ID":"2024-Feb","CurrentReleaseDate":"2024-02-13T08:00:00Z"},{"ID":"2024-Jan","CurrentReleaseDate":"2024-03-01T08:00:00Z"}]}""");
        Assert.Equal("/cvrf/2024-Jan", (await One(Of(FeedName.Msrc, ""))) is { Unchanged: 1 } ? server.Requests.Last().Path : "");
    }

    [Fact]
    public async Task A_proxy_is_used_when_it_is_named()
    {
        server.Put("http://feeds.example/kev.json", Kev(1));
        Assert.Equal(1, (await One(new UpdateFeedRequest { Name = [FeedName.Kev], BaseUri = "http://feeds.example/kev.json", Proxy = server.Home.AbsoluteUri })).Added);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_and_a_document_without_end_is_stopped()
    {
        var settings = new FetchSettings { Folder = estate.PathOf("d"), Silence = TimeSpan.FromSeconds(0.3), Attempts = 2, FirstWait = TimeSpan.FromSeconds(0.01), MaximumBytes = 1000 };
        using var fetch = new HttpFetch(settings, NoonClock.Shared);
        server.Fail("/quiet", _ => Task.Delay(5000));
        server.Fail("/quiet", _ => Task.Delay(5000));
        var quiet = await Assert.ThrowsAsync<FailureException>(() => fetch.GetAsync(new Uri(server.Home, "quiet"), null, null, null, default));
        Assert.Contains("silent", quiet.Message);
        server.Put("/large", new byte[200_000]);
        // Patient, so that a busy machine is not taken for a silent server.
        using var patient = new HttpFetch(settings with { Silence = TimeSpan.FromSeconds(60) }, NoonClock.Shared);
        var large = await Assert.ThrowsAsync<FailureException>(() => patient.GetAsync(new Uri(server.Home, "large"), null, null, null, default));
        Assert.Equal("FeedTooLarge", large.Failure.Code);
        Assert.Empty(Directory.GetFiles(settings.Folder));
    }

    [Fact]
    public async Task Nothing_is_fetched_under_what_if_and_addresses_are_checked()
    {
        server.Put("/kev.json", Kev(1));
        Assert.Single((await estate.RunAsync(Of(FeedName.Kev, "kev.json"), Answer.WhatIf)).Results);
        Assert.Empty(server.Requests);
        Assert.Equal("AddressInvalid", (await estate.FailAsync(new UpdateFeedRequest { Name = [FeedName.Kev], BaseUri = "kev.json" })).Code);
        Assert.Equal("ParameterConflict", (await estate.FailAsync(new UpdateFeedRequest { BaseUri = "http://127.0.0.1/" })).Code);
    }

    private UpdateFeedRequest Of(FeedName name, string path) => new() { Name = [name], BaseUri = new Uri(server.Home, path).AbsoluteUri };

    private async Task<List<ImportResult>> All(UpdateFeedRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return [.. results.Cast<ImportResult>()];
    }

    private async Task<ImportResult> One(UpdateFeedRequest request) => Assert.Single(await All(request));

    private static string Kev(params int[] numbers) =>
        $"{{\"catalogVersion\":\"1\",\"count\":{numbers.Length},\"vulnerabilities\":[{string.Join(",\n", numbers.Select(n => $"{{\"cveID\":\"CVE-2024-{n:0000}\",\"vendorProject\":\"v\",\"product\":\"p\",\"vulnerabilityName\":\"n\",\"dateAdded\":\"2024-01-02\"}}"))}]}}";

    private static byte[] Epss(string day, double first)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(FormattableString.Invariant($"#model_version:v1,score_date:{day}T00:00:00+0000\ncve,epss,percentile\nCVE-2024-0001,{first},0.5\nCVE-2024-0002,0.2,0.5\n")));
        return packed.ToArray();
    }

    private static string Page(int start, int total, params int[] numbers) =>
        $"{{\"resultsPerPage\":{numbers.Length},\"startIndex\":{start},\"totalResults\":{total},\"format\":\"NVD_CVE\",\"version\":\"2.0\",\"timestamp\":\"2024-01-02T03:04:05.000\",\"vulnerabilities\":[{string.Join(',', numbers.Select(n => $"{{\"cve\":{{\"id\":\"CVE-2024-{n:0000}\",\"published\":\"2024-01-01T00:00:00.000\",\"lastModified\":\"2024-01-01T00:00:00.000\",\"vulnStatus\":\"Analyzed\",\"descriptions\":[]}}}}"))}]}}";

    private static string Csaf(string id) =>
        $$$"""{"document":{"category":"csaf_security_advisory","csaf_version":"2.0","publisher":{"category":"vendor","name":"v","namespace":"https://www.example.com"},"tracking":{"id":"{{{id}}}","version":"1","current_release_date":"2024-01-02T03:04:05Z"}},"vulnerabilities":[]}""";
}
