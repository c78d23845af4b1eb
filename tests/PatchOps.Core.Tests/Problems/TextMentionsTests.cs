using PatchOps.Core.Problems.Matching;

namespace PatchOps.Core.Tests.Problems;

/// <summary>Names of vulnerabilities and patches as people write them.</summary>
public sealed class TextMentionsTests
{
    [Theory]
    [InlineData("Scanner: cve-2024-28182, see (CVE-2023-44487).", "CVE-2024-28182", "CVE-2023-44487")]
    [InlineData("after KB 5034441 and kb5040437 the print spooler stops", "KB5034441", "KB5040437")]
    [InlineData("CVE-24-1 KB12 kb5034441x order 5034441 KBs 5034441")]
    [InlineData("")]
    [InlineData(null)]
    public void Ids_are_found_and_near_misses_are_not(string? text, params string[] ids) => Assert.Equal(ids, TextMentions.Ids(text));

    [Fact]
    public void Words_keep_what_patch_ids_are_made_of() =>
        Assert.Contains("deb:nghttp2/1.52.0-1+deb12u2", TextMentions.Words("needs deb:nghttp2/1.52.0-1+deb12u2."));
}
