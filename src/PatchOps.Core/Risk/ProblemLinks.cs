using System.Runtime.InteropServices;
using PatchOps.Core.Exposure;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Open problems by item, patch and vulnerability, with how often each recurs on each item. Incidents are read where that is asked for. Safe to ask from several threads.</summary>
public sealed class ProblemLinks
{
    private readonly OutcomeLedger outcomes;
    private readonly Dictionary<string, List<Linked>> byAsset = new(StringComparer.Ordinal);
    private readonly List<OpenProblem> open = [];
    private readonly Lazy<ItemIncidents> incidents;

    public ProblemLinks(EstateRecords records, RiskPolicy policy, OutcomeLedger outcomes)
    {
        this.outcomes = outcomes;
        var items = new List<string>();
        incidents = new(() => new ItemIncidents(records.Incidents, items, new RecurrenceWeights(records.Incidents.First ?? records.AsOf, records.AsOf, policy.RecurrenceHalfLifeDays)));
        // A problem that was solved later was still open on that day.
        foreach (var problem in records.Problems.Where(p => (p.IsOpen || p.Resolved > records.AsOf) && !(p.Opened > records.AsOf)))
        {
            var one = new OpenProblem(problem);
            foreach (var item in problem.ConfigurationItems)
            {
                ref var links = ref CollectionsMarshal.GetValueRefOrAddDefault(byAsset, item, out var known);
                if (!known) items.Add(item);
                links ??= new List<Linked>(1);
                var link = new Linked(one, item, known ? links[0].Order : items.Count - 1);
                links.Add(link);
                one.Items.Add(link);
            }
            open.Add(one);
        }
        foreach (var one in open) one.Items.Sort(static (a, b) => a.Order.CompareTo(b.Order));
    }

    /// <summary>Begins to sort incidents by item while the caller does something else; who asks for facts waits for it, and gets its failure.</summary>
    internal void Ahead() => _ = Task.Run(() => incidents.Value);

    /// <summary>True where any open problem names the item.</summary>
    public bool On(string asset) => byAsset.ContainsKey(asset);

    /// <summary>Problems on an item that the patch, or one of the vulnerabilities it closes, is named for.</summary>
    public IReadOnlyList<ProblemFacts>? For(string asset, string? patch, IReadOnlyList<string> cves)
    {
        if (!byAsset.TryGetValue(asset, out var list)) return null;
        List<ProblemFacts>? found = null;
        foreach (var link in list)
        {
            var problem = link.Of.Problem;
            if ((patch is null || !problem.Patches.Contains(patch)) && !problem.Cves.Any(c => cves.Contains(c, StringComparer.OrdinalIgnoreCase))) continue;
            // Asked for finding by finding. Where two threads ask for the same, both find the same.
            (found ??= []).Add(link.Facts ??= Facts(link));
        }
        return found;
    }

    /// <summary>Open problems by id.</summary>
    public IEnumerable<Problem> Problems => open.Select(p => p.Problem);

    /// <summary>Open problems that are asked for, each with its items.</summary>
    internal IEnumerable<OpenProblem> Of(Func<string, bool> wanted) => open.Where(p => wanted(p.Problem.Id));

    /// <summary>A problem on one of its items.</summary>
    internal ProblemFacts On(Linked link) => link.Facts ?? Facts(link);

    private ProblemFacts Facts(Linked link)
    {
        var (problem, known) = (link.Of.Problem, incidents.Value);
        var common = link.Of.Common ??= new Common(known.Number(problem.Id), known.Symptom(problem.Id), outcomes.Fixes(problem.Patches.Count > 0 ? problem.Patches[0] : null), Priority(problem.Priority));
        return new ProblemFacts { Id = problem.Id, Recurrence = known.Weigh(common, link.Order), Fixes = common.Fixes, Priority = common.Priority };
    }

    /// <summary>The first digit of what the ticket system writes: <c>2</c>, <c>P2</c>, <c>2 - High</c>.</summary>
    private static int? Priority(string? text)
    {
        var digit = text?.FirstOrDefault(char.IsAsciiDigit) ?? '\0';
        return digit is >= '1' and <= '5' ? digit - '0' : null;
    }

    internal sealed class OpenProblem(Problem problem)
    {
        public Problem Problem { get; } = problem;

        /// <summary>Those first that other problems named first.</summary>
        public List<Linked> Items { get; } = new(problem.ConfigurationItems.Count);

        public Common? Common { get; set; }
    }

    /// <summary>What is the same on all items of a problem.</summary>
    /// <param name="Number">Its number in the table; <see cref="IncidentTable.None"/> where none is linked to it.</param>
    /// <param name="Symptom">Likewise of the category that most of its incidents have; <see cref="IncidentTable.None"/> without one.</param>
    internal sealed record Common(int Number, int Symptom, OutcomeHistory Fixes, int? Priority);

    /// <param name="order">Which item of all it is, in the order in which problems name them.</param>
    internal sealed class Linked(OpenProblem of, string asset, int order)
    {
        public OpenProblem Of { get; } = of;

        public string Asset { get; } = asset;

        public int Order { get; } = order;

        public ProblemFacts? Facts { get; set; }
    }

    /// <summary>Incidents item by item, and the symptom of each problem.</summary>
    private sealed class ItemIncidents
    {
        private readonly RecurrenceWeights nothing;
        private readonly int[] places;
        private readonly int[] starts;
        // Copied, not pointed to: what is asked for together lies together.
        private readonly (long Opened, int Problem, int Category)[] byItem;
        private readonly int[] symptoms;
        private readonly IncidentTable table;

        /// <param name="table">Incidents.</param>
        /// <param name="items">Those that problems name, in that order.</param>
        /// <param name="nothing">Weights before the first incident.</param>
        public ItemIncidents(IncidentTable table, IReadOnlyList<string> items, RecurrenceWeights nothing)
        {
            (this.table, this.nothing) = (table, nothing);
            places = [.. items.Select(table.ItemOf)];
            var rows = table.Rows;
            starts = new int[table.Items.Count + 1];
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
            symptoms = new int[table.Problems.Count];
            Array.Fill(symptoms, IncidentTable.None);
            var most = new int[symptoms.Length];
            foreach (var (key, count) in counts)
            {
                var (problem, category) = ((int)(key >> 32), (int)(key & uint.MaxValue));
                if (count < most[problem] || (count == most[problem] && string.Compare(table.Categories[category], table.Categories[symptoms[problem]], StringComparison.CurrentCulture) <= 0)) continue;
                (most[problem], symptoms[problem]) = (count, category);
            }
        }

        public int Number(string problem) => table.ProblemOf(problem);

        public int Symptom(string problem) => Number(problem) is >= 0 and var number ? symptoms[number] : IncidentTable.None;

        /// <summary>
        /// A problem's incidents on an item, by age: the service desk links only part of them, so those without a link but with the problem's
        /// own symptom, the category that most of its incidents have, count too.
        /// </summary>
        public RecurrenceEvidence Weigh(Common problem, int item)
        {
            var weights = nothing;
            var place = places[item];
            if (place < 0) return weights.Evidence;
            foreach (ref readonly var row in byItem.AsSpan(starts[place]..starts[place + 1]))
                if (row.Problem >= 0 ? row.Problem == problem.Number : problem.Symptom >= 0 && row.Category == problem.Symptom) weights.Add(row.Opened);
            return weights.Evidence;
        }
    }
}
