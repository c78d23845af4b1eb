using PatchOps.Domain.Versions;

namespace PatchOps.Core.Tests.Versions;

/// <summary>The rows of the published vectors that the platform itself contradicts, all of them, each group with the reason.</summary>
internal static class ContradictedRows
{
    // apk 3 ("apk version --check") takes none of these; the rows come from a scanner that orders text apk would not read, and one
    // from apk's own list, marked there as invalid.
    private static readonly string[] AlpineRefused =
    [
        ".1 < 1", ".2 > .1", "0...1...0 < 0...1...1", "0...1...0.r1 < 0...1...0.r2", "0..1..0 < 0..1..1", "0..8 > 0...8", "0..8 = 0..8",
        "0.8.21.r2 > 0.8.21.r1", "0.8.21.r2 < 0.8.21r2", "1 > .1", "1-r-0 < 1-r0", "1-r0-1 = 1-r-2", "1-r0-1 = 1-r0-2", "1-ruff2 = 1--ruff1",
        "1.0 < 1.0bc", "1.2 > 1.2_blah", "c = c",
    ];

    // Not PEP 440: packaging raises InvalidVersion for them and pip refuses them. The rows are the order that "legacy"
    // versions had in setuptools before 66 (2023), which placed them before every real version: 0.8.7p1 before 0.7.3.
    private static readonly string[] PyPIRefused =
    [
        "-class.-jw.util.version.Version- < 1.0.dev1", "-class.-jw.util.version.version-dev < 1.0", "-class.-jw.util.version.version-pre < 1.0",
        "0.1-bulbasaur < 0.1-charmander", "0.1-charmander < 0.9-doduo", "0.3m1 < 0.3m2", "0.4m1 < 0.4m2", "0.4m3 < 0.4m4", "0.4m4 < 0.4m5",
        "0.4m5 < 0.5m1", "0.5m1 < 0.5m2", "0.5m2 < 0.5m3", "0.5m3 < 0.5m4", "0.5m5 < 0.6m1", "0.6m2 < 0.6m3", "0.6m3 < 0.6m4", "0.6m5 < 0.6m6",
        "0.7.11p1 < 0.7.11p2", "0.7.11p3 < 0.8.1p1", "0.8.3p1 < 0.8.4p1", "0.8.7p1 < 0.7.3", "0.9-fearow < 0.9-gyarados",
        "0.9-gyarados < 0.9-horsea", "0.9-ivysaur < 1.0", "1.0beta6.1 < 1.0b6", "2.0.1rc2-git < 0.8",
        "2013-02-02T19:59:03+0100 < 2013-02-02T20:23:17+0100", "2013-02-02T20:23:17+0100 < 2013-02-08T17:40:57+0000",
        "2013-05-10T17:55:56+0200 < 2013-05-14T20:16:05+0200", "2013-06-01T10:32:51+0200 < 2013-07-19T09:11:08+0000",
        "2013-07-19T09:11:08+0000 < 2013-08-12T21:48:56+0200", "2013-08-12T21:48:56+0200 < 2013-09-11T19-27-10",
        "2014-01-12T15-52-10 < 0.2016.3.21", "4.11-final < 5.0-final", "5.0-final < 5.1", "a3 < 2.0b1",
    ];

    // Maven 3.8.7 and Maven 4 say the opposite of these nine: since 3.8.7 ".qualifier" and "-qualifier" are the same and zeros
    // before a qualifier don't count. The older rule that the rows follow is no order: 1.1 < 1.1-01-glassfish < 1.1.0.Beta1 < 1.1.
    private static readonly string[] MavenSince387 =
    [
        "1.0.0rc0 < 1.0.beta8", "1.1.0-01-glassfish < 1.1.0.Beta1", "1.1.34.sec10 < 1.1.34_noneautotype", "1.2.31.sec10 < 1.2.31_noneautotype",
        "1.2.50.sec10 < 1.2.50_noneautotype", "1.2.67.sec10 < 1.2.67_noneautotype", "1.2.8.sec10_noneautotype < 1.2.8_noneautotype", "2-1 < 2.0.a",
        "6.1.12.rc5 < 6.1.12rc1",
    ];

    // The first: Maven 4 says the opposite, 3.8.7 the same. The second: the POM reference places ".number" after "-number";
    // both implementations compare the nesting of their lists instead.
    private static readonly string[] MavenByTheWording = ["3.5.0-CR-2 < 3.5.0.Beta-1", "3.6.2.FL.20090615 < 3.6.2-FL-2009-05-11"];

    /// <summary>Rows with a version that the platform calls invalid, in the file's order.</summary>
    public static string[] Refused(VersionScheme scheme) => scheme switch
    {
        VersionScheme.Alpine => AlpineRefused,
        VersionScheme.PyPI => PyPIRefused,
        _ => [],
    };

    /// <summary>Rows that the platform orders the other way, in the file's order.</summary>
    public static string[] Otherwise(VersionScheme scheme) => scheme switch
    {
        VersionScheme.Maven => [.. MavenSince387.Concat(MavenByTheWording).Order(StringComparer.Ordinal)],
        _ => [],
    };
}
