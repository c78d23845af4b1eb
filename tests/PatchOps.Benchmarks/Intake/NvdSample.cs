using System.Globalization;
using System.Text;

namespace PatchOps.Benchmarks.Intake;

/// <summary>Made-up NVD 2.0 pages of any size, the same for the same seed; in the proportions of a real year.</summary>
internal static class NvdSample
{
    private static readonly string[] Words =
    [
        "buffer", "overflow", "in", "the", "parser", "of", "allows", "remote", "attackers", "to", "execute", "code", "via", "a", "crafted",
        "request", "before", "version", "improper", "validation", "leads", "denial", "service", "local", "user", "privileges", "component",
    ];

    /// <summary>Writes whole records until at least <paramref name="bytes"/> are out; returns their number.</summary>
    public static int Write(Stream output, long bytes, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        var records = 0;
        long written = 0;
        Put("{\"resultsPerPage\":1,\"startIndex\":0,\"totalResults\":1,\"format\":\"NVD_CVE\",\"version\":\"2.0\",\"timestamp\":\"2024-01-02T03:04:05.000\",\"vulnerabilities\":[");
        while (written < bytes)
        {
            text.Clear();
            if (records > 0) text.Append(',');
            Record(text, random, records++);
            Put(text.ToString());
        }
        Put("]}");
        return records;

        void Put(string s)
        {
            var b = Encoding.UTF8.GetBytes(s);
            output.Write(b);
            written += b.Length;
        }
    }

    private static void Record(StringBuilder t, Random random, int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"CVE-{2000 + (number % 25)}-{10000 + number}");
        t.Append("{\"cve\":{\"id\":\"").Append(id).Append("\",\"sourceIdentifier\":\"cve@example.org\",\"published\":\"2023-02-08T18:15:00.000\",")
            .Append("\"lastModified\":\"2023-02-18T20:41:00.000\",\"vulnStatus\":\"Analyzed\",\"descriptions\":[{\"lang\":\"en\",\"value\":\"");
        for (var i = random.Next(20, 60); i > 0; i--) t.Append(Words[random.Next(Words.Length)]).Append(' ');
        t.Append("\"}],\"metrics\":{\"cvssMetricV31\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\",\"cvssData\":{\"version\":\"3.1\",")
            .Append("\"vectorString\":\"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H\",\"attackVector\":\"LOCAL\",\"attackComplexity\":\"LOW\",")
            .Append("\"privilegesRequired\":\"HIGH\",\"userInteraction\":\"NONE\",\"scope\":\"UNCHANGED\",\"confidentialityImpact\":\"HIGH\",")
            .Append("\"integrityImpact\":\"HIGH\",\"availabilityImpact\":\"HIGH\",\"baseScore\":6.7,\"baseSeverity\":\"MEDIUM\"},")
            .Append("\"exploitabilityScore\":0.8,\"impactScore\":5.9}]},\"weaknesses\":[{\"source\":\"nvd@nist.gov\",\"type\":\"Primary\",")
            .Append("\"description\":[{\"lang\":\"en\",\"value\":\"CWE-").Append(random.Next(1, 999)).Append("\"}]}],\"configurations\":[{\"nodes\":[")
            .Append("{\"operator\":\"OR\",\"negate\":false,\"cpeMatch\":[");
        var matches = random.Next(1, 8);
        for (var i = 0; i < matches; i++)
        {
            if (i > 0) t.Append(',');
            t.Append("{\"vulnerable\":true,\"criteria\":\"cpe:2.3:a:vendor").Append(random.Next(500)).Append(":product").Append(random.Next(5000))
                .Append(":*:*:*:*:*:*:*:*\",\"versionStartIncluding\":\"").Append(random.Next(9)).Append(".0\",\"versionEndExcluding\":\"9.")
                .Append(random.Next(99)).Append("\",\"matchCriteriaId\":\"").Append(new Guid(random.Next(), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).Append("\"}");
        }
        t.Append("]}]}],\"references\":[");
        for (var i = 0; i < 3; i++)
        {
            if (i > 0) t.Append(',');
            t.Append("{\"url\":\"https://example.org/advisories/").Append(random.Next()).Append("\",\"source\":\"cve@example.org\",\"tags\":[\"Patch\",\"Vendor Advisory\"]}");
        }
        t.Append("]}}");
    }
}
