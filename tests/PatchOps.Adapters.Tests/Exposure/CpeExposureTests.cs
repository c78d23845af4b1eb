using PatchOps.Adapters.Store;
using PatchOps.Core.Exposure.Cpe;
using PatchOps.Core.Intake;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Exposure;

/// <summary>NVD's configurations, where nobody closer to the product says anything.</summary>
public sealed class CpeExposureTests : IAsyncLifetime
{
    private const string Nginx = "cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*", Server2022 = "cpe:2.3:o:microsoft:windows_server_2022:-:*:*:*:*:*:*:*";
    private readonly ExposureEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData("1.20.0", FindingStatus.Affected)]
    [InlineData("1.20.2", FindingStatus.NotAffected)]
    [InlineData("1.20.2-rc1", FindingStatus.Affected)]
    [InlineData("0.6.17", FindingStatus.NotAffected)]
    [InlineData("v1.20.1", FindingStatus.Affected)]
    [InlineData("not a version", FindingStatus.Unknown)]
    public async Task A_component_is_judged_by_the_range_of_its_match(string version, FindingStatus status)
    {
        estate.Install(Component("app", "nginx", version, "cpe:2.3:a:f5:nginx:*:*:*:*:*:*:*:*"));
        estate.Store(Nvd("CVE-2026-2001", [Range(Nginx, "0.6.18", "1.20.2")]));
        var finding = await estate.OneAsync();
        Assert.Equal(status, finding.Status);
        Assert.Equal(status == FindingStatus.Affected ? "1.20.2" : finding.FixedVersion, finding.FixedVersion);
        Assert.Contains("nvd (CVE-2026-2001)", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Running_on_a_platform_holds_only_where_the_platform_is()
    {
        estate.Install(Component("win", "app", "1.0", App), Component("win", "Windows Server 2022", "10.0.20348.1", Server2022, "Windows"));
        estate.Install(Component("other", "app", "1.0", App), Component("other", "Router OS", "7", "cpe:2.3:o:mikrotik:routeros:7:*:*:*:*:*:*:*"));
        estate.Install(Component("unread", "app", "1.0", App));
        estate.Store(Nvd("CVE-2026-2002", [Range(App, null, "2.0", 1), new CpeMatch(2, false, Server2022, null, false, null, false)], And));
        var findings = (await estate.AskAsync()).Where(f => f.Package == "app").ToDictionary(f => f.Asset);
        Assert.Equal((FindingStatus.Affected, FindingStatus.NotAffected, FindingStatus.Unknown), (findings["win"].Status, findings["other"].Status, findings["unread"].Status));
        Assert.Contains("running on", findings["unread"].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_Windows_is_a_platform_that_every_Windows_is()
    {
        estate.Install(Component("win", "app", "1.0", App), Component("win", "Windows Server 2022", "10.0.20348.1", Server2022, "Windows"));
        estate.Store(Nvd("CVE-2026-2002", [Range(App, null, "2.0", 1), new CpeMatch(2, false, "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:*:*", null, false, null, false)], And));
        Assert.Equal(FindingStatus.Affected, (await estate.AskAsync()).Single(f => f.Package == "app").Status);
    }

    [Fact]
    public async Task A_negated_condition_turns_round()
    {
        estate.Install(Component("with", "app", "1.0", App), Component("with", "guard", "3", Guard), Component("without", "app", "1.0", App));
        estate.Store(Nvd("CVE-2026-2003", [Range(App, null, "2.0", 1), new CpeMatch(2, false, Guard, null, false, null, false)],
            [new CpeNode(-1, CpeOperator.And, false), new CpeNode(0, CpeOperator.Or, false), new CpeNode(0, CpeOperator.Or, true)]));
        estate.Install(Component("without", "app", "1.0", App), Component("without", "Router OS", "7", "cpe:2.3:o:mikrotik:routeros:7:*:*:*:*:*:*:*"));
        var findings = (await estate.AskAsync()).Where(f => f.Package == "app").ToDictionary(f => f.Asset, f => f.Status);
        Assert.Equal((FindingStatus.NotAffected, FindingStatus.Affected), (findings["with"], findings["without"]));
    }

    [Theory]
    [InlineData("Debian:12")]
    [InlineData("AlmaLinux:9")]
    public async Task On_a_distributions_package_a_match_is_never_more_than_unknown(string ecosystem)
    {
        estate.Install(Component("deb", "nginx", "1.18.0-6", Nginx, ecosystem));
        estate.Store(Nvd("CVE-2026-2001", [Range(Nginx, null, "1.20.2")]));
        Assert.Equal(FindingStatus.Unknown, (await estate.OneAsync()).Status);
    }

    [Fact]
    public async Task A_closer_source_keeps_nvd_out()
    {
        estate.Install(Component("app", "nginx", "1.18.0-6", Nginx, "Debian:12"), Component("app", "lodash", "4.17.20", "cpe:2.3:a:lodash:lodash:4.17.20:*:*:*:*:node.js:*:*", "npm"));
        estate.Store(
            Nvd("CVE-2026-2001", [Range(Nginx, null, "1.20.2")]), Nvd("CVE-2026-2004", [Range("cpe:2.3:a:lodash:lodash:*:*:*:*:*:node.js:*:*", null, "4.17.21")]),
            new VulnerabilityRecord("debian-tracker", "CVE-2026-2001", "nginx/CVE-2026-2001")
            {
                Trust = TrustRank.VendorAdvisory, AsOf = ExposureEstate.Day,
                Affected = [new AffectedProduct("Debian:12", "nginx") { IsSourcePackage = true, Status = ProductStatus.NotAffected, Justification = "vulnerable_code_not_present" }],
            });
        var findings = (await estate.AskAsync()).ToDictionary(f => f.Package);
        Assert.Equal(2, findings.Count);
        Assert.Equal(FindingStatus.NotAffected, findings["nginx"].Status);
        Assert.StartsWith("debian-tracker", findings["nginx"].Evidence, StringComparison.Ordinal);
        Assert.Equal((FindingStatus.Affected, "pkg:npm/lodash@4.17.21"), (findings["lodash"].Status, findings["lodash"].Patch));
    }

    [Fact]
    public async Task A_rejected_vulnerability_and_another_edition_say_nothing()
    {
        estate.Install(Component("app", "plugin", "1.0", "cpe:2.3:a:acme:plugin:1.0:*:*:*:*:wordpress:*:*"));
        estate.Store(
            Nvd("CVE-2026-2005", [Range("cpe:2.3:a:acme:plugin:*:*:*:*:*:drupal:*:*", null, "2.0")]),
            Nvd("CVE-2026-2006", [Range("cpe:2.3:a:acme:plugin:*:*:*:*:*:wordpress:*:*", null, "2.0")]) with { Status = VulnerabilityStatus.Rejected });
        var finding = await estate.OneAsync();
        Assert.Equal(("CVE-2026-2005", FindingStatus.NotAffected), (finding.Cve, finding.Status));
    }

    [Fact]
    public void A_store_of_an_earlier_schema_learns_which_configurations_name_a_product()
    {
        var path = estate.Estate.PathOf("old.db");
        string[] criteria = [Nginx, @"cpe:2.3:a:perl:Module\:\:Load:1.0:*:*:*:*:*:*:*", Server2022];
        using (var connection = Database.Open(path, "facts", [.. FactsSchema.Migrations.Take(2)], durable: false).Connect())
        {
            for (var i = 0; i < criteria.Length; i++)
                Database.Execute(connection, $"INSERT INTO cpe_match(statement, ordinal, node, vulnerable, criteria, low_included, high_included) VALUES ({i + 1},0,0,1,'{criteria[i]}',0,0), ({i + 1},-1,0,0,'-1|',0,0)");
        }
        using var after = Database.Open(path, "facts", FactsSchema.Migrations, durable: false).Connect();
        using var command = after.CreateCommand();
        command.CommandText = "SELECT product FROM cpe_product ORDER BY statement";
        using var rows = command.ExecuteReader();
        var products = new List<string>();
        while (rows.Read()) products.Add(rows.GetString(0));
        Assert.Equal(criteria.Select(c => CpeName.TryParse(c, out var name) ? name.Product : null), products);
    }

    [Theory]
    [InlineData(@"cpe:2.3:a:perl:module\:\:load:1.0:*:*:*:*:*:*:*", @"a:perl:module\:\:load")]
    [InlineData("cpe:2.3:a:F5:NGINX:1:*:*:*:*:*:*:*", "a:f5:nginx")]
    [InlineData("cpe:2.3:a:f5:nginx:1", null)]
    [InlineData("cpe:/a:f5:nginx:1", null)]
    [InlineData(@"cpe:2.3:a:f5:nginx:1:*:*:*:*:*:*:\", null)]
    [InlineData("", null)]
    public void A_name_is_taken_apart_or_refused(string text, string? product) => Assert.Equal(product, CpeName.TryParse(text, out var name) ? name.Product : null);

    private const string App = "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*", Guard = "cpe:2.3:a:acme:guard:*:*:*:*:*:*:*:*";

    private static readonly CpeNode[] And = [new(-1, CpeOperator.And, false), new(0, CpeOperator.Or, false), new(0, CpeOperator.Or, false)];

    private static Software Component(string asset, string package, string version, string cpe, string? ecosystem = null) =>
        new() { Asset = asset, Package = package, Version = version, Cpe = cpe, Ecosystem = ecosystem };

    private static CpeMatch Range(string criteria, string? from, string to, int node = 0) => new(node, true, criteria, from, true, to, false);

    private static VulnerabilityRecord Nvd(string cve, CpeMatch[] matches, CpeNode[]? nodes = null) =>
        new("nvd", cve) { Trust = TrustRank.Nvd, AsOf = ExposureEstate.Day, Cpe = new CpeTree(nodes ?? [new CpeNode(-1, CpeOperator.Or, false)], matches) };
}
