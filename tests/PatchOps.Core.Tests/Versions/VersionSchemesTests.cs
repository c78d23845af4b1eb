using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Domain.Versions;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Versions;

public class VersionSchemesTests
{
    [Theory]
    [InlineData(VersionScheme.Dpkg, "1:1.0-1", "2.0-1", 1)]
    [InlineData(VersionScheme.Dpkg, "1.0~rc1-1", "1.0-1", -1)]
    [InlineData(VersionScheme.Dpkg, "1.0", "1.0-0", 0)]
    [InlineData(VersionScheme.Dpkg, "+9:1", "9:1", 0)]
    [InlineData(VersionScheme.Dpkg, "-0:2", "+1:1", -1)]
    [InlineData(VersionScheme.Rpm, "1.0~rc1-1", "1.0-1", -1)]
    [InlineData(VersionScheme.Rpm, "1.0^git1-1", "1.0-1", 1)]
    [InlineData(VersionScheme.Rpm, "3:1.0-1", "2.0-1", 1)]
    [InlineData(VersionScheme.SemVer, "1.0.0-rc.2", "1.0.0-rc.10", -1)]
    [InlineData(VersionScheme.SemVer, "v1.0.0+a", "1.0.0+b", 0)]
    [InlineData(VersionScheme.NuGet, "1.0", "1.0.0.0", 0)]
    [InlineData(VersionScheme.NuGet, "1.0-RC", "1.0-beta", 1)]
    [InlineData(VersionScheme.Maven, "1.0-alpha-1", "1.0", -1)]
    [InlineData(VersionScheme.Maven, "1.0.Final", "1", 0)]
    [InlineData(VersionScheme.Maven, "1.0.0.Alpha5", "1.0.0.Final", -1)]
    [InlineData(VersionScheme.PyPI, "1.0.dev1", "1.0a1", -1)]
    [InlineData(VersionScheme.PyPI, "1.0.post1", "1.0+local", 1)]
    [InlineData(VersionScheme.PyPI, "1!0.1", "2024.1", 1)]
    [InlineData(VersionScheme.Npm, "1.2.3beta", "=1.2.3-beta", 0)]
    [InlineData(VersionScheme.Alpine, "1.2_rc1", "1.2", -1)]
    [InlineData(VersionScheme.Alpine, "6.6.2p1-r0", "6.6.2p2-r0", -1)]
    [InlineData(VersionScheme.Windows, "10.0.19045.3930", "10.0.19045.4046", -1)]
    public void A_comparison_says_which_version_is_newer(VersionScheme scheme, string left, string right, int expected)
    {
        var comparison = VersionSchemes.Compare(scheme, left, right);
        Assert.Equal(new VersionComparison(left, right, scheme, expected), comparison);
        Assert.Equal(-expected, VersionSchemes.Compare(scheme, right, left).Result);
    }

    [Theory]
    [InlineData(VersionScheme.Dpkg, "abc")]
    [InlineData(VersionScheme.Dpkg, "x:1.0")]
    [InlineData(VersionScheme.Dpkg, "-1:1.0")]
    [InlineData(VersionScheme.Dpkg, "+:1.0")]
    [InlineData(VersionScheme.Dpkg, "1.0_2")]
    [InlineData(VersionScheme.Dpkg, "1.0-")]
    [InlineData(VersionScheme.Rpm, "1.0 1")]
    [InlineData(VersionScheme.SemVer, "1.02.3")]
    [InlineData(VersionScheme.SemVer, "1.2.x")]
    [InlineData(VersionScheme.NuGet, "1.2.3.4.5")]
    [InlineData(VersionScheme.Maven, "")]
    [InlineData(VersionScheme.PyPI, "1.0-final")]
    [InlineData(VersionScheme.Npm, "1.2")]
    [InlineData(VersionScheme.Alpine, "0.1_foobar")]
    [InlineData(VersionScheme.Windows, "10.0.x")]
    public void An_invalid_version_is_named_with_its_scheme_and_the_reason(VersionScheme scheme, string version)
    {
        var failure = Assert.Throws<FailureException>(() => VersionSchemes.Get(scheme).Compare(version, version)).Failure;
        Assert.Equal("VersionInvalid", failure.Code);
        Assert.Contains($"'{version}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"{scheme}", failure.Message, StringComparison.Ordinal);
        Assert.False(VersionSchemes.Get(scheme).TryValidate(version, out var reason));
        Assert.Contains(reason!, failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
    }

    [Fact]
    public void An_endless_version_is_quoted_in_part()
    {
        var failure = Assert.Throws<FailureException>(() => VersionSchemes.Get(VersionScheme.Dpkg).Parse(new string('x', 10_000_000))).Failure;
        Assert.InRange(failure.Message.Length, 1, 300);
    }

    [Fact]
    public void An_unknown_scheme_is_never_guessed()
    {
        Assert.Equal("SchemeUnknown", Assert.Throws<FailureException>(() => VersionSchemes.Get("cobol")).Failure.Code);
        Assert.Equal("SchemeUnknown", Assert.Throws<FailureException>(() => VersionSchemes.Get((VersionScheme)99)).Failure.Code);
        Assert.Equal("SchemeUnknown", Assert.Throws<FailureException>(() => EcosystemSchemes.Resolve("RubyGems")).Failure.Code);
        Assert.False(EcosystemSchemes.TryResolve("pkg:gem/rails@1", out _));
        Assert.False(EcosystemSchemes.TryResolve("", out _));
    }

    [Theory]
    [InlineData("Debian:12", VersionScheme.Dpkg)]
    [InlineData("Ubuntu:22.04:LTS", VersionScheme.Dpkg)]
    [InlineData("pkg:deb/debian/openssl@3.0.11-1", VersionScheme.Dpkg)]
    [InlineData("AlmaLinux:9", VersionScheme.Rpm)]
    [InlineData("Rocky Linux:8", VersionScheme.Rpm)]
    [InlineData("Red Hat:enterprise_linux:9::baseos", VersionScheme.Rpm)]
    [InlineData("Alpine:v3.18", VersionScheme.Alpine)]
    [InlineData("npm", VersionScheme.Npm)]
    [InlineData("PyPI", VersionScheme.PyPI)]
    [InlineData("pypi", VersionScheme.PyPI)]
    [InlineData("Maven", VersionScheme.Maven)]
    [InlineData("NuGet", VersionScheme.NuGet)]
    [InlineData("Go", VersionScheme.SemVer)]
    [InlineData("crates.io", VersionScheme.SemVer)]
    [InlineData("pkg:cargo/serde", VersionScheme.SemVer)]
    public void An_ecosystem_has_the_scheme_of_its_platform(string ecosystem, VersionScheme expected) =>
        Assert.Equal(expected, EcosystemSchemes.Resolve(ecosystem));

    [Fact]
    public void Schemes_are_found_by_name_whatever_the_case()
    {
        foreach (var scheme in Enum.GetValues<VersionScheme>())
        {
            Assert.Equal(scheme, VersionSchemes.Get(scheme).Scheme);
            Assert.Equal(scheme, VersionSchemes.Get($"{scheme}".ToUpperInvariant()).Scheme);
        }
    }

    [Theory]
    [InlineData(VersionScheme.Dpkg, "1:2.36-9+deb12u4", "1:2.36-9+deb12u7")]
    [InlineData(VersionScheme.Rpm, "0:3.10.0-1160.el7", "0:3.10.0-1160.2.1.el7")]
    [InlineData(VersionScheme.SemVer, "1.2.3-rc.1+build", "1.2.3-rc.2")]
    [InlineData(VersionScheme.NuGet, "1.2.3.4-RC.1", "1.2.3.4-rc.2")]
    [InlineData(VersionScheme.PyPI, "1!2.3rc1.post2.dev3+local.1", "1!2.3rc1.post2.dev3+local.2")]
    [InlineData(VersionScheme.Npm, "v1.2.3-rc.1", "=1.2.3-rc.2")]
    [InlineData(VersionScheme.Windows, "20348.2340", "10.0.20348.2341")]
    public void Comparing_allocates_nothing(VersionScheme scheme, string left, string right)
    {
        var order = VersionSchemes.Get(scheme);
        var sum = 0;
        var least = Allocations.Least(() =>
        {
            for (var i = 0; i < 1_000; i++) sum += order.Compare(left, right);
        });
        Assert.Equal(0, least);
        Assert.Equal(-5_000, sum);
    }

    [Fact]
    public void Parsed_versions_of_two_schemes_are_not_compared() =>
        Assert.Throws<ArgumentException>(() => VersionSchemes.Get(VersionScheme.Dpkg).Parse("1").CompareTo(VersionSchemes.Get(VersionScheme.Rpm).Parse("1")));
}
