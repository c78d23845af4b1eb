using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>A <see cref="ProblemHistory"/> made fit to count: dirt left out, and named.</summary>
internal sealed class CleanHistory
{
    private readonly Dictionary<string, ItemTimeline> _items = new(StringComparer.Ordinal);
    private readonly ProblemHistory _source;
    private ItemTimeline? _current;
    private (string? Role, string? Environment, string? Name) _last;
    private readonly EffectivenessPolicy _policy;

    public CleanHistory(ProblemHistory source, EffectivenessPolicy policy)
    {
        _source = source;
        _policy = policy;
        Until = Days(source.DataUntil);
        Limitations.AddRange(source.Limitations);
        if (Until <= 0) return;
        foreach (var item in source.Items) Add(item);
        ReadDeployments();
        ReadIncidents();
    }

    /// <summary>Length of the data in days; zero or less where there is none.</summary>
    public double Until { get; }

    public IReadOnlyCollection<ItemTimeline> Items => _items.Values;

    public List<string> Categories { get; } = [];

    /// <summary>Patches under test that were in fact deployed.</summary>
    public List<string> Tested { get; } = [];

    /// <summary>What was wrong with the data, one sentence each.</summary>
    public List<string> Limitations { get; } = [];

    public DateTimeOffset Instant(double days) => _source.DataFrom.AddDays(days);

    private double Days(DateTimeOffset at) => (at - _source.DataFrom).TotalDays;

    private ItemTimeline Add(ObservedItem item)
    {
        if (_items.TryGetValue(item.Id, out var known)) return known;
        var line = new ItemTimeline
        {
            Id = item.Id,
            Use = item.Use,
            Stratum = StratumOf(item),
            From = item.From is { } from ? Math.Max(0, Days(from)) : 0,
            Until = item.Until is { } until ? Math.Min(Until, Days(until)) : Until,
            DependsOn = item.DependsOn,
        };
        _items.Add(item.Id, line);
        return line;
    }

    /// <summary>Neighbours mostly are of one stratum, so that its name is written once.</summary>
    private string StratumOf(ObservedItem item)
    {
        if (_last.Name is null || _last.Role != item.Role || _last.Environment != item.Environment)
            _last = (item.Role, item.Environment, $"{item.Role}\u001f{item.Environment}");
        return _last.Name;
    }

    /// <summary>Records of one item follow each other, so that most need no look-up.</summary>
    private ItemTimeline Of(string id) =>
        ReferenceEquals(_current?.Id, id) ? _current : _current = _items.TryGetValue(id, out var line) ? line : Add(new ObservedItem { Id = id });

    private void ReadDeployments()
    {
        if (_source.Deployments.Count == 0) return;
        var tested = new HashSet<string>(_source.Patches, StringComparer.Ordinal);
        if (tested.Count == 0)
        {
            var own = _source.Deployments.Where(d => d.Problem == _source.Problem).ToList();
            foreach (var deployment in own.Count > 0 ? own : _source.Deployments) tested.Add(deployment.Patch);
        }
        int future = 0, undone = 0, backwards = 0, repeated = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var good = new List<(Deployment Deployment, double Start, double End)>();
        foreach (var deployment in _source.Deployments)
        {
            if (!seen.Add(deployment.Id)) { repeated++; continue; }
            var start = Days(deployment.Started);
            var end = deployment.Ended is { } ended ? Days(ended) : start;
            if (end < start) { backwards++; end = start; }
            if (deployment.Outcome != DeploymentOutcome.Succeeded) { undone++; continue; }
            if (start >= Until) { future++; continue; }
            good.Add((deployment, start, end));
        }
        Say(repeated, "repeated deployment record", "was left out", "were left out");
        Say(backwards, "deployment", "ends before it starts; its start counts", "end before they start; their start counts");
        Say(undone, "deployment", "failed or was rolled back and counts as not patched", "failed or were rolled back and count as not patched");
        Say(future, "deployment", "lies after the last complete day of data and was left out", "lie after the last complete day of data and were left out");

        var usedPatches = new HashSet<string>(StringComparer.Ordinal);
        var patchedControls = 0;
        foreach (var (deployment, start, end) in good.Where(g => tested.Contains(g.Deployment.Patch)).OrderBy(g => g.Start))
        {
            var line = Of(deployment.Asset);
            if (line.Use == ItemUse.Dependent) continue;
            usedPatches.Add(deployment.Patch);
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
        Say(patchedControls, "control item", "was patched too and counts as a control only until then", "were patched too and count as controls only until then");
        Tested.AddRange(usedPatches.Order(StringComparer.Ordinal));
        foreach (var (deployment, start, _) in good.Where(g => !tested.Contains(g.Deployment.Patch)))
            if (_items.TryGetValue(deployment.Asset, out var line) && line.Deployed is { } own && Math.Abs(start - own) <= _policy.ConfoundingDays
                && !line.Beside.Contains(deployment.Patch, StringComparer.Ordinal))
                line.Beside.Add(deployment.Patch);
    }

    private void ReadIncidents()
    {
        int homeless = 0, repeated = 0, outside = 0, backwards = 0;
        var symptom = new HashSet<string>(_source.SymptomCategories, StringComparer.Ordinal);
        var seen = new HashSet<string>(_source.Incidents.Count, StringComparer.Ordinal);
        var categories = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var incident in _source.Incidents)
        {
            if (!seen.Add(incident.Id)) { repeated++; continue; }
            if (incident.ConfigurationItem is not { } item) { homeless++; continue; }
            if (incident.Resolved < incident.Opened) backwards++;
            var at = Days(incident.Opened);
            if (at < 0 || at >= Until) { outside++; continue; }
            var line = Of(item);
            if (incident.Problem == _source.Problem || (incident.Category is { } named && symptom.Contains(named)))
            {
                line.Symptoms.Add(at);
                continue;
            }
            var category = incident.Category ?? "(no category)";
            if (!categories.TryGetValue(category, out var number))
            {
                categories.Add(category, number = Categories.Count);
                Categories.Add(category);
            }
            line.Others.Add((at, number));
        }
        foreach (var line in _items.Values)
        {
            line.Symptoms.Sort();
            line.Others.Sort();
        }
        Say(homeless, "incident", "names no item and counts in no rate", "name no item and count in no rate");
        Say(repeated, "repeated incident record", "was left out", "were left out");
        Say(outside, "incident", "lies outside the data's complete days and was left out", "lie outside the data's complete days and were left out");
        Say(backwards, "incident", "is resolved before it opened; its opening counts", "are resolved before they opened; their opening counts");
    }

    private void Say(int count, string what, string one, string many)
    {
        if (count > 0) Limitations.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? $" {one}" : $"s {many}")}."));
    }
}
