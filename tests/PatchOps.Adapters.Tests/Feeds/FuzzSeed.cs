using System.Text;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Feeds;

/// <summary>A small sound document and where each of its records stands in it.</summary>
/// <param name="Name">Shown by the test runner.</param>
/// <param name="Kind">Who reads it.</param>
/// <param name="Bytes">The document.</param>
/// <param name="Spans">Key, first byte and byte after the last one of each record.</param>
/// <param name="Survives">Whether records outside a damaged place must survive.</param>
internal sealed record FuzzSeed(string Name, FeedKind Kind, byte[] Bytes, (string Key, int Start, int End)[] Spans, bool Survives)
{
    private const int Records = 3;

    public static IReadOnlyList<FuzzSeed> All { get; } =
    [
        Make("NVD 2.0 page", FeedKind.Nvd, "{\"resultsPerPage\":5,\"startIndex\":0,\"totalResults\":5,\"timestamp\":\"2024-01-02T03:04:05.000\",\"vulnerabilities\":[", ",", "]}", Nvd20),
        Make("NVD 2.0 lines", FeedKind.Nvd, "", "\n", "\n", Nvd20),
        Make("NVD 1.1 feed", FeedKind.Nvd, "{\n \"CVE_data_type\" : \"CVE\",\n \"CVE_Items\" : [ ", ", ", " ]\n}", Nvd11),
        Make("KEV JSON", FeedKind.Kev, "{\"catalogVersion\":\"2024.01.02\",\"dateReleased\":\"2024-01-02T03:04:05Z\",\"count\":3,\"vulnerabilities\":[", ",", "]}", Kev),
        Make("KEV CSV", FeedKind.Kev, "cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,knownRansomwareCampaignUse,notes,cwes\n", "\n", "\n", KevRow, survives: false),
        Make("EPSS", FeedKind.Epss, "#model_version:v1,score_date:2024-01-02T00:00:00+0000\ncve,epss,percentile\n", "\n", "\n", i => (Cve(i), $"{Cve(i)},0.0{i}12,0.{i}")),
        Make("CVE record lines", FeedKind.CveRecord, "", "\n", "\n", CveRecord),
        Make("CVE record list", FeedKind.CveRecord, "[", ",", "]", CveRecord),
        Make("OSV lines", FeedKind.Osv, "", "\n", "\n", Osv),
        Make("OSV list", FeedKind.Osv, "[", ",\n", "]", Osv),
        Make("CSAF lines", FeedKind.Csaf, "", "\n", "\n", Csaf),
        Make("OpenVEX lines", FeedKind.OpenVex, "", "\n", "\n", OpenVex),
        Make("CVRF XML", FeedKind.Cvrf, "<cvrfdoc xmlns=\"urn:c\"><ProductTree><FullProductName ProductID=\"1\">Windows</FullProductName></ProductTree>", "\n", "</cvrfdoc>", CvrfXml),
        Make("CVRF JSON", FeedKind.Cvrf, "{\"DocumentTracking\":{\"Identification\":{\"ID\":{\"Value\":\"\"}}},\"Vulnerability\":[", ",", "]}", CvrfJson),
        Make("CVRF by CVE", FeedKind.Cvrf, "{\"documenttracking\":{\"identification\":{\"id\":\"\"}},\"vulnerability\":[", ",", "]}", CvrfPerCve),
        Make("updateinfo", FeedKind.RpmRepository, "<?xml version=\"1.0\"?>\n<updates>", "\n", "</updates>", Update),
        Make("apt Packages", FeedKind.AptRepository, "", "\n\n", "\n", i => ($"p{i}/1.{i}/amd64", $"Package: p{i}\nVersion: 1.{i}\nArchitecture: amd64\nDescription: d\n more\nSize: 12"), survives: false),
        Make("Debian tracker", FeedKind.DebianTracker, "{", ", ", "}", Debian),
    ];

    public override string ToString() => Name;

    internal static string Cve(int i) => $"CVE-2024-100{i}";

    private static FuzzSeed Make(
        string name, FeedKind kind, string head, string separator, string tail, Func<int, (string Key, string Text)> record, bool survives = true)
    {
        var text = new StringBuilder(head);
        var spans = new List<(string, int, int)>();
        for (var i = 0; i < Records; i++)
        {
            if (i > 0) text.Append(separator);
            var (key, body) = record(i);
            spans.Add((key, text.Length, text.Length + body.Length));
            text.Append(body);
        }
        return new FuzzSeed(name, kind, Encoding.ASCII.GetBytes(text.Append(tail).ToString()), spans.ToArray(), survives);
    }

    private static string Fill(string text, int i) => text.Replace("@CVE", Cve(i), StringComparison.Ordinal)
        .Replace("@N", $"{i + 1}", StringComparison.Ordinal).Replace("@I", $"{i}", StringComparison.Ordinal).Replace("@@", "@", StringComparison.Ordinal);

    private static (string, string) Nvd20(int i) => (Cve(i),
        Fill("""{"cve":{"id":"@CVE","published":"2024-02-08T18:15:00.000","lastModified":"2024-02-18T20:41:00.000","vulnStatus":"Analyzed","descriptions":[{"lang":"en","value":"A \"quoted\" flaw\n"}],"metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"version":"3.1","vectorString":"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H","baseScore":6.7}}]},"weaknesses":[{"description":[{"lang":"en","value":"CWE-319"}]}],"configurations":[{"operator":"AND","nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*","versionEndExcluding":"7.5"}]}]}],"references":[{"url":"https://e.org/@I","tags":["Patch"]}]}}""", i));

    private static (string, string) Nvd11(int i) => (Cve(i),
        Fill("""{ "cve" : { "CVE_data_meta" : { "ID" : "@CVE" }, "problemtype" : { "problemtype_data" : [ { "description" : [ { "lang" : "en", "value" : "CWE-1" } ] } ] }, "description" : { "description_data" : [ { "lang" : "en", "value" : "text" } ] } }, "configurations" : { "nodes" : [ { "operator" : "OR", "children" : [ ], "cpe_match" : [ { "vulnerable" : true, "cpe23Uri" : "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*" } ] } ] }, "impact" : { "baseMetricV3" : { "cvssV3" : { "version" : "3.1", "baseScore" : 6.7 } } }, "publishedDate" : "2023-02-08T18:15Z" }""", i));

    private static (string, string) Kev(int i) => (Cve(i),
        Fill("""{"cveID":"@CVE","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2024-01-0@N","shortDescription":"s","requiredAction":"a","dueDate":"2024-02-01","knownRansomwareCampaignUse":"Known","notes":"","cwes":["CWE-1"]}""", i));

    private static (string, string) KevRow(int i) => (Cve(i), $"{Cve(i)},v,p,\"n, quoted\",2024-01-0{i + 1},s,\"say \"\"it\"\"\",2024-02-01,Known,,CWE-1");

    private static (string, string) CveRecord(int i) => (Cve(i),
        Fill("""{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"@CVE","state":"PUBLISHED","datePublished":"2024-01-02T03:04:05Z"},"containers":{"cna":{"descriptions":[{"lang":"en","value":"text"}],"affected":[{"vendor":"v","product":"p","versions":[{"version":"1","lessThan":"2","status":"affected","versionType":"semver"}]}],"references":[{"url":"https://e.org"}]},"adp":[{"metrics":[{"other":{"type":"ssvc","content":{"options":[{"Exploitation":"none"}]}}}]}]}}""", i));

    private static (string, string) Osv(int i) => ($"GHSA-x-{i}",
        Fill("""{"schema_version":"1.6.0","id":"GHSA-x-@I","modified":"2024-01-02T03:04:05Z","aliases":["@CVE"],"affected":[{"package":{"ecosystem":"npm","name":"p"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.2.3"}]}]}],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"}]}""", i));

    private static (string, string) Csaf(int i) => ($"RHSA-2024:{i}",
        Fill("""{"document":{"category":"csaf_vex","csaf_version":"2.0","publisher":{"category":"vendor","name":"v","namespace":"https://www.example.com"},"tracking":{"id":"RHSA-2024:@I","version":"1","current_release_date":"2024-01-02T03:04:05Z"}},"product_tree":{"full_product_names":[{"name":"p","product_id":"P1","product_identification_helper":{"purl":"pkg:rpm/redhat/p@@1-2?arch=src"}}]},"vulnerabilities":[{"cve":"@CVE","product_status":{"fixed":["P1"]},"flags":[{"label":"x","product_ids":["P1"]}]}]}""", i));

    private static (string, string) OpenVex(int i) => ($"https://e.org/{i}",
        Fill("""{"@@context":"https://openvex.dev/ns/v0.2.0","@@id":"https://e.org/@I","author":"a","timestamp":"2024-01-02T03:04:05Z","version":1,"statements":[{"vulnerability":{"name":"@CVE"},"products":[{"@@id":"pkg:npm/p@@1.0"}],"status":"not_affected","justification":"component_not_present"}]}""", i));

    private static (string, string) CvrfXml(int i) => (Cve(i),
        Fill("""<vuln:Vulnerability Ordinal="@I"><vuln:Title>t &amp; u</vuln:Title><vuln:CVE>@CVE</vuln:CVE><vuln:ProductStatuses><vuln:Status Type="Known Affected"><vuln:ProductID>1</vuln:ProductID></vuln:Status></vuln:ProductStatuses><vuln:Remediations><vuln:Remediation Type="Vendor Fix"><vuln:Description>503585@I</vuln:Description><vuln:ProductID>1</vuln:ProductID></vuln:Remediation></vuln:Remediations></vuln:Vulnerability>""", i));

    private static (string, string) CvrfJson(int i) => (Cve(i),
        Fill("""{"Title":{"Value":"t"},"Notes":[{"Title":"Description","Type":2,"Value":"d"}],"CVE":"@CVE","ProductStatuses":[{"ProductID":["1"],"Type":3}],"Threats":[{"Description":{"Value":"Important"},"Type":3}],"CVSSScoreSets":[{"BaseScore":7.8,"Vector":"CVSS:3.1/AV:L"}],"Remediations":[{"Description":{"Value":"503585@I"},"Supercedence":"5034765","ProductID":["1"],"Type":2,"RestartRequired":{"Value":"Yes"},"FixedBuild":"10.0.1"}]}""", i));

    private static (string, string) CvrfPerCve(int i) => (Cve(i),
        Fill("""{"ordinal":"@I","title":"t","notes":{"note":{"type":"Description","text":"d"}},"cve":"@CVE","productstatuses":{"status":{"type":"Known Affected","product_id":["1"]}},"threats":{"threat":[{"type":"Severity","description":"Important","product_id":"1"}]},"cvssscoresets":{"scoreset":[{"base_score":"7.8","vector":"CVSS:3.1/AV:L"}]},"remediations":{"remediation":[{"type":"Vendor Fix","description":"503585@I","supercedence":"5034765","product_id":["1"],"restart_required":"Yes"}]}}""", i));

    private static (string, string) Update(int i) => ($"ALSA-2022:494@I".Replace("@I", $"{i}", StringComparison.Ordinal),
        Fill("""<update from="a" status="final" type="security" version="1"><id>ALSA-2022:494@I</id><title>t</title><issued date="2022-06-08 00:00:00"/><references><reference href="h" id="@CVE" type="cve"/></references><pkglist><collection><package name="xz" version="5.2.5" release="8.el9_0" epoch="0" arch="x86_64" src="xz-5.2.5-8.el9_0.src.rpm"><filename>f</filename></package></collection></pkglist></update>""", i));

    private static (string, string) Debian(int i) => ($"pkg{i}/{Cve(i)}",
        Fill(""" "pkg@I": {"@CVE": {"scope": "local", "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "1-1"}, "fixed_version": "1-@N", "urgency": "low"}}}}""", i));
}
