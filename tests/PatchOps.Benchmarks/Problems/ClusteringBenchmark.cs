using System.Diagnostics;
using System.Globalization;
using PatchOps.Core.Problems.Clustering;
using PatchOps.Core.Tests.Problems;

namespace PatchOps.Benchmarks.Problems;

/// <summary>How well clustering agrees with the topics that people gave to public tickets, beside plain k-means; and how fast it is.</summary>
internal sealed class ClusteringBenchmark : IBenchmark
{
    private const int Seeds = 5;

    public string Name => "clustering";

    public int Run(string? folder)
    {
        var path = Path.Combine(folder ?? Path.Combine("..", "shared", "data"), LabelledTickets.File);
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"'{path}' is missing: name the folder that holds {LabelledTickets.File}.");
            return 2;
        }
        var (texts, topics) = LabelledTickets.Read(path);
        Print("what", "groups", "V median", "min", "max", "seconds");
        var clock = Stopwatch.StartNew();
        var own = IncidentClustering.Cluster([.. texts.Select(t => new IncidentSymptom(t, null, null, default))]);
        var count = own.Max() + 1;
        Row("LSA, nearest neighbours, modularity", count, [VMeasure.Of(topics, own)], clock.Elapsed);
        var rows = TermWeights.Of(texts);
        var space = LatentSpace.Project(rows, IncidentClustering.Dimensions);
        foreach (var k in new[] { topics.Distinct().Count(), 16, count, 64 })
        {
            clock.Restart();
            Row("plain k-means on TF-IDF", k, [.. Enumerable.Range(0, Seeds).Select(s => VMeasure.Of(topics, PlainKMeans.Cluster(rows, k, s)))], clock.Elapsed / Seeds);
            clock.Restart();
            Row("spherical k-means on LSA", k, [.. Enumerable.Range(0, Seeds).Select(s => VMeasure.Of(topics, SphericalKMeans.Cluster(space, k, 3, (ulong)s).Group))], clock.Elapsed / Seeds);
        }
        Console.WriteLine();
        Print("incidents", "groups", "seconds", "peak MB", "", "");
        foreach (var size in new[] { 10_000, 100_000, 300_000 })
        {
            var many = Variations(texts, size);
            clock.Restart();
            var groups = IncidentClustering.Cluster(many);
            Print(size.ToString("N0", CultureInfo.InvariantCulture), Text(groups.Max() + 1), clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), Text(Process.GetCurrentProcess().PeakWorkingSet64 >> 20), "", "");
        }
        return 0;
    }

    /// <summary>Every incident a text of its own: words dropped, one added, with category, kind of item and time.</summary>
    private static List<IncidentSymptom> Variations(List<string?> texts, int count)
    {
        var random = new Random(5);
        var words = texts.SelectMany(t => t!.Split(' ')).Distinct().ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => new IncidentSymptom(
            string.Join(' ', texts[random.Next(texts.Count)]!.Split(' ').Where(_ => random.NextDouble() < 0.8).Append(words[random.Next(words.Length)])),
            $"category {random.Next(30)}", $"kind {random.Next(10)}", DateTimeOffset.UnixEpoch.AddDays(700 * random.NextDouble())))];
    }

    private static void Row(string what, int groups, double[] values, TimeSpan time)
    {
        Array.Sort(values);
        Print(what, Text(groups), Number(values[values.Length / 2]), Number(values[0]), Number(values[^1]), time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture));
    }

    private static void Print(params string[] cells) => Console.WriteLine($"{cells[0],-38}{cells[1],8}{cells[2],12}{cells[3],10}{cells[4],10}{cells[5],10}");

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
