using System.Runtime.InteropServices;
using PatchOps.Core.Exposure;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Open problems by item, patch and vulnerability, with how often each recurs on each item. Incidents are read where that is asked for. For one thread.</summary>
public sealed class ProblemLinks
{
    private readonly EstateRecords records;
    private readonly RiskPolicy policy;
    private readonly OutcomeLedger outcomes;
    private readonly Dictionary<string, List<Linked>> byAsset = new(StringComparer.Ordinal);
    private readonly List<(Problem Problem, List<Linked> Items)> byProblem = [];
    private readonly Lazy<ItemIncidents> incidents;

    public ProblemLinks(EstateRecords records, RiskPolicy policy, OutcomeLedger outcomes)
    {
        (this.records, this.policy, this.outcomes) = (records, policy, outcomes);
        incidents = new(() => new ItemIncidents(records.Incidents));
        // A problem that was solved later was still open on that day.
        foreach (var problem in records.Problems.Where(p => (p.IsOpen || p.Resolved > records.AsOf) && !(p.Opened > records.AsOf)))
        {
            var own = new List<Linked>(problem.ConfigurationItems.Count);
            foreach (var item in problem.ConfigurationItems)
            {
                var links = CollectionsMarshal.GetValueRefOrAddDefault(byAsset, item, out _) ??= new List<Linked>(1);
                var link = new Linked(problem, item, links.Count > 0 ? links[0].Order : byAsset.Count);
                links.Add(link);
                own.Add(link);
            }
            byProblem.Add((problem, own));
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
            (found ??= []).Add(Facts(link));
        }
        return found;
    }

    /// <summary>Open problems by id.</summary>
    public IEnumerable<Problem> Problems => byProblem.Select(p => p.Problem);

    /// <summary>The items of each open problem that is asked for, those first that other problems named first.</summary>
    public IEnumerable<(Problem Problem, IEnumerable<(string Asset, ProblemFacts Facts)> Items)> Of(Func<Problem, bool> wanted) =>
        byProblem.Where(p => wanted(p.Problem)).Select(p => (p.Problem, p.Items.OrderBy(l => l.Order).Select(l => (l.Asset, Facts(l)))));

    private ProblemFacts Facts(Linked link) => link.Facts ??= new ProblemFacts
    {
        Id = link.Problem.Id,
        Recurrence = Recurrence.Weigh(incidents.Value.Of(link.Problem.Id, link.Asset), records.Incidents.First ?? records.AsOf, records.AsOf, policy.RecurrenceHalfLifeDays),
        Fixes = outcomes.Fixes(link.Problem.Patches.Count > 0 ? link.Problem.Patches[0] : null),
        Priority = Priority(link.Problem.Priority),
    };

    /// <summary>The first digit of what the ticket system writes: <c>2</c>, <c>P2</c>, <c>2 - High</c>.</summary>
    private static int? Priority(string? text)
    {
        var digit = text?.FirstOrDefault(char.IsAsciiDigit) ?? '\0';
        return digit is >= '1' and <= '5' ? digit - '0' : null;
    }

    /// <param name="order">Which item of all it is, in the order in which problems name them.</param>
    private sealed class Linked(Problem problem, string asset, int order)
    {
        public Problem Problem { get; } = problem;

        public string Asset { get; } = asset;

        public int Order { get; } = order;

        public ProblemFacts? Facts { get; set; }
    }

    /// <summary>Incidents item by item, and the symptom of each problem.</summary>
    private sealed class ItemIncidents
    {
        private readonly IncidentColumns columns;
        private readonly int[] starts;
        // Copied, not pointed to: what is asked for together lies together.
        private readonly (long Opened, int Problem, int Category)[] byItem;
        private readonly int[] symptoms;
        private readonly Dictionary<string, int> problems = new(StringComparer.Ordinal);

        public ItemIncidents(IncidentColumns columns)
        {
            this.columns = columns;
            var rows = columns.Rows;
            starts = new int[columns.Items.Count + 1];
            foreach (ref readonly var row in rows)
                if (row.Item >= 0) starts[row.Item + 1]++;
            for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
            byItem = new (long, int, int)[starts[^1]];
            var next = starts[..^1];
            var counts = new Dictionary<long, int>();
            for (var i = 0; i < rows.Length; i++)
            {
                ref readonly var row = ref rows[i];
                if (row.Item < 0) continue;
                byItem[next[row.Item]++] = (row.Opened, row.Problem, row.Category);
                if (row.Problem >= 0 && row.Category >= 0) CollectionsMarshal.GetValueRefOrAddDefault(counts, ((long)row.Problem << 32) | (uint)row.Category, out _)++;
            }
            for (var i = 0; i < columns.Problems.Count; i++) problems[columns.Problems[i]] = i;
            symptoms = new int[columns.Problems.Count];
            Array.Fill(symptoms, IncidentColumns.None);
            var most = new int[symptoms.Length];
            foreach (var (key, count) in counts)
            {
                var (problem, category) = ((int)(key >> 32), (int)(key & uint.MaxValue));
                if (count < most[problem] || (count == most[problem] && string.Compare(columns.Categories[category], columns.Categories[symptoms[problem]], StringComparison.CurrentCulture) <= 0)) continue;
                (most[problem], symptoms[problem]) = (count, category);
            }
        }

        /// <summary>
        /// Times of a problem's incidents on an item: the service desk links only part of them, so those without a link but with the problem's
        /// own symptom, the category that most of its incidents have, count too.
        /// </summary>
        public IReadOnlyList<DateTimeOffset> Of(string problem, string asset)
        {
            var item = columns.Place(asset);
            if (item < 0) return [];
            var number = problems.TryGetValue(problem, out var known) ? known : IncidentColumns.None;
            var symptom = number < 0 ? IncidentColumns.None : symptoms[number];
            List<DateTimeOffset> linked = [], unlinked = [];
            foreach (ref readonly var row in byItem.AsSpan(starts[item]..starts[item + 1]))
            {
                if (row.Problem >= 0 ? row.Problem == number : symptom >= 0 && row.Category == symptom) (row.Problem >= 0 ? linked : unlinked).Add(IncidentColumns.Time(row.Opened));
            }
            linked.AddRange(unlinked);
            return linked;
        }
    }
}
