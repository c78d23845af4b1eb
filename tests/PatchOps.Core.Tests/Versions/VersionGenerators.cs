using FsCheck;
using FsCheck.Fluent;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Tests.Versions;

/// <summary>Versions made of the pieces that matter to each scheme, few enough that ties and near misses are common.</summary>
internal static class VersionGenerators
{
    public static Gen<string> Noise { get; } = Pieces(
        0, 8, "0", "1", "9", "00", "a", "Z", ".", "-", "_", "~", "^", "+", ":", "!", " ", "rc", "v", "=", "x", "*", "é", "β", "\n", "99999999999999999999");

    /// <summary>What the scheme accepts.</summary>
    public static Gen<string> Valid(VersionScheme scheme) => Shaped(scheme).Where(v => VersionSchemes.Get(scheme).TryValidate(v, out _));

    private static Gen<string> Shaped(VersionScheme scheme) => scheme switch
    {
        VersionScheme.Dpkg => Join(
            Gen.Elements("", "", "", "", "0:", "1:", "01:", "+1:", "-0:"),
            Gen.Elements("0", "1", "2", "10"),
            Pieces(0, 5, "0", "1", "2", "9", "10", "a", "b", "Z", ".", "~", "+", "00", "~~", "-"),
            Gen.Elements("", "", "-0", "-1", "-1~", "-1.1", "-1+b1", "-a", "-01")),
        VersionScheme.Rpm => Join(
            Gen.Elements("", "", "", "0:", "1:", "01:", ":"),
            Pieces(1, 6, "0", "1", "2", "9", "10", "a", "b", "rc", ".", "~", "^", "_", "+", "00"),
            Gen.Elements("", "", "-", "-0", "-1", "-1.el7", "-1~a", "-1^a", "-.1")),
        VersionScheme.SemVer => Join(
            Gen.Elements("", "", "v"), Dotted(1, 4, "0", "1", "2", "10"), Label("0", "1", "2", "10", "a", "b", "B", "rc", "a-b", "-"), Gen.Elements("", "", "+1", "+b.x")),
        VersionScheme.NuGet => Join(
            Dotted(1, 4, "0", "1", "2", "10", "01"),
            Label("0", "1", "2", "01", "-1", "10", "a", "b", "B", "RC", "rc", "a-b", "-", "2147483648"),
            Gen.Elements("", "", "+1", "+b.x")),
        VersionScheme.Maven => Join(
            Dotted(1, 4, "0", "1", "2", "10", "01"),
            Pieces(0, 6, "-", ".", "-", ".", "0", "1", "10", "alpha", "a", "b", "m", "beta", "rc", "CR", "SNAPSHOT", "sp", "ga", "Final", "RELEASE", "jre", "x", "_")),
        VersionScheme.PyPI => Join(
            Gen.Elements("", "", "", "v", "1!", "0!"),
            Dotted(1, 4, "0", "1", "2", "10", "01"),
            Gen.Elements("", "", "a1", ".b2", "-rc.1", "alpha", "_c0", "PRE2", "a"),
            Gen.Elements("", "", ".post1", "-1", "r2", ".rev", "-0"),
            Gen.Elements("", "", ".dev1", "dev", "-DEV02"),
            Gen.Elements("", "", "+a", "+1", "+a.1", "+A-b", "+01", "+1_2", "+1a")),
        VersionScheme.Npm => Join(
            Gen.Elements("", "", "v", "=", " = v"),
            Dotted(3, 3, "0", "1", "2", "10", "01"),
            Gen.OneOf(Label("0", "1", "2", "10", "a", "b", "B", "rc", "a-b", "-"), Gen.Elements("beta", "-", "--1", "rc.1")),
            Gen.Elements("", "", "+1", "+b.x")),
        VersionScheme.Alpine => Join(
            Dotted(1, 4, "0", "1", "2", "10", "01", "00", "05"),
            Gen.Elements("", "", "", "a", "b", "p", "p1", "p2"),
            Pieces(0, 3, "_alpha", "_beta1", "_pre2", "_rc", "_cvs", "_git20240101", "_p", "_p1", "_hg0"),
            Gen.Elements("", "", "~12ab", "~ff"),
            Gen.Elements("", "", "-r0", "-r1", "-r10")),
        VersionScheme.Windows => Gen.OneOf(
            Dotted(1, 5, "0", "1", "2", "10", "010"),
            Join(Gen.Elements("", "10.0.", "6.1.", "6.3."), Gen.Elements("7601", "9600", "10240", "20348", "09600"), Gen.Elements("", ".0", ".1", ".2340"))),
        _ => throw new ArgumentOutOfRangeException(nameof(scheme)),
    };

    private static Gen<string> Label(params string[] identifiers) =>
        Gen.OneOf(Gen.Constant(""), Dotted(1, 3, identifiers).Select(l => $"-{l}"));

    private static Gen<string> Dotted(int fewest, int most, params string[] pieces) => Listed(fewest, most, pieces, ".");

    private static Gen<string> Pieces(int fewest, int most, params string[] pieces) => Listed(fewest, most, pieces, "");

    private static Gen<string> Listed(int fewest, int most, string[] pieces, string separator) =>
        Gen.Choose(fewest, most).SelectMany(n => Gen.Elements(pieces).ListOf(n)).Select(l => string.Join(separator, l));

    private static Gen<string> Join(params Gen<string>[] parts) =>
        parts.Aggregate((left, right) => left.SelectMany(l => right.Select(r => l + r)));
}
