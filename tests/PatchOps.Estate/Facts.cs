using System.Globalization;

namespace PatchOps.Estate;

/// <summary>A vulnerability: values as published. A vector or date that our sources do not hold is null.</summary>
internal sealed record CveFact(string Cve, string? Published, string? Vector, double? Score, string? Rater, string? Epss, string? Percentile);

internal sealed record KevFact(string Cve, string Vendor, string Product, string Name, string Added, string Due, string Ransomware);

/// <summary>One fix as the distribution or vendor published it.</summary>
internal sealed record FixFact(string Advisory, string Published, string Ecosystem, string Source, string Fixed, string[] Packages, string[] Cves)
{
    /// <summary>The id under which our readers know the patch.</summary>
    public string Patch => Ecosystem switch
    {
        "Debian:12" => $"deb:{Source}/{Fixed}",
        "Windows" => Fixed switch
        {
            "10.0.20348.2340" => "KB5035857",
            "10.0.20348.2582" => "KB5040437",
            _ => throw new InvalidOperationException($"No article is known for build {Fixed}."),
        },
        _ => Advisory,
    };
}

/// <summary>The real facts from which estates are made: tables beside this file, extracted once from public feeds.</summary>
internal static class Facts
{
    public static IReadOnlyList<CveFact> Cves { get; } = [.. Table("cves.csv").Select(r => new CveFact(
        r[0], Some(r[1]), Some(r[2]), Some(r[3]) is { } score ? double.Parse(score, CultureInfo.InvariantCulture) : null, Some(r[4]), Some(r[5]), Some(r[6])))];

    public static IReadOnlyList<KevFact> Kev { get; } = [.. Table("kev.csv").Select(r => new KevFact(r[0], r[1], r[2], r[3], r[4], r[5], r[6]))];

    public static IReadOnlyList<FixFact> Fixes { get; } = [.. Table("fixes.csv").Select(r => new FixFact(r[0], r[1], r[2], r[3], r[4], r[5].Split(';'), r[6].Split(';')))];

    /// <summary>Versions that a source package has had in its release, oldest first.</summary>
    public static IReadOnlyDictionary<(string Ecosystem, string Source), string[]> Versions { get; } =
        Table("versions.csv").ToDictionary(r => (r[0], r[1]), r => r[2].Split(';'));

    /// <summary>Package, version, source and architecture of what every Debian host has.</summary>
    public static IReadOnlyList<string[]> Base { get; } = [.. Table("base.csv")];

    private static string? Some(string text) => text.Length == 0 ? null : text;

    private static IEnumerable<string[]> Table(string name)
    {
        using var stream = typeof(Facts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The table {name} is not embedded.");
        using var reader = new StreamReader(stream);
        reader.ReadLine();
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line) rows.Add(Split(line));
        return rows;
    }

    private static string[] Split(string line)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var letter in line)
        {
            if (letter == '"') quoted = !quoted;
            else if (letter == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(letter);
        }
        fields.Add(field.ToString());
        return [.. fields];
    }
}
