using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Tests.Versions;

public class OrderPropertyTests
{
    public static TheoryData<VersionScheme> Schemes => [.. Enum.GetValues<VersionScheme>()];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void The_order_is_total_antisymmetric_and_transitive(VersionScheme scheme)
    {
        var order = VersionSchemes.Get(scheme);
        var version = VersionGenerators.Valid(scheme);
        var triple = version.SelectMany(a => version.SelectMany(b => version.Select(c => (a, b, c))));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(triple.ToArbitrary(), t =>
        {
            var ab = order.Compare(t.a, t.b);
            var bc = order.Compare(t.b, t.c);
            var ac = order.Compare(t.a, t.c);
            var sound = order.Compare(t.a, t.a) == 0 && ab is >= -1 and <= 1 && ab == -order.Compare(t.b, t.a);
            if (ab <= 0 && bc <= 0) sound &= ac <= 0;
            if (ab >= 0 && bc >= 0) sound &= ac >= 0;
            if (ab == 0) sound &= ac == bc;
            return sound && order.Parse(t.a).CompareTo(order.Parse(t.b)) == ab;
        }));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Any_text_is_either_ordered_or_refused_with_a_reason(VersionScheme scheme)
    {
        var order = VersionSchemes.Get(scheme);
        var text = VersionGenerators.Noise;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(text.ToArbitrary(), t =>
        {
            var valid = order.TryValidate(t, out var reason);
            if (valid) return reason is null && order.Compare(t, t) == 0;
            var refusal = Assert.Throws<PatchOps.Domain.FailureException>(() => order.Compare(t, t));
            return !string.IsNullOrEmpty(reason) && refusal.Failure.Code == "VersionInvalid";
        }));
    }

    [Fact]
    public void Windows_builds_are_ordered_as_lists_of_numbers()
    {
        var numbers = Gen.Choose(0, 30).ListOf(4);
        var pair = numbers.SelectMany(a => numbers.Select(b => (a, b)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(pair.ToArbitrary(), p =>
        {
            var expected = p.a.Zip(p.b, (x, y) => x.CompareTo(y)).FirstOrDefault(r => r != 0);
            return VersionSchemes.Get(VersionScheme.Windows).Compare(string.Join('.', p.a), string.Join('.', p.b)) == expected;
        }));
    }

    [Theory]
    [InlineData("10.0.20348.2340", "10.0.20348.2402", -1)]
    [InlineData("20348.2340", "10.0.20348.2340", 0)]
    [InlineData("20348.2402", "10.0.20348.2340", 1)]
    [InlineData("7601.24546", "10.0.10240.16384", -1)]
    [InlineData("6.1.7601", "7601.0", 0)]
    [InlineData("10.0.17763", "10.0.17763.0", 0)]
    [InlineData("15.2.1118.40", "15.2.1258.12", -1)]
    [InlineData("4.8.09214.01", "4.8.9214.1", 0)]
    public void Windows_builds_meet_in_both_spellings(string left, string right, int expected)
    {
        var order = VersionSchemes.Get(VersionScheme.Windows);
        Assert.Equal(expected, order.Compare(left, right));
        Assert.Equal(-expected, order.Compare(right, left));
    }
}
