using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Versions;

public class PublishedVectorTests
{
    [SkippableTheory]
    [InlineData(VersionScheme.Dpkg, "deb-compare.tsv.gz", 7211)]
    [InlineData(VersionScheme.Rpm, "rpm-compare.tsv", 89)]
    [InlineData(VersionScheme.Alpine, "apk-compare.tsv.gz", 7356)]
    [InlineData(VersionScheme.SemVer, "semver-compare.tsv", 41)]
    [InlineData(VersionScheme.NuGet, "nuget-compare.tsv", 17)]
    [InlineData(VersionScheme.Maven, "maven-compare.tsv.gz", 7765)]
    [InlineData(VersionScheme.PyPI, "pypi-compare.tsv.gz", 6251)]
    public void Every_published_row_holds_both_ways_round_except_those_that_the_platform_contradicts(VersionScheme scheme, string file, int count)
    {
        var rows = VectorFile.Read(SharedData.Require($"versions/{file}"));
        Assert.Equal(count, rows.Count);
        var order = VersionSchemes.Get(scheme);
        var refused = new List<string>();
        var otherwise = new List<string>();
        foreach (var row in rows)
        {
            int forth, back, parsed;
            try
            {
                forth = order.Compare(row.Left, row.Right);
                back = order.Compare(row.Right, row.Left);
                parsed = order.Parse(row.Left).CompareTo(order.Parse(row.Right));
            }
            catch (FailureException e) when (e.Failure.Code == "VersionInvalid")
            {
                refused.Add(row.ToString());
                continue;
            }
            Assert.Equal(forth, -back);
            Assert.Equal(forth, parsed);
            if (!row.Accepts(forth)) otherwise.Add(row.ToString());
        }
        Assert.Equal(ContradictedRows.Refused(scheme), refused);
        Assert.Equal(ContradictedRows.Otherwise(scheme), otherwise);
    }

    [SkippableFact]
    public void What_apk_calls_invalid_is_refused_and_what_it_calls_valid_is_not()
    {
        var order = VersionSchemes.Get(VersionScheme.Alpine);
        var seen = 0;
        foreach (var line in File.ReadLines(SharedData.Require("versions/apk-validity-and-fuzzy.tsv")).Skip(1))
        {
            var text = line.Split('\t')[0];
            if (text.Length == 0 || text == "!" || text.Contains(' ', StringComparison.Ordinal)) continue;
            var valid = text[0] != '!';
            var version = valid ? text : text[1..];
            // apk 2 orders a number after the letter and older releases ship it (sudo 1.8.31p1), so these two are taken.
            var expected = valid || version is "0.1a1";
            Assert.True(expected == order.TryValidate(version, out var reason), $"'{version}': {reason ?? "valid"}");
            Assert.Equal(expected, reason is null);
            seen++;
        }
        Assert.Equal(30, seen);
    }
}
