using System.Text.Json;
using PatchOps.Core.Versions;
using PatchOps.Core.Versions.Npm;
using PatchOps.Domain.Versions;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Versions;

public class NpmFixtureTests
{
    private static readonly IVersionScheme Npm = VersionSchemes.Get(VersionScheme.Npm);

    [SkippableFact]
    public void Each_comparison_has_the_newer_version_first()
    {
        foreach (var row in Fixture("comparisons", 31))
        {
            Assert.Equal(1, Npm.Compare(Text(row, 0), Text(row, 1)));
            Assert.Equal(-1, Npm.Compare(Text(row, 1), Text(row, 0)));
        }
    }

    [SkippableFact]
    public void Each_equality_holds()
    {
        foreach (var row in Fixture("equality", 37)) Assert.True(Npm.Compare(Text(row, 0), Text(row, 1)) == 0, Text(row, 0) + " = " + Text(row, 1));
    }

    [SkippableFact]
    public void Valid_versions_are_valid_and_keep_their_parts()
    {
        foreach (var row in Fixture("valid-versions", 22))
        {
            Assert.True(Npm.TryValidate(Text(row, 0), out _));
            var label = string.Join('.', row[4].EnumerateArray().Select(p => p.ToString()));
            var canonical = $"{row[1]}.{row[2]}.{row[3]}" + (label.Length > 0 ? $"-{label}" : "");
            Assert.Equal(canonical, NpmRange.Parse($"={Text(row, 0)}", loose: true).ToString());
        }
    }

    [SkippableFact]
    public void Invalid_versions_are_refused_with_a_reason()
    {
        // Two of npm's rows are regular expressions and one is an object: in npm not text at all.
        foreach (var row in Fixture("invalid-versions", 10).Where(r => r[0].ValueKind == JsonValueKind.String))
        {
            Assert.False(Npm.TryValidate(Text(row, 0), out var reason));
            Assert.NotEmpty(reason!);
        }
    }

    [SkippableFact]
    public void Each_range_is_spelled_out_as_npm_spells_it()
    {
        foreach (var row in Fixture("range-parse", 133))
        {
            var (loose, prerelease) = Options(row, 2);
            var expected = row[1].ValueKind == JsonValueKind.Null ? null : Text(row, 1);
            Assert.Equal(expected, NpmRange.TryParse(Text(row, 0), loose, prerelease)?.ToString());
        }
    }

    [SkippableFact]
    public void Versions_below_a_range_are_below_it_and_others_are_not()
    {
        foreach (var row in Fixture("version-lt-range", 58)) AssertBelow(row, true);
        foreach (var row in Fixture("version-not-lt-range", 83)) AssertBelow(row, false);
    }

    [SkippableFact]
    public void Ranges_and_comparators_intersect_as_npm_says()
    {
        foreach (var row in Fixture("range-intersection", 54).Concat(Fixture("comparator-intersection", 34)))
        {
            var prerelease = row.GetArrayLength() > 3 && row[3].GetBoolean();
            NpmRange left = NpmRange.Parse(Text(row, 0), loose: false, prerelease), right = NpmRange.Parse(Text(row, 1), loose: false, prerelease);
            Assert.True(row[2].GetBoolean() == left.Intersects(right), $"{Text(row, 0)} with {Text(row, 1)}");
            Assert.Equal(row[2].GetBoolean(), right.Intersects(left));
        }
    }

    [Theory]
    [InlineData("^1.2.3", "1.9.0", true)]
    [InlineData("^1.2.3", "2.0.0", false)]
    [InlineData("^1.2.3", "1.9.0-beta", false)]
    [InlineData("^1.2.3-alpha", "1.2.3-beta", true)]
    [InlineData("~1.2", "1.2.99", true)]
    [InlineData("1.x || >=2.5.0 || 5.0.0 - 7.2.3", "2.4.9", false)]
    [InlineData("<1.0.0 || >=2.3.1 <2.4.5", "2.4.4", true)]
    [InlineData("*", "1.0.0-rc.1", false)]
    public void A_range_holds_what_it_says(string range, string version, bool holds) => Assert.Equal(holds, NpmRange.Parse(range).Contains(version));

    private static void AssertBelow(JsonElement row, bool expected)
    {
        var (loose, prerelease) = Options(row, 2);
        Assert.True(expected == NpmRange.Parse(Text(row, 0), loose, prerelease).IsAbove(Text(row, 1)), $"{Text(row, 1)} below {Text(row, 0)}");
    }

    private static List<JsonElement> Fixture(string name, int count)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.Require("versions/node-semver-fixtures.json")));
        var rows = document.RootElement.GetProperty(name).Clone().EnumerateArray().ToList();
        Assert.Equal(count, rows.Count);
        return rows;
    }

    private static string Text(JsonElement row, int index) => row[index].GetString()!;

    // npm takes either an object of options or, as it once was, true for loose.
    private static (bool Loose, bool Prerelease) Options(JsonElement row, int index)
    {
        if (row.GetArrayLength() <= index) return (false, false);
        var options = row[index];
        return options.ValueKind switch
        {
            JsonValueKind.True => (true, false),
            JsonValueKind.Object => (Flag(options, "loose"), Flag(options, "includePrerelease")),
            _ => (false, false),
        };
    }

    private static bool Flag(JsonElement options, string name) => options.TryGetProperty(name, out var value) && value.GetBoolean();
}
