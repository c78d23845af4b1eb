using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>What scanners found, beside what sources say of the same packages.</summary>
public sealed class FindingImportTests : IAsyncLifetime
{
    private const string Openssl = """{"vulnerability":{"id":"CVE-2024-0001","severity":"High","fix":{"versions":["3.0.13"],"state":"fixed"}},"artifact":{"name":"openssl","version":"3.0.11-1~deb12u2","type":"deb","purl":"pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"}}""";
    private const string Lodash = """{"vulnerability":{"id":"GHSA-35jh-r3h4-6jhm","severity":"High","fix":{"versions":["4.17.21"],"state":"fixed"}},"relatedVulnerabilities":[{"id":"CVE-2021-23337"}],"artifact":{"name":"lodash","version":"4.17.15","type":"npm","purl":"pkg:npm/lodash@4.17.15"}}""";

    private readonly TestEstate estate = new();

    public async Task InitializeAsync()
    {
        await Import(new ImportAssetRequest
        {
            Path = [estate.Write("software.csv", "Asset,Package,Version,Ecosystem,Source\nweb01,openssl,3.0.11-1~deb12u2,Debian:12,openssl\nweb01,libssl3,3.0.11-1~deb12u2,Debian:12,openssl\nweb01,bash,5.2.15-2,Debian:12,bash\n")],
        });
        await Import(new ImportFeedRequest
        {
            Path = [estate.Write("osv.json", """{"id":"DSA-1-1","aliases":["CVE-2024-0001"],"modified":"2024-01-02T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.11-1~deb12u2"}]}]}]}""")],
        });
    }

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_distributions_own_statement_beats_the_scanner_which_speaks_where_nobody_else_does(bool subjectFirst)
    {
        var result = await Import(Grype("2026-01-05T10:00:00Z", subjectFirst, Openssl, Lodash));
        Assert.Equal((2, 2, 0), (result.Read, result.Added, result.Rejected));
        var findings = await Findings();

        var backported = findings.Single(f => f is { Package: "openssl", Cve: "CVE-2024-0001" });
        Assert.Equal((FindingStatus.Fixed, "grype"), (backported.Status, backported.Scanner));
        Assert.Contains("overrules", backported.Evidence);

        var own = findings.Single(f => f.Package == "lodash");
        Assert.Equal((FindingStatus.Affected, "grype", "web01", "CVE-2021-23337", "4.17.21", "pkg:npm/lodash@4.17.21"), (own.Status, own.Scanner, own.Asset, own.Cve, own.FixedVersion, own.Patch));
        Assert.Contains("grype reports it (High)", own.Evidence);
    }

    [Fact]
    public async Task Risks_name_the_scanner_that_reports_them()
    {
        await Import(Grype("2026-01-05T10:00:00Z", true, Lodash));
        var risk = Assert.Single((await estate.RunAsync(new GetRiskRequest { By = RiskGrouping.Finding })).Results.Cast<PatchRisk>());
        Assert.Contains("reported by grype", risk.Reasons);
    }

    [Fact]
    public async Task A_finding_that_the_next_report_lacks_is_closed_and_stays_known_for_the_days_before()
    {
        await Import(Grype("2026-01-05T10:00:00Z", true, Openssl, Lodash));
        var again = await Import(Grype("2026-01-06T10:00:00Z", true, Openssl, Lodash));
        Assert.Equal((2, 2), (again.Read, again.Unchanged));

        var next = await Import(Grype("2026-01-12T10:00:00Z", false, Openssl));
        Assert.Equal((1, 1), (next.Read, next.Unchanged));
        Assert.Contains("1 finding is no longer reported", Assert.Single(next.Notes));
        Assert.DoesNotContain(await Findings(), f => f.Package == "lodash");
        Assert.Contains(await Findings(new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero)), f => f.Package == "lodash");

        var back = await Import(Grype("2026-01-19T10:00:00Z", false, Openssl, Lodash));
        Assert.Equal((1, 1), (back.Added, back.Unchanged));
    }

    [Fact]
    public async Task A_report_without_findings_closes_all_and_an_older_one_changes_nothing()
    {
        await Import(Grype("2026-01-05T10:00:00Z", true, Lodash));
        var older = await Import(Grype("2026-01-01T10:00:00Z", true));
        Assert.Contains("older", Assert.Single(older.Notes));
        Assert.Contains(await Findings(), f => f.Package == "lodash");
        Assert.Equal(0, (await Import(Grype("2026-01-08T10:00:00Z", true))).Read);
        Assert.DoesNotContain(await Findings(), f => f.Package == "lodash");
    }

    [Fact]
    public async Task A_damaged_report_keeps_its_good_findings_and_closes_nothing()
    {
        await Import(Grype("2026-01-05T10:00:00Z", true, Openssl, Lodash));
        var (results, failures, _) = await estate.RunAsync(Grype("2026-01-12T10:00:00Z", true, """{"vulnerability":{"id":"CVE-2024-0009"},"artifact":{"version":"1"}}""", Openssl));
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.Equal((2, 1, 1), (result.Read, result.Unchanged, result.Rejected));
        Assert.Contains("CVE-2024-0009", Assert.Single(failures).Failure.Message);
        Assert.Contains(result.Notes, n => n.StartsWith("Nothing was closed", StringComparison.Ordinal));
        Assert.Contains(await Findings(), f => f.Package == "lodash");

        // Cut off: the name of what was scanned stands behind the break, so the file's name must do.
        var whole = Grype("2026-01-13T10:00:00Z", false, Openssl, Lodash).Path[0];
        var cut = estate.Write("web01.json", File.ReadAllText(whole)[..^80]);
        var broken = (ImportResult)Assert.Single((await estate.RunAsync(new ImportFindingRequest { Path = [cut] })).Results);
        Assert.Equal((3, 1), (broken.Read, broken.Rejected));
    }

    [Fact]
    public async Task Trivy_results_are_read_with_the_release_that_was_found()
    {
        var path = estate.Write("trivy.json", """
            {"SchemaVersion":2,"CreatedAt":"2026-01-05T10:00:00.123456789+01:00","ArtifactName":"web01","ArtifactType":"filesystem","Metadata":{"OS":{"Family":"debian","Name":"12.4"}},
             "Results":[{"Target":"web01 (debian 12.4)","Class":"os-pkgs","Type":"debian","Vulnerabilities":[
               {"VulnerabilityID":"CVE-2024-0001","PkgName":"libssl3","InstalledVersion":"3.0.11-1~deb12u2","FixedVersion":"","Status":"affected","Severity":"HIGH"},
               {"VulnerabilityID":"CVE-2024-0007","PkgName":"bash","InstalledVersion":"5.2.15-1","FixedVersion":"5.2.15-2","Status":"fixed","Severity":"LOW"},
               {"VulnerabilityID":"CVE-2024-0008","InstalledVersion":"1"},
               {"VulnerabilityID":"CVE-2024-0006","PkgName":"bash","InstalledVersion":"5.2.15-2","Status":"under_investigation"}]},
              {"Target":"app/package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[
               {"VulnerabilityID":"CVE-2021-23337","PkgName":"lodash","PkgIdentifier":{"PURL":"pkg:npm/lodash@4.17.15"},"InstalledVersion":"4.17.15","FixedVersion":"4.16.9, 4.17.21","Status":"fixed","Severity":"HIGH"}]},
              {"Target":"nothing","Class":"config"}]}
            """);
        var (results, failures, _) = await estate.RunAsync(new ImportFindingRequest { Path = [path] });
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.Equal((5, 4, 1), (result.Read, result.Added, result.Rejected));
        Assert.Contains("vulnerability 3", Assert.Single(failures).Failure.Message);

        var findings = (await Findings()).Where(f => f.Scanner == "trivy").ToList();
        Assert.Equal(FindingStatus.Fixed, findings.Single(f => f.Package == "libssl3").Status);
        // Installed since the scan: the inventory knows better.
        Assert.Equal((FindingStatus.Fixed, "deb:bash/5.2.15-2"), findings.Where(f => f.Cve == "CVE-2024-0007").Select(f => (f.Status, f.Patch)).Single());
        Assert.Equal(FindingStatus.UnderInvestigation, findings.Single(f => f.Cve == "CVE-2024-0006").Status);
        Assert.Equal("4.17.21", findings.Single(f => f.Package == "lodash").FixedVersion);
    }

    [Fact]
    public async Task A_damaged_trivy_result_keeps_its_undamaged_findings()
    {
        static string Found(int i) => $$$"""{"VulnerabilityID":"CVE-2024-100{{{i}}}","PkgIdentifier":{"PURL":"pkg:npm/p{{{i}}}@1"},"PkgName":"p{{{i}}}","InstalledVersion":"1"}""";
        var path = estate.Write("trivy.json", $$$"""
            {"SchemaVersion":2,"ArtifactName":"web01","Results":[
            {"Target":"first","Class":"lang-pkgs","Vulnerabilities":[{{{Found(1)}}},{"VulnerabilityID":"CVE-2024-1002","PkgName":"torn","InstalledVersion":"1"" }, {{{Found(3)}}}]},
            {"Target":"second","Class":"lang-pkgs","Vulnerabilities":[{{{Found(4)}}}]}]}
            """);
        var (results, failures, _) = await estate.RunAsync(new ImportFindingRequest { Path = [path] });
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.Equal(result.Read, result.Added + result.Updated + result.Unchanged + result.Rejected);
        Assert.Contains(failures, f => f.Failure.Message.Contains("damaged JSON", StringComparison.Ordinal));
        Assert.Equal(["p1", "p3", "p4"], (await Findings()).Where(f => f.Scanner == "trivy").Select(f => f.Package).Order());
    }

    [Fact]
    public async Task Tables_are_mapped_and_two_scanners_do_not_close_each_others_findings()
    {
        await Import(Grype("2026-01-05T10:00:00Z", true, Lodash));
        var path = estate.Write("nessus.csv", "Host,CVE,Name,Risk\nweb01,\"CVE-2024-0001, CVE-2024-0005\",openssl,High\ndb07,CVE-2024-0005,curl,Low\n,CVE-2024-0004,curl,Low\n");
        var map = new Dictionary<string, string> { ["Host"] = "Asset", ["CVE"] = "Cve", ["Name"] = "Package", ["Risk"] = "Severity" };
        var (results, failures, _) = await estate.RunAsync(new ImportFindingRequest { Path = [path], Map = map, Scanner = "nessus" });
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.Equal((3, 2, 1), (result.Read, result.Added, result.Rejected));
        Assert.Contains("line 4: Host", Assert.Single(failures).Failure.Message);
        var findings = await Findings();
        Assert.Equal("nessus", findings.Single(f => f is { Package: "openssl", Cve: "CVE-2024-0005" }).Scanner);
        Assert.Equal("db07", findings.Single(f => f.Package == "curl").Asset);
        Assert.Contains(findings, f => f.Package == "lodash");

        // The same file again without db07: nothing is left there.
        File.WriteAllText(path, "Host,CVE,Name,Risk\nweb01,CVE-2024-0005,openssl,High\n");
        await Import(new ImportFindingRequest { Path = [path], Map = map, Scanner = "nessus" });
        Assert.DoesNotContain(await Findings(), f => f.Asset == "db07");
    }

    [Fact]
    public async Task What_is_piped_in_closes_nothing_and_a_bill_of_materials_is_no_result()
    {
        await Import(Grype("2026-01-05T10:00:00Z", true, Lodash));
        await Import(new ImportFindingRequest { InputObject = [new ScannerFinding { Asset = "web01", Scanner = "grype", Package = "bash", Cves = ["CVE-2024-0007"] }] });
        Assert.Equal(2, (await Findings()).Count(f => f.Scanner == "grype"));
        Assert.Equal("FileNotFindings", (await estate.FailAsync(new ImportFindingRequest { Path = [estate.Write("bom.json", """{"bomFormat":"CycloneDX","components":[]}""")] })).Code);
    }

    [SkippableFact]
    public async Task A_published_report_is_read_whole()
    {
        var path = await estate.UnpackAsync("api/scanner-reports-grype-cyclonedx-semgrep.tar.xz", "grype-report.json");
        using var report = System.Text.Json.JsonDocument.Parse(File.ReadAllText(path));
        var result = await Import(new ImportFindingRequest { Path = [path], Asset = "image" });
        Assert.Equal((report.RootElement.GetProperty("matches").GetArrayLength(), 0), (result.Read, result.Rejected));
    }

    private ImportFindingRequest Grype(string taken, bool subjectFirst, params string[] matches)
    {
        var list = $"\"matches\":[{string.Join(",\n", matches)}]";
        var about = $$"""
            "source":{"type":"directory","target":"web01"},"distro":{"name":"debian","version":"12","idLike":[]},"descriptor":{"name":"grype","version":"0.80.0","timestamp":"{{taken}}"}
            """;
        return new ImportFindingRequest { Path = [estate.Write("grype.json", subjectFirst ? $"{{{about},{list}}}" : $"{{{list},{about}}}")] };
    }

    private async Task<ImportResult> Import(OperationRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return Assert.IsType<ImportResult>(Assert.Single(results));
    }

    private async Task<List<Finding>> Findings(DateTimeOffset? asOf = null) =>
        [.. (await estate.RunAsync(new GetExposureRequest { AsOf = asOf })).Results.Cast<Finding>()];
}
