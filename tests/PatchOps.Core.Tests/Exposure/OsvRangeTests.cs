using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Exposure.Ranges;
using PatchOps.Core.Intake;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Tests.Exposure;

public class OsvRangeTests
{
    private const int Highest = 6;

    [Fact]
    public void Any_list_of_events_is_evaluated_as_the_OSV_schema_writes_it_down()
    {
        var kind = Gen.Elements(RangeEventKind.Introduced, RangeEventKind.Introduced, RangeEventKind.Fixed, RangeEventKind.LastAffected, RangeEventKind.Limit, RangeEventKind.IntroducedAfter);
        var at = kind.SelectMany(k => Gen.Choose(0, Highest).Select(n => (Kind: k, Number: n)));
        var lists = Gen.Choose(0, 6).SelectMany(n => at.ListOf(n));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(lists.ToArbitrary(), events =>
        {
            var listed = events.ToList();
            var range = new OsvRange(VersionScheme.SemVer, listed.Select(e => new RangeEvent(e.Kind, Name(e.Number))));
            // Half steps ask between the events as well.
            for (var twice = 0; twice <= (2 * Highest) + 1; twice++)
            {
                var verdict = range.Contains(twice % 2 == 0 ? Name(twice / 2, atLeastOne: true) : $"{twice / 2}.5.0");
                var expected = Affected(listed, twice / 2.0) ? RangeStatus.Affected : RangeStatus.NotAffected;
                if (verdict.Status != expected) return false;
                if (verdict.FixedVersion is { } fix && !IsFirstFix(listed, twice / 2.0, int.Parse(fix.Split('.')[0]))) return false;
            }
            return true;
        }));
    }

    [Fact]
    public void A_verdict_names_the_deciding_event_and_the_fix()
    {
        var range = new OsvRange(VersionScheme.Dpkg, [new(RangeEventKind.Introduced, "0"), new(RangeEventKind.Fixed, "2.36-9+deb12u4")]);
        var affected = range.Contains("2.36-9+deb12u3");
        Assert.Equal(RangeStatus.Affected, affected.Status);
        Assert.Equal("2.36-9+deb12u4", affected.FixedVersion);
        Assert.Equal(new RangeEvent(RangeEventKind.Introduced, "0"), affected.DecidedBy);
        var repaired = range.Contains("2.36-9+deb12u4");
        Assert.Equal(RangeStatus.NotAffected, repaired.Status);
        Assert.Equal(RangeEventKind.Fixed, repaired.DecidedBy!.Kind);
        Assert.Equal(repaired, range.Contains(VersionSchemes.Get(VersionScheme.Dpkg).Parse("2.36-9+deb12u4")));
    }

    [Theory]
    [InlineData(VersionScheme.Dpkg, "0~alpha-1")]
    [InlineData(VersionScheme.SemVer, "0.0.0-0")]
    [InlineData(VersionScheme.PyPI, "0.dev0")]
    public void Introduced_at_zero_is_before_every_version(VersionScheme scheme, string lowest) =>
        Assert.Equal(RangeStatus.Affected, new OsvRange(scheme, [new(RangeEventKind.Introduced, "0")]).Contains(lowest).Status);

    [Fact]
    public void What_cannot_be_read_is_unknown_and_says_why()
    {
        var range = new OsvRange(VersionScheme.PyPI, [new(RangeEventKind.Introduced, "0"), new(RangeEventKind.Fixed, "1.0")]);
        var odd = range.Contains("not a version");
        Assert.Equal(RangeStatus.Unknown, odd.Status);
        Assert.Contains("not a version", odd.Reason, StringComparison.Ordinal);
        var broken = new OsvRange(VersionScheme.PyPI, [new(RangeEventKind.Introduced, "0"), new(RangeEventKind.Fixed, "soon")], ["0.9"]);
        Assert.Equal(RangeStatus.Unknown, broken.Contains("1.0").Status);
        Assert.Contains("soon", broken.Fault, StringComparison.Ordinal);
        Assert.Equal(RangeStatus.Affected, broken.Contains("0.9").Status);
    }

    [Fact]
    public void Without_a_scheme_only_listed_versions_are_recognised()
    {
        var range = new OsvRange(null, [new(RangeEventKind.Introduced, "0")], ["7.0.1"]);
        Assert.Equal(RangeStatus.Affected, range.Contains("7.0.1").Status);
        Assert.Equal(RangeStatus.Unknown, range.Contains("7.0.2").Status);
    }

    [Fact]
    public void Any_of_several_ranges_affects_and_unknown_beats_clear()
    {
        var old = new OsvRange(VersionScheme.SemVer, [new(RangeEventKind.Introduced, "1.0.0"), new(RangeEventKind.Fixed, "1.5.0")]);
        var unordered = new OsvRange(null, []);
        Assert.Equal(RangeStatus.Affected, new AnyRange([unordered, old]).Contains("1.2.0").Status);
        Assert.Equal(RangeStatus.Unknown, new AnyRange([unordered, old]).Contains("1.5.0").Status);
        Assert.Equal(RangeStatus.NotAffected, new AnyRange([old, old]).Contains("1.5.0").Status);
        Assert.Equal(RangeStatus.Unknown, new AnyRange([]).Contains("1.5.0").Status);
    }

    [Fact]
    public void A_published_statement_is_evaluated_by_its_ecosystems_order()
    {
        var statement = new AffectedProduct("npm", "left-pad")
        {
            Ranges = [new Intake.VersionRange(RangeKind.SemVer, [new(VersionEventKind.Fixed, "1.3.0"), new(VersionEventKind.IntroducedAfter, "1.0.0")])],
            Versions = ["0.0.3"],
        };
        var ranges = ProductRanges.Of(statement);
        Assert.Equal(RangeStatus.Affected, ranges.Contains("v1.2.9").Status);
        Assert.Equal("1.3.0", ranges.Contains("1.2.9").FixedVersion);
        Assert.Equal(RangeStatus.NotAffected, ranges.Contains("1.0.0").Status);
        Assert.Equal(RangeStatus.Affected, ranges.Contains("0.0.3").Status);
        Assert.Equal(RangeStatus.Affected, ProductRanges.Of(new AffectedProduct("", "any")).Contains("whatever").Status);
        var commits = new AffectedProduct("npm", "left-pad") { Ranges = [new Intake.VersionRange(RangeKind.Git, [new(VersionEventKind.Introduced, "0")])] };
        Assert.Equal(RangeStatus.Unknown, ProductRanges.Of(commits).Contains("1.0.0").Status);
        var custom = new AffectedProduct("", "thing") { Ranges = [new Intake.VersionRange(RangeKind.Custom, [new(VersionEventKind.Introduced, "0")]) { Scheme = "custom" }] };
        Assert.Equal(RangeStatus.Unknown, ProductRanges.Of(custom).Contains("1.0.0").Status);
    }

    // Zero as an event stands before all versions; as an installed version it is 0.0.0.
    private static string Name(int number, bool atLeastOne = false) => number == 0 && !atLeastOne ? "0" : $"{number}.0.0";

    // The schema's own algorithm, step by step (and NVD's exclusive start as one more event): sort, walk, then the limits.
    private static bool Affected(List<(RangeEventKind Kind, int Number)> events, double version)
    {
        var vulnerable = false;
        foreach (var (kind, number) in events.OrderBy(e => e.Number).ThenBy(e => e is { Kind: RangeEventKind.Introduced, Number: 0 } ? 0 : 1))
        {
            if (kind == RangeEventKind.Introduced && version >= number) vulnerable = true;
            else if (kind == RangeEventKind.IntroducedAfter && version > number) vulnerable = true;
            else if (kind == RangeEventKind.Fixed && version >= number) vulnerable = false;
            else if (kind == RangeEventKind.LastAffected && version > number) vulnerable = false;
        }
        var limits = events.Where(e => e.Kind == RangeEventKind.Limit).ToList();
        return vulnerable && (limits.Count == 0 || limits.Exists(l => version < l.Number));
    }

    private static bool IsFirstFix(List<(RangeEventKind Kind, int Number)> events, double version, int fix)
    {
        var unlimited = events.Where(e => e.Kind != RangeEventKind.Limit).ToList();
        if (fix <= version || !events.Contains((RangeEventKind.Fixed, fix)) || Affected(unlimited, fix)) return false;
        return Enumerable.Range(0, 2 * fix).Select(h => h / 2.0).Where(v => v >= version).All(v => Affected(unlimited, v));
    }
}
