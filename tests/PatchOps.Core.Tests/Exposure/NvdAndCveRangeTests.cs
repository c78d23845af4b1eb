using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Exposure.Ranges;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Tests.Exposure;

public class NvdAndCveRangeTests
{
    private const int Highest = 5;

    private static readonly Gen<RangeStatus> Statuses = Gen.Elements(RangeStatus.Affected, RangeStatus.NotAffected, RangeStatus.Unknown);

    [Fact]
    public void NVD_bounds_hold_exactly_what_lies_between()
    {
        var bound = Gen.Choose(-1, Highest).Select(n => n < 0 ? (int?)null : n);
        var four = bound.SelectMany(a => bound.SelectMany(b => bound.SelectMany(c => bound.Select(d => (a, b, c, d)))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(four.ToArbitrary(), t =>
        {
            var range = NvdRange.Between(VersionScheme.SemVer, Name(t.a), Name(t.b), Name(t.c), Name(t.d));
            for (var twice = 0; twice <= (2 * Highest) + 1; twice++)
            {
                var v = twice / 2.0;
                var inside = !(v < t.a) && !(v <= t.b) && !(v > t.c) && !(v >= t.d);
                var verdict = range.Contains(Half(twice));
                if (verdict.Status != (inside ? RangeStatus.Affected : RangeStatus.NotAffected)) return false;
                if (verdict.FixedVersion is { } fix && fix != Name(t.d)) return false;
            }
            return true;
        }));
    }

    [Fact]
    public void An_NVD_name_with_its_version_holds_that_version_in_any_spelling()
    {
        var range = NvdRange.Exactly(VersionScheme.Windows, "10.0.17763");
        Assert.Equal(RangeStatus.Affected, range.Contains("10.0.17763.0").Status);
        Assert.Equal(RangeStatus.NotAffected, range.Contains("10.0.17763.1").Status);
        Assert.Equal(RangeStatus.NotAffected, range.Contains("10.0.17762").Status);
        Assert.Equal(RangeStatus.Affected, NvdRange.Between(VersionScheme.SemVer).Contains("1.0.0").Status);
    }

    [Fact]
    public void A_bound_that_is_no_version_makes_the_NVD_range_unknown()
    {
        var verdict = NvdRange.Between(VersionScheme.SemVer, endExcluding: "r7p1").Contains("1.0.0");
        Assert.Equal(RangeStatus.Unknown, verdict.Status);
        Assert.Contains("r7p1", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void CVE_statements_are_evaluated_as_the_CVE_schema_writes_it_down()
    {
        var number = Gen.Choose(0, Highest);
        var change = number.SelectMany(n => Statuses.Select(s => (At: n, Status: s)));
        var statement =
            from version in number
            from status in Statuses
            from form in Gen.Choose(0, 3)
            from end in number
            from count in Gen.Choose(0, 2)
            from changes in change.ListOf(count)
            select (Version: version, Status: status, Form: form, End: end, Changes: changes.DistinctBy(c => c.At).ToList());
        var records = Gen.Choose(0, 3).SelectMany(n => statement.ListOf(n)).SelectMany(s => Statuses.Select(d => (Statements: s.ToList(), Default: d)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(records.ToArbitrary(), record =>
        {
            var range = new CveRange(
                VersionScheme.SemVer,
                record.Statements.Select(s => new CveVersionStatement(
                    Name(s.Version)!,
                    s.Status,
                    s.Form == 1 ? Name(s.End) : s.Form == 3 ? "*" : null,
                    s.Form == 2 ? Name(s.End) : null,
                    [.. s.Changes.Select(c => new CveVersionChange(Name(c.At)!, c.Status))])),
                record.Default);
            for (var twice = 0; twice <= (2 * Highest) + 1; twice++)
            {
                var verdict = range.Contains(Half(twice));
                if (verdict.Status != Expected(twice / 2.0)) return false;
                if (verdict.FixedVersion is not { } fix) continue;
                var at = int.Parse(fix.Split('.')[0]);
                if (verdict.Status != RangeStatus.Affected || at <= twice / 2.0) return false;
            }
            return true;

            RangeStatus Expected(double v)
            {
                foreach (var s in record.Statements)
                {
                    if (s.Form == 0)
                    {
                        if (v == s.Version) return s.Status;
                        continue;
                    }
                    var below = s.Form == 3 || (s.Form == 1 ? v < s.End : v <= s.End);
                    if (v < s.Version || !below) continue;
                    var status = s.Status;
                    foreach (var c in s.Changes.OrderBy(c => c.At))
                    {
                        if (c.At <= v) status = c.Status;
                    }
                    return status;
                }
                return record.Default;
            }
        }));
    }

    [Fact]
    public void A_fix_inside_a_CVE_range_is_named()
    {
        var range = new CveRange(
            VersionScheme.SemVer,
            [new CveVersionStatement("0", RangeStatus.Affected, LessThan: "*", Changes: [new CveVersionChange("1.2.8", RangeStatus.NotAffected)])],
            RangeStatus.NotAffected);
        var verdict = range.Contains("1.2.7");
        Assert.Equal("1.2.8", verdict.FixedVersion);
        Assert.Equal(RangeEventKind.Introduced, verdict.DecidedBy!.Kind);
        Assert.Equal(new RangeEvent(RangeEventKind.Changed, "1.2.8"), range.Contains("1.3.0").DecidedBy);
    }

    [Fact]
    public void A_CVE_range_that_ends_where_the_next_begins_is_not_called_fixed_there()
    {
        var range = new CveRange(
            VersionScheme.SemVer,
            [new CveVersionStatement("1.0.0", RangeStatus.Affected, LessThan: "2.0.0"), new CveVersionStatement("2.0.0", RangeStatus.Affected, LessThan: "2.1.0")]);
        Assert.Null(range.Contains("1.5.0").FixedVersion);
        Assert.Equal("2.1.0", range.Contains("2.0.5").FixedVersion);
        Assert.Equal(RangeStatus.Unknown, range.Contains("2.1.0").Status);
    }

    [Fact]
    public void A_CVE_version_of_a_type_without_order_is_told_by_its_spelling()
    {
        var range = new CveRange(null, [new CveVersionStatement("R7 SP1", RangeStatus.Affected), new CveVersionStatement("R1", RangeStatus.Affected, LessThan: "R6")]);
        Assert.Equal(RangeStatus.Affected, range.Contains("R7 SP1").Status);
        Assert.Equal(RangeStatus.Unknown, range.Contains("R3").Status);
    }

    private static string? Name(int? number) => number is null ? null : $"{number}.0.0";

    private static string Half(int twice) => $"{twice / 2}.{(twice % 2 == 0 ? 0 : 5)}.0";
}
