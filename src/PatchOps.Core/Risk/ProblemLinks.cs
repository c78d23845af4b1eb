using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Open problems by item, patch and vulnerability, with how often each recurs on each item.</summary>
public sealed class ProblemLinks
{
    private readonly Dictionary<string, List<Linked>> byAsset = new(StringComparer.Ordinal);

    public ProblemLinks(ICatalogue catalogue, RiskPolicy policy, DateTimeOffset asOf, OutcomeLedger outcomes)
    {
        // A problem that was solved later was still open on that day.
        var problems = catalogue.Problems().Where(p => (p.IsOpen || p.Resolved > asOf) && !(p.Opened > asOf)).ToList();
        if (problems.Count == 0) return;

        var linked = new Dictionary<(string Problem, string Asset), List<DateTimeOffset>>();
        var unlinked = new Dictionary<(string Category, string Asset), List<DateTimeOffset>>();
        var categories = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        DateTimeOffset? first = null;
        foreach (var incident in catalogue.IncidentTimes(asOf))
        {
            first ??= incident.Opened;
            if (incident.ConfigurationItem is not { } asset) continue;
            if (incident.Problem is { } problem)
            {
                Of(linked, (problem, asset)).Add(incident.Opened);
                if (incident.Category is not { } category) continue;
                var counts = categories.TryGetValue(problem, out var known) ? known : categories[problem] = new Dictionary<string, int>(StringComparer.Ordinal);
                counts[category] = counts.GetValueOrDefault(category) + 1;
            }
            else if (incident.Category is { } category)
            {
                Of(unlinked, (category, asset)).Add(incident.Opened);
            }
        }

        foreach (var problem in problems)
        {
            // The service desk links only part of the incidents: those without a link but with the problem's own symptom count too.
            var symptom = categories.TryGetValue(problem.Id, out var counts) ? counts.MaxBy(c => (c.Value, c.Key)).Key : null;
            var fixes = outcomes.Fixes(problem.Patches.Count > 0 ? problem.Patches[0] : null);
            foreach (var item in problem.ConfigurationItems)
            {
                var asset = catalogue.ResolveAsset(item) ?? item;
                var times = linked.GetValueOrDefault((problem.Id, asset), []).Concat(symptom is null ? [] : unlinked.GetValueOrDefault((symptom, asset), []));
                var facts = new ProblemFacts
                {
                    Id = problem.Id,
                    Recurrence = Recurrence.Weigh(times, first ?? asOf, asOf, policy.RecurrenceHalfLifeDays),
                    Fixes = fixes,
                    Priority = Priority(problem.Priority),
                };
                if (!byAsset.TryGetValue(asset, out var list)) byAsset[asset] = list = [];
                list.Add(new Linked(problem, facts));
            }
        }
    }

    /// <summary>True where any open problem names the item.</summary>
    public bool On(string asset) => byAsset.ContainsKey(asset);

    /// <summary>Problems on an item that the patch, or one of the vulnerabilities it closes, is named for.</summary>
    public IReadOnlyList<ProblemFacts>? For(string asset, string? patch, IReadOnlyList<string> cves)
    {
        if (!byAsset.TryGetValue(asset, out var list)) return null;
        List<ProblemFacts>? found = null;
        foreach (var link in list)
        {
            if ((patch is null || !link.Problem.Patches.Contains(patch)) && !link.Problem.Cves.Any(c => cves.Contains(c, StringComparer.OrdinalIgnoreCase))) continue;
            (found ??= []).Add(link.Facts);
        }
        return found;
    }

    /// <summary>Every open problem with its items.</summary>
    public IEnumerable<(Problem Problem, string Asset, ProblemFacts Facts)> All => byAsset.SelectMany(a => a.Value.Select(l => (l.Problem, a.Key, l.Facts)));

    private static List<DateTimeOffset> Of<TKey>(Dictionary<TKey, List<DateTimeOffset>> lists, TKey key) where TKey : notnull =>
        lists.TryGetValue(key, out var list) ? list : lists[key] = [];

    /// <summary>The first digit of what the ticket system writes: <c>2</c>, <c>P2</c>, <c>2 - High</c>.</summary>
    private static int? Priority(string? text)
    {
        var digit = text?.FirstOrDefault(char.IsAsciiDigit) ?? '\0';
        return digit is >= '1' and <= '5' ? digit - '0' : null;
    }

    private sealed record Linked(Problem Problem, ProblemFacts Facts);
}
