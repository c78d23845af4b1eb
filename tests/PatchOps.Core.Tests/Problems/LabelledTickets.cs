using System.IO.Compression;

namespace PatchOps.Core.Tests.Problems;

/// <summary>Public tickets with topics that people gave them. Clustering sees the texts only; the topics are for measuring.</summary>
internal static class LabelledTickets
{
    public const string File = "itsm/it-ticket-texts-6000.csv.gz";

    public static (List<string?> Texts, List<string> Topics) Read(string path)
    {
        var (texts, topics) = (new List<string?>(), new List<string>());
        using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var comma = line.LastIndexOf(',');
            texts.Add(line[..comma].Trim('"'));
            topics.Add(line[(comma + 1)..]);
        }
        return (texts, topics);
    }
}

/// <summary>V-measure (Rosenberg and Hirschberg 2007): harmonic mean of homogeneity and completeness, 0 for chance and 1 for agreement.</summary>
internal static class VMeasure
{
    public static double Of(IReadOnlyList<string> topics, IReadOnlyList<int> groups)
    {
        double n = topics.Count;
        var topicCounts = topics.GroupBy(t => t).ToDictionary(g => g.Key, g => (double)g.Count());
        var groupCounts = groups.GroupBy(g => g).ToDictionary(g => g.Key, g => (double)g.Count());
        var both = Enumerable.Range(0, topics.Count).GroupBy(i => (Topic: topics[i], Group: groups[i])).Select(g => (g.Key, Count: (double)g.Count())).ToList();
        double Entropy(IEnumerable<double> counts) => -counts.Sum(c => c / n * Math.Log(c / n));
        var topic = Entropy(topicCounts.Values);
        var group = Entropy(groupCounts.Values);
        var homogeneity = topic == 0 ? 1 : 1 + (both.Sum(b => b.Count / n * Math.Log(b.Count / groupCounts[b.Key.Group])) / topic);
        var completeness = group == 0 ? 1 : 1 + (both.Sum(b => b.Count / n * Math.Log(b.Count / topicCounts[b.Key.Topic])) / group);
        return homogeneity + completeness == 0 ? 0 : 2 * homogeneity * completeness / (homogeneity + completeness);
    }
}
