using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Feeds;

public class MappingTests
{
    [Fact]
    public void NVD_trees_keep_and_or_negate_and_running_on()
    {
        const string Text = """
            {"cve":{"id":"CVE-2024-1000","configurations":[
              {"operator":"AND","nodes":[
                {"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:v:app:*:*:*:*:*:*:*:*","versionStartExcluding":"1","versionEndIncluding":"2"}]},
                {"operator":"OR","negate":true,"cpeMatch":[{"vulnerable":false,"criteria":"cpe:2.3:o:v:os:-:*:*:*:*:*:*:*"}]}]},
              {"nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:v:other:1:*:*:*:*:*:*:*"}]}]}]}}
            """;
        var tree = Assert.Single(FeedText.Read(FeedKind.Nvd, Text).Records<VulnerabilityRecord>()).Cpe!;
        Assert.Equal("-1&0|0|!-1|", tree.Shape);
        Assert.Equal(tree.Nodes, CpeTree.ParseShape(tree.Shape));
        Assert.Equal(new CpeMatch(1, true, "cpe:2.3:a:v:app:*:*:*:*:*:*:*:*", "1", false, "2", true), tree.Matches[0]);
        Assert.True(tree.Evaluate(m => m.Criteria.Contains(":app:", StringComparison.Ordinal)));
        Assert.False(tree.Evaluate(m => m.Criteria.Contains(":app:", StringComparison.Ordinal) || m.Criteria.Contains(":os:", StringComparison.Ordinal)));
        Assert.True(tree.Evaluate(m => m.Criteria.Contains(":other:", StringComparison.Ordinal)));
        Assert.False(tree.Evaluate(_ => false));
    }

    [Fact]
    public void A_rejected_CVE_stays_known_and_affects_nothing()
    {
        var record = Assert.Single(FeedText.Read(FeedKind.Nvd, """
            {"id":"CVE-2024-1000","sourceIdentifier":"x","vulnStatus":"Rejected","configurations":[{"nodes":[{"operator":"OR","cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:v:p:1:*:*:*:*:*:*:*"}]}]}]}
            """).Records<VulnerabilityRecord>());
        Assert.Equal(VulnerabilityStatus.Rejected, record.Status);
        Assert.Null(record.Cpe);
        Assert.Equal(FeedText.FileDate, record.AsOf);
    }

    [Fact]
    public void The_next_page_of_a_paged_source_is_known()
    {
        var context = new FeedContext("p", FeedText.FileDate);
        var text = """{"resultsPerPage":1,"startIndex":2,"totalResults":9,"timestamp":"2024-01-02T03:04:05.000","vulnerabilities":[{"cve":{"id":"CVE-2024-1000"}}]}"""u8.ToArray();
        Assert.Single(Adapters.Feeds.FeedReaders.Of(FeedKind.Nvd).Read(new MemoryStream(text), context));
        Assert.Equal("3", context.NextCursor);
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero), context.DocumentDate);
    }

    [Fact]
    public void A_distributions_OSV_record_is_an_advisory_with_its_CVEs()
    {
        var advisory = Assert.Single(FeedText.Read(FeedKind.Osv, """
            {"id":"ALSA-2024:1","modified":"2024-01-02T03:04:05Z","related":["CVE-2024-1000","CVE-2024-1001"],"affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"xz"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"5.2.5-8.el9"}]}]}]}
            """).Records<AdvisoryRecord>());
        Assert.Equal(TrustRank.VendorAdvisory, advisory.Trust);
        Assert.Equal(["CVE-2024-1000", "CVE-2024-1001"], advisory.Vulnerabilities.Select(v => v.Id));
        Assert.Equal("5.2.5-8.el9", advisory.Affected[0].FixedVersion);
        Assert.Equal("ALSA-2024:1", Assert.Single(advisory.Patches).Id);
    }

    [Fact]
    public void Debians_OSV_records_name_source_package_and_fixed_version()
    {
        var record = Assert.Single(FeedText.Read(FeedKind.Osv, """
            {"id":"DEBIAN-CVE-2024-1000","modified":"2024-01-02T03:04:05Z","upstream":["CVE-2024-1000"],"affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.11-1"}]}]}]}
            """).Records<VulnerabilityRecord>());
        Assert.Equal(["CVE-2024-1000"], record.Aliases);
        Assert.Equal(["deb:openssl/3.0.11-1"], record.Affected[0].Patches);
        Assert.True(record.Affected[0].IsSourcePackage);
    }

    [Fact]
    public void An_ecosystems_patch_is_its_package_URL_with_version_and_withdrawn_affects_nothing()
    {
        const string Text = """{"id":"GHSA-1","modified":"2024-01-02T03:04:05Z",@"affected":[{"package":{"ecosystem":"npm","name":"@s/p"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"}]}]}]}""";
        var live = Assert.Single(FeedText.Read(FeedKind.Osv, Text.Replace("@\"", "\"", StringComparison.Ordinal)).Records<VulnerabilityRecord>());
        Assert.Equal(["pkg:npm/%40s/p@1.2.3"], live.Affected[0].Patches);
        var gone = Assert.Single(FeedText.Read(FeedKind.Osv, Text.Replace("@\"", "\"withdrawn\":\"2024-02-02T00:00:00Z\",\"", StringComparison.Ordinal)).Records<VulnerabilityRecord>());
        Assert.Equal(VulnerabilityStatus.Withdrawn, gone.Status);
        Assert.Empty(gone.Affected);
    }

    [Fact]
    public void Versions_of_a_CVE_record_become_one_statement_per_status()
    {
        var record = Assert.Single(FeedText.Read(FeedKind.CveRecord, """
            {"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2024-1000","state":"PUBLISHED"},"containers":{"cna":{"providerMetadata":{"shortName":"acme"},"affected":[
             {"vendor":"acme","product":"app","defaultStatus":"affected","versions":[
               {"version":"1.0","lessThan":"2.0","status":"affected","versionType":"semver","changes":[{"at":"1.5","status":"unaffected"}]},
               {"version":"2.1","status":"unaffected"}]}]},
             "adp":[{"providerMetadata":{"shortName":"CISA-ADP"},"metrics":[{"other":{"type":"ssvc","content":{"options":[{"Exploitation":"Active"},{"Automatable":"no"},{"Technical Impact":"total"}]}}}],"affected":[{"vendor":"acme","product":"app","versions":[{"version":"n/a","status":"affected"}]}]}]}}
            """).Records<VulnerabilityRecord>());
        Assert.Equal([ProductStatus.Affected, ProductStatus.Affected, ProductStatus.NotAffected, ProductStatus.Unknown], record.Affected.Select(a => a.Status));
        Assert.Empty(record.Affected[0].Ranges);
        Assert.Equal(
            [new VersionEvent(VersionEventKind.Introduced, "1.0"), new(VersionEventKind.Fixed, "1.5"), new(VersionEventKind.Fixed, "2.0")], record.Affected[1].Ranges[0].Events);
        Assert.Equal(TrustRank.CisaAdp, record.Affected[3].Trust);
        Assert.Equal(("active", "no", "total"), (record.Ssvc!.Exploitation, record.Ssvc.Automatable, record.Ssvc.TechnicalImpact));
    }

    [Fact]
    public void CSAF_joins_products_status_justification_and_fix()
    {
        var advisory = Assert.Single(FeedText.Read(FeedKind.Csaf, """
            {"document":{"category":"csaf_vex","publisher":{"category":"vendor","name":"R","namespace":"https://www.redhat.com"},"title":"t","tracking":{"id":"CVE-2024-1000","version":"3","current_release_date":"2024-01-02T03:04:05Z"}},
             "product_tree":{"branches":[{"category":"vendor","name":"R","branches":[
               {"category":"product_name","name":"RHEL 9","product":{"name":"RHEL 9","product_id":"R9","product_identification_helper":{"cpe":"cpe:/a:redhat:enterprise_linux:9::appstream"}}},
               {"category":"product_version","name":"p","product":{"name":"p","product_id":"ps","product_identification_helper":{"purl":"pkg:rpm/redhat/python@3.9-1.el9?arch=src"}}},
               {"category":"product_version","name":"p","product":{"name":"p","product_id":"pl","product_identification_helper":{"purl":"pkg:rpm/redhat/python-libs@3.9-1.el9?arch=x86_64"}}},
               {"category":"product_version","name":"k","product":{"name":"kernel","product_id":"k","product_identification_helper":{"purl":"pkg:rpm/redhat/kernel"}}}]}],
              "relationships":[{"category":"default_component_of","full_product_name":{"name":"x","product_id":"R9:ps"},"product_reference":"ps","relates_to_product_reference":"R9"},
               {"category":"default_component_of","full_product_name":{"name":"x","product_id":"R9:pl"},"product_reference":"pl","relates_to_product_reference":"R9"},
               {"category":"default_component_of","full_product_name":{"name":"x","product_id":"R9:k"},"product_reference":"k","relates_to_product_reference":"R9"}]},
             "vulnerabilities":[{"cve":"CVE-2024-1000","flags":[{"label":"vulnerable_code_not_present","product_ids":["R9:k"]}],
               "product_status":{"fixed":["R9:ps","R9:pl"],"known_not_affected":["R9:k"]},
               "remediations":[{"category":"vendor_fix","url":"https://access.redhat.com/errata/RHSA-2024:1","product_ids":["R9:ps","R9:pl"],"restart_required":{"category":"machine"}}],
               "scores":[{"cvss_v3":{"version":"3.1","vectorString":"CVSS:3.1/AV:N","baseScore":5.3},"products":["R9:ps"]}]}]}
            """).Records<AdvisoryRecord>());
        Assert.Equal(("csaf:redhat", "3", TrustRank.VendorVex), (advisory.Source, advisory.Revision, advisory.Trust));
        var affected = Assert.Single(advisory.Vulnerabilities).Affected;
        Assert.Equal(["python", "python-libs", "kernel"], affected.Select(a => a.Name));
        Assert.Equal("3.9-1.el9", affected[1].FixedVersion);
        Assert.Equal(["rpm:python/3.9-1.el9"], affected[1].Patches);
        Assert.Equal("Red Hat:enterprise_linux:9::appstream", affected[1].Ecosystem);
        Assert.Equal((ProductStatus.NotAffected, "vulnerable_code_not_present"), (affected[2].Status, affected[2].Justification));
        Assert.True(Assert.Single(advisory.Patches).RebootRequired);
    }

    [Theory]
    [InlineData("vers:generic/>=1.0|<2.0", "Introduced 1.0,Fixed 2.0")]
    [InlineData("<=V3.1", "Introduced 0,LastAffected V3.1")]
    [InlineData("vers:all/*", "Introduced 0")]
    [InlineData("all versions up to and including 7", "")]
    public void CSAF_ranges_are_read_or_left_unknown(string text, string events) =>
        Assert.Equal(events, string.Join(',', Adapters.Feeds.Csaf.CsafRange.Parse(text)?.Events.Select(e => $"{e.Kind} {e.Version}") ?? []));

    [Fact]
    public void OpenVEX_statements_name_product_and_justification()
    {
        var document = Assert.Single(FeedText.Read(FeedKind.OpenVex, """
            {"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://e.org/1","author":"Acme","timestamp":"2024-01-02T03:04:05Z","version":2,"statements":[
             {"vulnerability":{"name":"CVE-2024-1000"},"products":[{"@id":"pkg:oci/app","subcomponents":[{"@id":"pkg:deb/debian/openssl@3.0?distro=debian-12"}]}],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}]}
            """).Records<AdvisoryRecord>());
        var affected = Assert.Single(Assert.Single(document.Vulnerabilities).Affected);
        Assert.Equal(("Debian:12", "openssl", "pkg:oci/app"), (affected.Ecosystem, affected.Name, affected.Platform));
        Assert.Equal((ProductStatus.NotAffected, "vulnerable_code_not_in_execute_path"), (affected.Status, affected.Justification));
        Assert.Equal(["3.0"], affected.Versions);
    }

    [Fact]
    public void The_Debian_tracker_says_fixed_open_and_never_affected_per_release()
    {
        var record = Assert.Single(FeedText.Read(FeedKind.DebianTracker, """
            {"openssl":{"CVE-2024-1000":{"description":"d","scope":"remote","releases":{
              "bullseye":{"status":"open","urgency":"low","nodsa":"Minor issue","nodsa_reason":""},
              "bookworm":{"status":"resolved","fixed_version":"3.0.11-1","urgency":"low"},
              "trixie":{"status":"resolved","fixed_version":"0","urgency":"low"}}}}}
            """).Records<VulnerabilityRecord>());
        Assert.Equal("openssl/CVE-2024-1000", record.Key);
        Assert.Equal(["Debian:11", "Debian:12", "Debian:13"], record.Affected.Select(a => a.Ecosystem));
        Assert.Equal([ProductStatus.Affected, ProductStatus.Affected, ProductStatus.NotAffected], record.Affected.Select(a => a.Status));
        Assert.Equal(["deb:openssl/3.0.11-1"], record.Affected[1].Patches);
        Assert.Contains("no DSA", record.Affected[0].Statement, StringComparison.Ordinal);
    }

    [Fact]
    public void Microsofts_JSON_gives_articles_what_they_supersede_and_fixed_builds()
    {
        var record = Assert.Single(FeedText.Read(FeedKind.Cvrf, """
            {"DocumentTitle":{"Value":"March"},"DocumentTracking":{"Identification":{"ID":{"Value":"2024-Mar"}},"InitialReleaseDate":"2024-03-12T07:00:00","CurrentReleaseDate":"2024-03-20T07:00:00"},
             "ProductTree":{"FullProductName":[{"ProductID":"11","Value":"Windows Server 2022"}]},
             "Vulnerability":[{"Title":{"Value":"Flaw"},"CVE":"CVE-2024-1000","ProductStatuses":[{"ProductID":["11"],"Type":3}],
               "Threats":[{"Description":{"Value":"Exploited:Yes"},"Type":1},{"Description":{"Value":"Critical"},"ProductID":["11"],"Type":3}],
               "Remediations":[{"Description":{"Value":"5035857"},"Supercedence":"5034770","ProductID":["11"],"Type":2,"RestartRequired":{"Value":"Yes"},"SubType":"Security Update","FixedBuild":"10.0.20348.2340"}]}]}
            """).Records<VulnerabilityRecord>());
        Assert.Equal(("cvrf:microsoft", "2024-Mar/CVE-2024-1000", "Critical", "Exploited:Yes"), (record.Source, record.Key, record.Severity, record.Exploitation));
        var patch = Assert.Single(record.Patches);
        Assert.Equal(("KB5035857", true), (patch.Id, patch.RebootRequired));
        Assert.Equal(["KB5034770"], patch.Supersedes);
        Assert.Equal(("Windows", "10.0.20348.2340"), (record.Affected[0].Ecosystem, record.Affected[0].FixedVersion));
        Assert.Equal(["KB5035857"], record.Affected[0].Patches);
    }

    [Fact]
    public void Updateinfo_names_patches_by_source_package_and_says_when_to_restart()
    {
        var advisory = Assert.Single(FeedText.Read(FeedKind.RpmRepository, """
            <?xml version="1.0"?><updates><update type="security" version="1"><id>ALSA-2022:4940</id><issued date="2022-06-08 00:00:00"/>
             <references><reference id="CVE-2022-1271" type="cve"/></references><pkglist><collection>
              <package name="xz-libs" version="5.2.5" release="8.el9_0" epoch="0" arch="x86_64" src="xz-5.2.5-8.el9_0.src.rpm"><reboot_suggested>True</reboot_suggested></package>
              <package name="xz-libs" version="5.2.5" release="8.el9_0" epoch="0" arch="i686" src="xz-5.2.5-8.el9_0.src.rpm"/></collection></pkglist></update></updates>
            """).Records<AdvisoryRecord>());
        Assert.Equal(["CVE-2022-1271"], advisory.Vulnerabilities.Select(v => v.Id));
        var patch = Assert.Single(advisory.Patches);
        Assert.Equal(("rpm:xz/5.2.5-8.el9_0", true), (patch.Id, patch.RebootRequired));
        Assert.Equal("AlmaLinux:9", Assert.Single(advisory.Affected).Ecosystem);
    }

    [Fact]
    public void Apt_packages_know_source_origin_and_security()
    {
        var items = FeedText.Read(
            FeedKind.AptRepository, "Package: libssl3\nSource: openssl (3.0.11-1)\nVersion: 3.0.11-1+b1\nArchitecture: amd64\nSize: 12\n\n",
            "/var/lib/apt/lists/security.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages");
        var package = Assert.Single(items.Records<PackageRecord>());
        Assert.Equal(("openssl", "3.0.11-1", "Debian:12", true), (package.SourceName, package.SourceVersion, package.Ecosystem, package.IsSecurity));
    }
}
