using System.Globalization;
using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness.Gathering;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>A <see cref="ProblemHistory"/> made fit to count: dirt left out, and named.</summary>
internal sealed class CleanHistory
{
    private const string NoCategory = "(no category)";

    /// <summary>Items looked through before their names are hashed.</summary>
    private const int Near = 16;

    private readonly List<ItemTimeline> _lines;
    private readonly Dictionary<string, ItemTimeline> _items = new(StringComparer.Ordinal);
    private readonly ProblemHistory _source;
    private readonly Dictionary<(string? Role, string? Environment), int> _strata = [];
    private int _current;
    private int _indexed;
    private (string? Role, string? Environment, int Number) _last = (null, null, -1);
    private readonly EffectivenessPolicy _policy;

    public CleanHistory(ProblemHistory source, EffectivenessPolicy policy)
    {
        _source = source;
        _policy = policy;
        Until = Days(source.DataUntil);
        Limitations.AddRange(source.Limitations);
        _lines = new List<ItemTimeline>(source.Items.Count);
        if (Until <= 0) return;
        // What was gathered from a store names each item, incident and deployment once.
        var stored = source.Incidents is HistoryIncidents rows && ReferenceEquals(rows.Items, source.Items) ? rows : null;
        foreach (var item in source.Items)
            if (stored is not null || Known(item.Id) is null) _lines.Add(Line(item));
        ReadDeployments(stored is not null);
        var dirt = new IncidentDirt();
        if (stored is not null) ReadRows(stored, dirt);
        else ReadRecords(dirt);
        Say(dirt.Homeless, "incident", "names no item and counts in no rate", "name no item and count in no rate");
        Say(dirt.Repeated, "repeated incident record", "was left out", "were left out");
        Say(dirt.Outside, "incident", "lies outside the data's complete days and was left out", "lie outside the data's complete days and were left out");
        Say(dirt.Backwards, "incident", "is resolved before it opened; its opening counts", "are resolved before they opened; their opening counts");
    }

    /// <summary>Length of the data in days; zero or less where there is none.</summary>
    public double Until { get; }

    public List<ItemTimeline> Items => _lines;

    public List<string> Categories { get; } = [];

    /// <summary>Patches under test that were in fact deployed.</summary>
    public List<string> Tested { get; } = [];

    /// <summary>Items whose first deployment lies after the complete days: too fresh to be compared, and not unknown.</summary>
    public List<(ItemTimeline Item, double Start, double End)> Fresh { get; } = [];

    /// <summary>What was wrong with the data, one sentence each.</summary>
    public List<string> Limitations { get; } = [];

    /// <summary>To the second: days are fractions, and nobody wants to read what lies a hair before midnight.</summary>
    public DateTimeOffset Instant(double days) => _source.DataFrom.AddSeconds(Math.Round(days * 86_400));

    private double Days(DateTimeOffset at) => (at - _source.DataFrom).TotalDays;

    private ItemTimeline Line(ObservedItem item) => new()
    {
        Id = item.Id,
        Use = item.Use,
        Stratum = StratumOf(item),
        From = item.From is { } from ? Math.Max(0, Days(from)) : 0,
        Until = item.Until is { } until ? Math.Min(Until, Days(until)) : Until,
        DependsOn = item.DependsOn,
    };

    /// <summary>Neighbours mostly are of one stratum, so that it is looked up once.</summary>
    private int StratumOf(ObservedItem item)
    {
        if (_last.Number >= 0 && _last.Role == item.Role && _last.Environment == item.Environment) return _last.Number;
        // No role and an empty one are the same.
        var key = (item.Role ?? "", item.Environment ?? "");
        if (!_strata.TryGetValue(key, out var number)) _strata.Add(key, number = _strata.Count);
        _last = (item.Role, item.Environment, number);
        return number;
    }

    /// <summary>Records of one item follow each other, item by item, so that most need no look-up.</summary>
    private ItemTimeline? Known(string id)
    {
        for (var k = _current; k < _lines.Count && k < _current + Near; k++)
            if (_lines[k].Id == id) return _lines[_current = k];
        _items.EnsureCapacity(_lines.Count);
        for (; _indexed < _lines.Count; _indexed++) _items.TryAdd(_lines[_indexed].Id, _lines[_indexed]);
        return _items.GetValueOrDefault(id);
    }

    /// <summary>An item that only a record names is one of the problem's.</summary>
    private ItemTimeline Of(string id)
    {
        if (Known(id) is { } known) return known;
        _lines.Add(Line(new ObservedItem { Id = id }));
        return _lines[^1];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadDeployments(bool unique)
    {
        if (_source.Deployments.Count == 0) return;
        var tested = new HashSet<string>(_source.Patches, StringComparer.OrdinalIgnoreCase);
        if (tested.Count == 0)
        {
            var own = _source.Deployments.Where(d => d.Problem == _source.Problem).ToList();
            foreach (var deployment in own.Count > 0 ? own : _source.Deployments) tested.Add(deployment.Patch);
        }
        int future = 0, undone = 0, backwards = 0, repeated = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var good = new List<(ItemTimeline Line, double Start, double End, string Patch)>();
        var taken = new List<(ItemTimeline Line, double Start)>();
        var beside = new List<(ItemTimeline Line, double Start, string Patch)>();
        foreach (var deployment in _source.Deployments)
        {
            if (!unique && !seen.Add(deployment.Id)) { repeated++; continue; }
            var start = Days(deployment.Started);
            var end = deployment.Ended is { } ended ? Days(ended) : start;
            if (end < start) { backwards++; end = start; }
            if (deployment.Outcome != DeploymentOutcome.Succeeded)
            {
                undone++;
                if (deployment.Outcome == DeploymentOutcome.RolledBack && start < Until && tested.Contains(deployment.Patch) && Known(deployment.Asset) is { } back) taken.Add((back, start));
                continue;
            }
            if (start >= Until)
            {
                future++;
                if (tested.Contains(deployment.Patch) && Known(deployment.Asset) is { Use: ItemUse.Affected } fresh && !Fresh.Exists(f => f.Item == fresh)) Fresh.Add((fresh, start, end));
                continue;
            }
            if (tested.Contains(deployment.Patch)) good.Add((Of(deployment.Asset), start, end, deployment.Patch));
            else if (Known(deployment.Asset) is { } line) beside.Add((line, start, deployment.Patch));
        }
        Say(repeated, "repeated deployment record", "was left out", "were left out");
        Say(backwards, "deployment", "ends before it starts; its start counts", "end before they start; their start counts");
        Say(undone, "deployment", "failed or was rolled back and counts as not patched", "failed or were rolled back and count as not patched");
        Say(future, "deployment", "lies after the last complete day of data and was left out", "lie after the last complete day of data and were left out");

        var usedPatches = new HashSet<string>(StringComparer.Ordinal);
        var patchedControls = 0;
        foreach (var (line, start, end, patch) in good.OrderBy(g => g.Start))
        {
            if (line.Use == ItemUse.Dependent) continue;
            usedPatches.Add(patch);
            if (line.Deployed is not null)
            {
                // A second patch under test settles again only where it follows at once.
                if (start <= line.Settled) line.Settled = Math.Max(line.Settled, end + _policy.WashoutDays);
                continue;
            }
            line.Deployed = start;
            line.Settled = end + _policy.WashoutDays;
            if (line.Use == ItemUse.Control)
            {
                patchedControls++;
                line.Use = ItemUse.Affected;
            }
        }
        var takenBack = new HashSet<ItemTimeline>(ReferenceEqualityComparer.Instance);
        foreach (var (line, start) in taken)
        {
            // What is on the item since is not what was tested.
            if (!(line.Deployed < start)) continue;
            line.Until = Math.Min(line.Until, start);
            takenBack.Add(line);
        }
        Say(takenBack.Count, "patched item", "was taken back later and counts until then", "were taken back later and count until then");
        Say(patchedControls, "control item", "was patched too: it counts as a control until then, and as a patched item since", "were patched too: they count as controls until then, and as patched items since");
        Tested.AddRange(usedPatches.Order(StringComparer.Ordinal));
        foreach (var (line, start, patch) in beside)
            if (line.Deployed is { } own && Math.Abs(start - own) <= _policy.ConfoundingDays) line.Note(patch);
    }

    /// <summary>From the store's table, item by item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadRows(HistoryIncidents stored, IncidentDirt dirt)
    {
        var table = stored.Table;
        var own = table.ProblemOf(_source.Problem);
        int[] symptoms = [.. _source.SymptomCategories.Select(table.CategoryOf).Where(c => c >= 0)];
        var start = _source.DataFrom.UtcTicks;
        var wide = 0;
        for (var k = 0; k < stored.Watched; k++) wide += stored.On(k).Length;
        var times = new double[wide + stored.OnControls];
        var others = new (double At, int Category)[wide];
        int shown = 0, other = 0;
        var numbers = new Dictionary<int, int>();
        // Days since the data's start; negative outside of the data.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        double Place(int row, long opened)
        {
            if (table.Backwards(row)) dirt.Backwards++;
            var at = (opened - start) / (double)TimeSpan.TicksPerDay;
            if (at >= 0 && at < Until) return at;
            dirt.Outside++;
            return -1;
        }
        for (var k = 0; k < stored.Watched; k++)
        {
            int firstShown = shown, firstOther = other;
            foreach (ref readonly var incident in stored.On(k))
            {
                var at = Place(incident.Row, incident.Opened);
                if (at < 0) continue;
                if ((own >= 0 && incident.Problem == own) || symptoms.Contains(incident.Category))
                {
                    times[shown++] = at;
                    continue;
                }
                if (!numbers.TryGetValue(incident.Category, out var number))
                {
                    numbers.Add(incident.Category, number = Categories.Count);
                    Categories.Add(incident.Category < 0 ? NoCategory : table.Categories[incident.Category]);
                }
                others[other++] = (at, number);
            }
            _lines[k].Symptoms = new ArraySegment<double>(times, firstShown, shown - firstShown);
            _lines[k].Others = new ArraySegment<(double At, int Category)>(others, firstOther, other - firstOther);
        }
        // What was gathered of a control is the problem itself: linked incidents first, then those that look the same.
        for (var k = stored.Watched; k < stored.Items.Count; k++)
        {
            var first = shown;
            _lines[k].Watched = false;
            foreach (var (opened, row) in stored.OnControl(k))
                if (Place(row, opened) is >= 0 and var at && at < _lines[k].Until) times[shown++] = at;
            Array.Sort(times, first, shown - first);
            _lines[k].Symptoms = new ArraySegment<double>(times, first, shown - first);
        }
        dirt.Homeless = stored.Homeless;
    }

    private void ReadRecords(IncidentDirt dirt)
    {
        var symptom = new HashSet<string>(_source.SymptomCategories, StringComparer.Ordinal);
        var seen = new HashSet<string>(_source.Incidents.Count, StringComparer.Ordinal);
        var categories = new Dictionary<string, int>(StringComparer.Ordinal);
        var lists = new Dictionary<ItemTimeline, (List<double> Symptoms, List<(double At, int Category)> Others)>(ReferenceEqualityComparer.Instance);
        foreach (var incident in _source.Incidents)
        {
            if (!seen.Add(incident.Id)) { dirt.Repeated++; continue; }
            if (incident.ConfigurationItem is not { } item) { dirt.Homeless++; continue; }
            if (incident.Resolved < incident.Opened) dirt.Backwards++;
            var at = Days(incident.Opened);
            if (at < 0 || at >= Until) { dirt.Outside++; continue; }
            var line = Of(item);
            if (!lists.TryGetValue(line, out var list)) lists.Add(line, list = ([], []));
            if (incident.Problem == _source.Problem || (incident.Category is { } named && symptom.Contains(named)))
            {
                list.Symptoms.Add(at);
                continue;
            }
            var category = incident.Category ?? NoCategory;
            if (!categories.TryGetValue(category, out var number))
            {
                categories.Add(category, number = Categories.Count);
                Categories.Add(category);
            }
            list.Others.Add((at, number));
        }
        foreach (var (line, list) in lists)
        {
            list.Symptoms.Sort();
            list.Others.Sort();
            (line.Symptoms, line.Others) = (list.Symptoms.ToArray(), list.Others.ToArray());
        }
    }

    private void Say(int count, string what, string one, string many)
    {
        if (count > 0) Limitations.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? $" {one}" : $"s {many}")}."));
    }

    private sealed class IncidentDirt
    {
        public int Homeless { get; set; }

        public int Repeated { get; set; }

        public int Outside { get; set; }

        public int Backwards { get; set; }
    }
}
