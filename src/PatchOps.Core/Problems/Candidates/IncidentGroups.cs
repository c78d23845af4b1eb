using PatchOps.Core.Problems.Clustering;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Candidates;

/// <summary>Incidents of one pattern.</summary>
/// <param name="Number">From 0, the largest first.</param>
/// <param name="Incidents">In order of opening.</param>
internal sealed record IncidentGroup(int Number, IReadOnlyList<Incident> Incidents);

/// <summary>Clusters the incidents of a period, with what is known of the items they hit.</summary>
internal sealed class IncidentGroups
{
    private const int TermCount = 5;

    private readonly Dictionary<string, int> frequency = new(StringComparer.Ordinal);
    private readonly long texts;

    public IncidentGroups(ICatalogue catalogue, DateTimeOffset from, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        Assets = catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        All = [.. catalogue.Incidents(from, asOf)];
        var kinds = Assets.Values.ToDictionary(a => a.Id, KindOf, StringComparer.Ordinal);
        var symptoms = All.Select(i => new IncidentSymptom(i.Description, i.Category, i.ConfigurationItem is { } id ? kinds.GetValueOrDefault(id) : null, i.Opened)).ToList();
        var groups = IncidentClustering.Cluster(symptoms, cancellationToken);
        Groups = [.. Enumerable.Range(0, All.Count).Where(i => groups[i] >= 0).GroupBy(i => groups[i]).OrderBy(g => g.Key).Select(g => new IncidentGroup(g.Key, [.. g.Select(i => All[i])]))];
        foreach (var incident in All)
        {
            if (incident.Description is null) continue;
            texts++;
            foreach (var word in Tokens.Of(incident.Description).Distinct(StringComparer.Ordinal)) frequency[word] = frequency.GetValueOrDefault(word) + 1;
        }
    }

    public IReadOnlyDictionary<string, Asset> Assets { get; }

    public IReadOnlyList<Incident> All { get; }

    public IReadOnlyList<IncidentGroup> Groups { get; }

    /// <summary>Sort of an item: its role, where a tag says so, and its operating system; null where neither is known.</summary>
    public static string? KindOf(Asset asset)
    {
        var role = asset.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase));
        return role is null && asset.OperatingSystem is null ? null : $"{role}/{asset.OperatingSystem}";
    }

    /// <summary>Words that set incidents apart: frequent in them, rare elsewhere (class-based TF-IDF).</summary>
    public IReadOnlyList<string> Terms(IEnumerable<Incident> incidents)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var incident in incidents)
        {
            if (incident.Description is null) continue;
            foreach (var word in Tokens.Of(incident.Description).Distinct(StringComparer.Ordinal)) counts[word] = counts.GetValueOrDefault(word) + 1;
        }
        return [.. counts.OrderByDescending(c => c.Value * Math.Log(1 + (texts / (double)frequency.GetValueOrDefault(c.Key, 1)))).ThenBy(c => c.Key, StringComparer.Ordinal).Take(TermCount).Select(c => c.Key)];
    }
}
