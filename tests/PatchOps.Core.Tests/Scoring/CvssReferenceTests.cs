using System.Globalization;
using System.IO.Compression;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Scoring;

/// <summary>The oracle: published vectors with published scores.</summary>
public class CvssReferenceTests
{
    [SkippableFact]
    public void Every_reference_vector_scores_as_published()
    {
        var wrong = new List<string>();
        var rows = 0;
        foreach (var row in Rows(SharedData.Require("cvss/cvss-vectors.tsv.gz")))
        {
            rows++;
            var result = CvssCalculator.Score(row[1]);
            var isFour = row[0] == "4.0";
            var matches = result.Version == row[0]
                && (isFour ? result.Score : result.BaseScore) == Number(row[2])
                && (row[3].Length == 0 || (result.ThreatScore ?? result.BaseScore) == Number(row[3]))
                && (row[4].Length == 0 || Environmental(row[1], result) == Number(row[4]));
            if (!matches) wrong.Add($"{string.Join(' ', row)} got {result.BaseScore} {result.ThreatScore} {result.EnvironmentalScore}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {rows}: {string.Join('\n', wrong.Take(10))}");
        Assert.Equal(20_113, rows);
    }

    [SkippableFact]
    public void Every_nvd_vector_scores_and_rates_as_published()
    {
        var wrong = new List<string>();
        foreach (var row in Rows(SharedData.Require("cvss/nvd-in-the-wild-vectors.tsv")))
        {
            var result = CvssCalculator.Score(row[1]);
            if (result.BaseScore != Number(row[2]) || !result.Severity.ToString().Equals(row[3], StringComparison.OrdinalIgnoreCase))
                wrong.Add($"{string.Join(' ', row)} got {result}");
        }
        Assert.Empty(wrong);
    }

    /// <summary>Publishers' scores are dirty; where the reference library agrees with one, one of ours must, and ours always equal the library's.</summary>
    [SkippableFact]
    public void Every_vector_in_the_wild_scores_as_the_reference_library_says()
    {
        var wrong = new List<string>();
        foreach (var row in Rows(SharedData.Require("cvss/cna-in-the-wild-v4-and-temporal.tsv")))
        {
            var result = CvssCalculator.Score(row[1]);
            var threat = result.ThreatScore ?? result.BaseScore;
            double[] ours = [result.BaseScore, threat, Environmental(row[1], result)];
            var reference = row[4].Split('/').Select(s => s.Length == 0 ? (double?)null : Number(s)).ToArray();
            if (row[0] == "cvssV4_0") ours[0] = result.Score;
            var equal = !reference.Where((r, i) => r is { } value && value != ours[i]).Any();
            var agrees = row[5] != "yes" || ours.Contains(Number(row[2]));
            if (!equal || !agrees) wrong.Add($"{string.Join(' ', row)} got {string.Join('/', ours)}");
        }
        Assert.Empty(wrong);
    }

    /// <summary>Two libraries differ by 0.1 on these; ours never leaves their neighbourhood.</summary>
    [SkippableFact]
    public void Disputed_roundings_stay_within_a_tenth_of_a_reference()
    {
        foreach (var row in Rows(SharedData.Require("cvss/cvss-disputed-rounding.tsv")))
        {
            var result = CvssCalculator.Score(row[1]);
            var one = Triple(row[2]);
            var other = Triple(row[3]);
            double?[] ours = [result.BaseScore, result.ThreatScore, result.EnvironmentalScore];
            for (var i = 0; i < 3; i++)
            {
                if (ours[i] is not { } value || one[i] is not { } a || other[i] is not { } b) continue;
                Assert.True(value >= Math.Min(a, b) - 0.1001 && value <= Math.Max(a, b) + 0.1001, $"{row[1]}: {value}, not {a} or {b}");
            }
        }
    }

    /// <summary>
    /// The references always compute the environmental equation. It is not the base equation in 3.1 (changed scope has another
    /// polynomial), so for a vector without environmental metrics it is asked for with neutral ones.
    /// </summary>
    private static double Environmental(string vector, PatchOps.Domain.CvssResult result) =>
        result.EnvironmentalScore
        ?? (result.Version.StartsWith('3') ? CvssCalculator.Score(vector, CvssContext.Parse("CR:M")).EnvironmentalScore : null)
        ?? result.ThreatScore ?? result.BaseScore;

    private static double?[] Triple(string text) => text.Trim('(', ')').Split(',')
        .Select(s => double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var v) ? v : (double?)null).ToArray();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Rows(string path)
    {
        using Stream file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line.Split('\t');
    }
}
