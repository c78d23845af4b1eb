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
    public void Every_published_row_holds_both_ways_round_or_is_named_below(VersionScheme scheme, string file, int count)
    {
        var rows = VectorFile.Read(SharedData.Require($"versions/{file}"));
        Assert.Equal(count, rows.Count);
        var order = VersionSchemes.Get(scheme);
        var wrong = new List<string>();
        foreach (var row in rows)
        {
            var text = row.ToString();
            int forth, back;
            try
            {
                forth = order.Compare(row.Left, row.Right);
                back = order.Compare(row.Right, row.Left);
            }
            catch (FailureException e) when (e.Failure.Code == "VersionInvalid")
            {
                wrong.Add(text);
                continue;
            }
            Assert.Equal(forth, -back);
            if (!row.Accepts(forth)) wrong.Add(text);
        }
        Assert.Equal(Array.Empty<string>(), wrong);
    }
}
