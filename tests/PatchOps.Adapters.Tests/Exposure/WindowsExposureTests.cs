using System.Globalization;
using PatchOps.Core.Exposure.Windows;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Exposure;

/// <summary>Windows by articles: chains as Microsoft publishes them, holes and rings included.</summary>
public sealed class WindowsExposureTests : IAsyncLifetime
{
    private const string Server = "Windows Server 2022";
    private readonly ExposureEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData("KB5034770", FindingStatus.Fixed, "KB5034770 is installed")]
    [InlineData("5036909", FindingStatus.Fixed, "KB5036909 is installed and supersedes KB5035857, KB5034770")]
    [InlineData("KB5034129", FindingStatus.Affected, "no update at or above KB5034770")]
    public async Task A_cve_is_closed_by_any_update_at_or_above_the_fixing_one(string installed, FindingStatus status, string evidence)
    {
        await ImportAsync(Month("2024-Jan", ("CVE-2024-0001", "5034129", "5033118")), Month("2024-Feb", ("CVE-2024-0002", "5034770", "5034129")),
            Month("2024-Mar", ("CVE-2024-0003", "5035857", "5034770")), Month("2024-Apr", ("CVE-2024-0004", "5036909", "5035857")));
        estate.Install(Product("srv1"), Update("srv1", installed.StartsWith("KB", StringComparison.Ordinal) ? installed : "KB" + installed));
        var finding = await estate.OneAsync(new GetExposureRequest { Cve = ["CVE-2024-0002"] });
        Assert.Equal(status, finding.Status);
        Assert.Contains(evidence, finding.Evidence, StringComparison.Ordinal);
        Assert.Equal("KB5034770", finding.Patch);
    }

    [Fact]
    public async Task Hosts_differ_by_their_own_updates_only()
    {
        await ImportAsync(Month("2024-Feb", ("CVE-2024-0002", "5034770", "")), Month("2024-Mar", ("CVE-2024-0003", "5035857", "5034770")));
        estate.Install(Product("old"), Update("old", "KB5000001"), Product("new"), Update("new", "KB5035857"), Product("unread"));
        var findings = await estate.AskAsync(new GetExposureRequest { Cve = ["CVE-2024-0002"] });
        Assert.Equal([("new", FindingStatus.Fixed), ("old", FindingStatus.Affected), ("unread", FindingStatus.Unknown)], findings.Select(f => (f.Asset, f.Status)).Order());
        Assert.Contains("no list of the host's updates", findings.Single(f => f.Asset == "unread").Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain(await estate.AskAsync(), f => f.Package.StartsWith("KB", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ring_and_a_hole_prove_nothing_and_are_named()
    {
        await ImportAsync(
            Month("2024-Feb", ("CVE-2024-0002", "5034770", "5035857")), Month("2024-Mar", ("CVE-2024-0003", "5035857", "5034770;5030000")));
        estate.Install(Product("srv1"), Update("srv1", "KB5035857"));
        var finding = await estate.OneAsync(new GetExposureRequest { Cve = ["CVE-2024-0002"] });
        Assert.Equal(FindingStatus.Affected, finding.Status);
        Assert.Contains("KB5034770, KB5035857 supersede each other", finding.Evidence, StringComparison.Ordinal);
        var view = Assert.IsType<PatchArticle>(Assert.Single((await estate.Estate.RunAsync(new GetAdvisoryRequest { Id = ["KB5035857"] })).Results));
        Assert.Contains(view.Gaps, g => g.Contains("KB5030000", StringComparison.Ordinal) && g.Contains("no record", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_products_chain_is_not_borrowed()
    {
        await ImportAsync(Month("2024-Feb", ("CVE-2024-0002", "5034770", "")), Month("2024-Mar", ("CVE-2024-0003", "5035857", "5034770")).Replace(Server, "Windows Server 2019", StringComparison.Ordinal));
        estate.Install(Product("srv1"), Update("srv1", "KB5035857"));
        Assert.Equal(FindingStatus.Affected, (await estate.OneAsync(new GetExposureRequest { Cve = ["CVE-2024-0002"] })).Status);
    }

    [Fact]
    public async Task An_article_is_seen_whole()
    {
        await ImportAsync(Month("2024-Feb", ("CVE-2024-0002", "5034770", "5034129")), Month("2024-Mar", ("CVE-2024-0003", "5035857", "5034770")));
        var (results, failures, _) = await estate.Estate.RunAsync(new GetAdvisoryRequest { Id = ["KB5035857", "KB1"] });
        var view = Assert.IsType<PatchArticle>(Assert.Single(results));
        Assert.Equal(["CVE-2024-0003"], view.Fixes);
        Assert.Equal(["CVE-2024-0002"], view.AlsoFixes);
        Assert.Equal(["KB5034770", "KB5034129"], view.Supersedes);
        Assert.True(view.RebootRequired);
        Assert.Contains("More Likely", view.Exploitability, StringComparison.Ordinal);
        Assert.Equal("AdvisoryNotFound", Assert.Single(failures).Failure.Code);
    }

    [Fact]
    public async Task A_plan_installs_only_the_head_of_a_chain_of_articles_and_what_no_chain_holds()
    {
        await ImportAsync(Month("2024-Jan", ("CVE-2024-0001", "5034129", "5033118")), Month("2024-Feb", ("CVE-2024-0002", "5034770", "5034129")), Month("2024-Mar", ("CVE-2024-0003", "5035857", "5034770")),
            Month("2024-Apr", ("CVE-2024-0009", "5099999", "")));
        estate.Install(Product("srv1"), Update("srv1", "KB5000001"), Product("srv2"), Update("srv2", "KB5035857"));
        Assert.Equal(4, (await estate.AskAsync(new GetExposureRequest { Asset = ["srv1"], Status = [FindingStatus.Affected] })).Select(f => f.Patch).Distinct().Count());
        var plan = Assert.Single((await estate.Estate.RunAsync(new NewPlanRequest { Name = "p", Patch = ["KB*"], TimeLimit = TimeSpan.Zero })).Results.OfType<PatchPlan>());
        Assert.Equal([("srv1", "KB5035857 KB5099999"), ("srv2", "KB5099999")], plan.Waves.SelectMany(w => w.Hosts).Select(h => (h.Asset, string.Join(' ', h.Patches.Select(p => p.Patch)))).Order());
    }

    [SkippableFact]
    public async Task Microsofts_own_documents_give_views_and_gaps()
    {
        var folder = Directory.CreateDirectory(estate.Estate.PathOf("msrc")).FullName;
        using (var tar = System.Diagnostics.Process.Start("tar", ["xJf", SharedData.Require("csaf/microsoft-msrc-raw-fixtures.tar.xz"), "-C", folder]))
        {
            await tar.WaitForExitAsync();
            Skip.If(tar.ExitCode != 0, "tar or xz is missing.");
        }
        foreach (var month in (string[])["2016-Apr", "2024-Mar"])
        {
            var (results, failures, _) = await estate.Estate.RunAsync(new ImportFeedRequest { Path = [Path.Combine(folder, "microsoft/cvrf/happy/cvrf", month)], Kind = Domain.Facts.FeedKind.Cvrf });
            Assert.Empty(failures);
            Assert.True(Assert.IsType<ImportResult>(results.Single()).Added > 0);
        }
        var views = (await estate.Estate.RunAsync(new GetAdvisoryRequest { Id = ["KB*"] })).Results.OfType<PatchArticle>().ToList();
        Assert.NotEmpty(views);
        Assert.Contains(views, v => v.Supersedes.Count > 0 && v.Gaps.Count > 0);
        Assert.All(views, v => Assert.NotEmpty(v.Fixes));
    }

    [Theory]
    [InlineData("Microsoft Windows Server 2022 Datacenter", "21H2", "64-bit", false, "Windows Server 2022")]
    [InlineData("Microsoft Windows Server 2012 R2 Standard", null, "64-bit", true, "Windows Server 2012 R2 (Server Core installation)")]
    [InlineData("Microsoft Windows 11 Pro", "23H2", "64-bit", false, "Windows 11 version 23H2 for x64-based Systems")]
    [InlineData("Microsoft Windows 10 Enterprise", "22H2", "ARM 64-bit Processor", false, "Windows 10 Version 22H2 for ARM64-based Systems")]
    [InlineData("Debian GNU/Linux", null, null, false, null)]
    public void A_release_is_called_as_advisories_call_it(string caption, string? release, string? architecture, bool core, string? expected) =>
        Assert.Equal(expected, WindowsProducts.AdvisoryName(caption, release, architecture, core));

    private async Task ImportAsync(params string[] months)
    {
        for (var i = 0; i < months.Length; i++)
        {
            var (_, failures, _) = await estate.Estate.RunAsync(new ImportFeedRequest { Path = [estate.Estate.Write(string.Create(CultureInfo.InvariantCulture, $"month{i}.xml"), months[i])] });
            Assert.Empty(failures);
        }
    }

    private static Software Product(string asset) => new() { Asset = asset, Package = Server, Version = "10.0.20348.1", Ecosystem = "Windows" };

    private static Software Update(string asset, string article) => new() { Asset = asset, Package = article, Version = article[2..], Ecosystem = "Windows" };

    private static string Month(string id, params (string Cve, string Kb, string Supersedes)[] entries) =>
        $"""
        <?xml version="1.0" encoding="utf-8"?>
        <cvrf:cvrfdoc xmlns:vuln="http://www.icasi.org/CVRF/schema/vuln/1.1" xmlns:prod="http://www.icasi.org/CVRF/schema/prod/1.1" xmlns:cvrf="http://www.icasi.org/CVRF/schema/cvrf/1.1">
        <cvrf:DocumentTitle>Updates</cvrf:DocumentTitle><cvrf:DocumentType>Security Update</cvrf:DocumentType>
        <cvrf:DocumentPublisher Type="Vendor"><cvrf:ContactDetails>secure@microsoft.com</cvrf:ContactDetails><cvrf:IssuingAuthority>MSRC</cvrf:IssuingAuthority></cvrf:DocumentPublisher>
        <cvrf:DocumentTracking><cvrf:Identification><cvrf:ID>{id}</cvrf:ID></cvrf:Identification><cvrf:Status>Final</cvrf:Status><cvrf:Version>1.0</cvrf:Version>
        <cvrf:InitialReleaseDate>2024-03-12T07:00:00</cvrf:InitialReleaseDate><cvrf:CurrentReleaseDate>2024-03-12T07:00:00</cvrf:CurrentReleaseDate></cvrf:DocumentTracking>
        <prod:ProductTree><prod:FullProductName ProductID="11923">{Server}</prod:FullProductName></prod:ProductTree>
        {string.Concat(entries.Select((e, i) => $"""
            <vuln:Vulnerability Ordinal="{i + 1}"><vuln:Title>A flaw</vuln:Title><vuln:CVE>{e.Cve}</vuln:CVE>
            <vuln:ProductStatuses><vuln:Status Type="Known Affected"><vuln:ProductID>11923</vuln:ProductID></vuln:Status></vuln:ProductStatuses>
            <vuln:Threats><vuln:Threat Type="Exploit Status"><vuln:Description>Publicly Disclosed:No;Exploited:No;Latest Software Release:Exploitation More Likely</vuln:Description></vuln:Threat></vuln:Threats>
            <vuln:Remediations><vuln:Remediation Type="Vendor Fix"><vuln:Description>{e.Kb}</vuln:Description><vuln:Supercedence>{e.Supersedes}</vuln:Supercedence>
            <vuln:ProductID>11923</vuln:ProductID><vuln:RestartRequired>Yes</vuln:RestartRequired><vuln:SubType>Security Update</vuln:SubType></vuln:Remediation></vuln:Remediations>
            </vuln:Vulnerability>
            """))}
        </cvrf:cvrfdoc>
        """;
}
