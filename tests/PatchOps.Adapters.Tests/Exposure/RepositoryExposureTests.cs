using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Exposure;

/// <summary>What a dnf repository says of its packages: versions, and fixes in change logs.</summary>
public sealed class RepositoryExposureTests : IAsyncLifetime
{
    private const string Primary = """
        <?xml version="1.0" encoding="UTF-8"?>
        <metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">
        <package type="rpm"><name>openssl</name><arch>x86_64</arch><version epoch="1" ver="3.0.7" rel="27.el9"/><time file="1700000000" build="1700000000"/><size package="10"/>
        <location href="Packages/openssl.rpm"/><format><rpm:vendor>AlmaLinux</rpm:vendor><rpm:group>Unspecified</rpm:group><rpm:sourcerpm>openssl-3.0.7-27.el9.src.rpm</rpm:sourcerpm></format></package>
        </metadata>
        """;

    private const string Other = """
        <?xml version="1.0" encoding="UTF-8"?>
        <otherdata xmlns="http://linux.duke.edu/metadata/other" packages="1">
        <package pkgid="x" name="openssl" arch="x86_64"><version epoch="1" ver="3.0.7" rel="27.el9"/>
        <changelog author="A Body &lt;a@example.org&gt; - 1:3.0.7-25" date="1690000000">- Fix CVE-2026-4001</changelog>
        <changelog author="A Body &lt;a@example.org&gt; - 1:3.0.7-27" date="1695000000">- Fix CVE-2026-4002 completely</changelog>
        <changelog author="A Body &lt;a@example.org&gt; - 1:3.0.7-20" date="1680000000">- Fix CVE-2026-4002</changelog>
        <changelog author="Nobody" date="1660000000">- mentions CVE-2026-4003 without a version</changelog>
        </package></otherdata>
        """;

    private readonly ExposureEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_log_of_a_repository_opens_and_closes_findings(bool indexFirst)
    {
        // Either document may come first: what one knows the other does not take away.
        foreach (var (name, text) in indexFirst ? [("primary.xml", Primary), ("other.xml", Other)] : new[] { ("other.xml", Other), ("primary.xml", Primary) })
            Assert.Empty((await estate.Estate.RunAsync(new ImportFeedRequest { Path = [estate.Estate.Write(name, text)] })).Failures);
        Assert.Equal(1, (await ImportAsync("primary.xml", Primary)).Unchanged);
        estate.Install(
            new Software { Asset = "old", Package = "openssl", Version = "1:3.0.7-24.el9", Ecosystem = "AlmaLinux:9" },
            new Software { Asset = "between", Package = "openssl", Version = "1:3.0.7-25.el9", Ecosystem = "AlmaLinux:9" },
            new Software { Asset = "new", Package = "openssl", Version = "1:3.0.7-27.el9", Ecosystem = "AlmaLinux:9" },
            new Software { Asset = "other", Package = "openssl", Version = "1:3.0.7-24.el9", Ecosystem = "Rocky Linux:9" });
        var findings = await estate.AskAsync();
        Assert.Equal(
            [("between", "CVE-2026-4001", FindingStatus.Fixed), ("between", "CVE-2026-4002", FindingStatus.Affected), ("new", "CVE-2026-4001", FindingStatus.Fixed), ("new", "CVE-2026-4002", FindingStatus.Fixed),
                ("old", "CVE-2026-4001", FindingStatus.Affected), ("old", "CVE-2026-4002", FindingStatus.Affected)],
            findings.Select(f => (f.Asset, f.Cve!, f.Status)).Order());
        Assert.All(findings.Where(f => f.Status == FindingStatus.Affected), f => Assert.Equal("rpm:openssl/1:3.0.7-27.el9", f.Patch));
    }

    [Fact]
    public async Task What_a_repository_no_longer_lists_is_no_longer_on_offer()
    {
        var both = Primary.Replace("</metadata>", Package("28") + "</metadata>", StringComparison.Ordinal).Replace("packages=\"1\"", "packages=\"2\"", StringComparison.Ordinal);
        estate.Install(new Software { Asset = "a", Package = "openssl", Version = "1:3.0.7-24.el9", Ecosystem = "AlmaLinux:9" });
        await ImportAsync("primary.xml", both);
        Assert.Equal(["1:3.0.7-27.el9", "1:3.0.7-28.el9"], Offered());
        // Another document of the same repository says nothing about what this one lists.
        await ImportAsync("extras.xml", Primary.Replace(">openssl<", ">bash<", StringComparison.Ordinal));
        Assert.Equal(2, Offered().Length);
        // A copy that could not be read whole says nothing is gone.
        Assert.Equal(1, (await ImportAsync("primary.xml", Primary.Replace("</metadata>", Package("") + "</metadata>", StringComparison.Ordinal), failures: 1)).Rejected);
        Assert.Equal(2, Offered().Length);
        Assert.Contains("1 packages or versions are no longer listed", Assert.Single((await ImportAsync("primary.xml", Primary)).Notes), StringComparison.Ordinal);
        Assert.Equal(["1:3.0.7-27.el9"], Offered());

        string[] Offered() => [.. estate.Catalogue.Offered().Where(o => o.Name == "openssl").Select(o => o.Version).Order(StringComparer.Ordinal)];
        static string Package(string release) => release.Length == 0
            ? """<package type="rpm"><name></name><arch>x86_64</arch></package>"""
            : Primary[Primary.IndexOf("<package ", StringComparison.Ordinal)..Primary.IndexOf("</metadata>", StringComparison.Ordinal)].Replace("27.el9", $"{release}.el9", StringComparison.Ordinal);
    }

    private async Task<ImportResult> ImportAsync(string name, string text, int failures = 0)
    {
        var answer = await estate.Estate.RunAsync(new ImportFeedRequest { Path = [estate.Estate.Write(name, text)] });
        Assert.Equal(failures, answer.Failures.Count);
        return Assert.IsType<ImportResult>(Assert.Single(answer.Results));
    }
}
