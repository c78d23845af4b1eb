using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>EPSS days and the KEV catalogue are whole or nothing: half of one would take back what the other half said.</summary>
public sealed class SnapshotTests : IAsyncLifetime
{
    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData("GHSA-1,0.5,0.5", "not a CVE id")]
    [InlineData("CVE-2024-0001,0.5,0.5", "listed twice")]
    [InlineData("CVE-2024-00001,0.5,0.5", "listed twice")]
    [InlineData("CVE-2024-12345678901,0.5,0.5", "longer than any")]
    [InlineData("CVE-2024-0003,NaN,0.5", "between 0 and 1")]
    public async Task A_bad_row_of_an_EPSS_day_leaves_the_store_as_it_was_and_is_named_by_line(string row, string reason)
    {
        await Whole("epss_scores-2024-01-01.csv", "cve,epss,percentile\nCVE-2024-0001,0.1,0.2\nCVE-2024-0002,0.1,0.2\n");
        var (results, failures, _) = await estate.RunAsync(new ImportFeedRequest { Path = [estate.Write("epss_scores-2024-01-02.csv", $"cve,epss,percentile\nCVE-2024-0001,0.9,0.9\n{row}\nCVE-2024-0002,0.9,0.9\n")] });
        Assert.Empty(results);
        Assert.Equal("SnapshotDamaged", failures[0].Failure.Code);
        Assert.Contains("line 3", failures[1].Failure.Message);
        Assert.Contains(reason, failures[1].Failure.Message);
        // Nothing of the day is there: the sound file brings all of it.
        var sound = await Whole("epss_scores-2024-01-02.csv", "cve,epss,percentile\nCVE-2024-0001,0.9,0.9\nCVE-2024-0002,0.1,0.2\n");
        Assert.Equal((2, 1, 1), (sound.Read, sound.Updated, sound.Unchanged));
    }

    [Theory]
    [InlineData("""{"catalogVersion":"1","count":2,"vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"},{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"}]}""", "listed twice")]
    [InlineData("""{"catalogVersion":"1","count":2,"vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"},{"cveID":"1000","dateAdded":"2024-01-02"}]}""", "not a CVE id")]
    [InlineData("""{"catalogVersion":"1","count":9,"vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"}]}""", "holds 1")]
    [InlineData("""{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"},{"cveID":"CVE-20""", "ends inside")]
    [InlineData("""{"catalogVersion":"1","vulnerabilities":[]}""", "without a single record")]
    public async Task A_damaged_catalogue_takes_nothing_back(string catalogue, string reason)
    {
        await Whole("kev.json", """{"catalogVersion":"0","count":2,"vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"},{"cveID":"CVE-2024-1001","dateAdded":"2024-01-02"}]}""");
        var (results, failures, _) = await estate.RunAsync(new ImportFeedRequest { Path = [estate.Write("kev.json", catalogue)] });
        Assert.Empty(results);
        Assert.Equal("SnapshotDamaged", failures[0].Failure.Code);
        Assert.Contains(failures, f => f.Failure.Message.Contains(reason, StringComparison.Ordinal));
        Assert.Equal(2, (await Whole("kev.json", """{"catalogVersion":"0","count":2,"vulnerabilities":[{"cveID":"CVE-2024-1000","dateAdded":"2024-01-02"},{"cveID":"CVE-2024-1001","dateAdded":"2024-01-02"}]}""")).Unchanged);
    }

    [Fact]
    public async Task A_compressed_day_that_was_cut_off_at_the_end_of_a_line_is_refused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write("cve,epss,percentile\nCVE-2024-0001,0.1,0.2\n"u8);
            gzip.Flush();
            packed.Position = packed.Length;
            gzip.Write("CVE-2024-0002,0.1,0.2\n"u8);
        }
        var whole = packed.ToArray();
        var path = estate.PathOf("epss_scores-2024-01-01.csv.gz");
        // Behind the first flush: the rest of the rows and the trailer are missing.
        File.WriteAllBytes(path, whole[..^30]);
        var (results, failures, _) = await estate.RunAsync(new ImportFeedRequest { Path = [path] });
        Assert.Empty(results);
        Assert.NotEmpty(failures);
        File.WriteAllBytes(path, whole);
        Assert.Equal(2, ((ImportResult)Assert.Single((await estate.RunAsync(new ImportFeedRequest { Path = [path] })).Results)).Added);
    }

    private async Task<ImportResult> Whole(string name, string text)
    {
        var (results, failures, _) = await estate.RunAsync(new ImportFeedRequest { Path = [estate.Write(name, text)] });
        Assert.Empty(failures);
        return Assert.IsType<ImportResult>(Assert.Single(results));
    }
}
