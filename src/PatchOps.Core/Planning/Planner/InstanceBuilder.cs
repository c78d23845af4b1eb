using System.Globalization;
using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Engine.Model;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Turns hosts, windows, freezes, stages, rings, dependencies and clusters into the engine's numbers.</summary>
public sealed class InstanceBuilder
{
    private readonly PlanningPolicy policy;
    private readonly DateTimeOffset start;
    private readonly DateTimeOffset end;
    private readonly bool emergency;
    private readonly IReadOnlyDictionary<string, (int Size, int MinAvailable)> clusters;
    private readonly Func<string, string?> resolve;
    private readonly AssetWindows calendar;
    private readonly Dictionary<AssetOccurrences, WindowChoice> choices = [];
    private WindowChoice? anytime;
    private readonly List<PlanningWindow> windows = [];
    private readonly List<UnscheduledItem> refused = [];
    private readonly Dictionary<string, IReadOnlyList<int>> windowsOf = new(StringComparer.Ordinal);

    /// <param name="policy">How plans are made.</param>
    /// <param name="start">Nothing starts earlier.</param>
    /// <param name="end">Nothing runs later.</param>
    /// <param name="emergency">Windows and freezes are left aside; clusters, dependencies and rings are not.</param>
    /// <param name="clusters">Size and minimum available of each cluster, in the whole estate.</param>
    /// <param name="resolve">Asset id of a name.</param>
    /// <param name="imported">Named windows beside those of policy.</param>
    /// <param name="exceptions">What opens freezes; null for nothing.</param>
    public InstanceBuilder(PlanningPolicy policy, DateTimeOffset start, DateTimeOffset end, bool emergency,
        IReadOnlyDictionary<string, (int Size, int MinAvailable)> clusters, Func<string, string?> resolve, IReadOnlyList<WindowDefinition>? imported = null, FreezeExceptions? exceptions = null)
    {
        this.policy = policy;
        this.start = start;
        this.end = end;
        this.emergency = emergency;
        this.clusters = clusters;
        this.resolve = resolve;
        calendar = new AssetWindows(policy, start, end, imported, exceptions);
    }

    /// <summary>Hosts of the instance, in its order.</summary>
    public IReadOnlyList<PlanItem> Hosts { get; private set; } = [];

    /// <summary>Hosts that no plan could hold: without windows, frozen throughout, or in a cluster that may never miss a member.</summary>
    public IReadOnlyList<UnscheduledItem> Refused => refused;

    /// <summary>The windows that the instance's indexes mean.</summary>
    public IReadOnlyList<PlanningWindow> Windows => windows;

    /// <exception cref="FailureException"><c>DependencyCycle</c>: names the cycle. Others as <see cref="PlanningInstance"/>.</exception>
    public PlanningInstance Build(IReadOnlyList<PlanItem> items)
    {
        var hosts = new List<PlanItem>();
        var planning = new List<PlanningHost>();
        var resources = new List<PlanningResource> { new("all hosts", policy.MaxConcurrent) };
        var teams = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in items)
        {
            if (Choose(item) is not { } choice) continue;
            var uses = new List<int> { 0 };
            if (item.Asset.OwnerTeam is { } team)
            {
                if (!teams.TryGetValue(team, out var resource))
                {
                    teams[team] = resource = resources.Count;
                    resources.Add(new PlanningResource($"team {team}", policy.MaxConcurrentPerTeam));
                }
                uses.Add(resource);
            }
            hosts.Add(item);
            windowsOf[item.Asset.Id] = choice.Windows;
            planning.Add(new PlanningHost(item.Asset.Id, item.LossPerDay, (long)item.Median.TotalSeconds, (long)Math.Ceiling(item.NinetiethPercentile.TotalSeconds), choice.Windows)
            {
                Due = item.Due is { } due ? Math.Clamp(due.ToUnixTimeSeconds(), start.ToUnixTimeSeconds(), end.ToUnixTimeSeconds()) : null,
                LatenessPerDay = item.LossPerDay * policy.LatenessFactor,
                Resources = uses,
            });
        }
        Hosts = hosts;
        return new PlanningInstance(start.ToUnixTimeSeconds(), end.ToUnixTimeSeconds(), planning, windows, resources, Groups(hosts), Barriers(hosts));
    }

    /// <summary>End of the host's first chance at or after a time, as far as its windows go; null where there is none.</summary>
    public DateTimeOffset? EndOf(PlanItem item, DateTimeOffset from)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (!windowsOf.TryGetValue(item.Asset.Id, out var mine)) return null;
        long at = from.ToUnixTimeSeconds(), long90 = (long)Math.Ceiling(item.NinetiethPercentile.TotalSeconds), best = long.MaxValue;
        foreach (var w in mine)
        {
            var ends = Math.Max(at, windows[w].Start) + long90;
            if (ends <= windows[w].End && ends < best) best = ends;
        }
        return best == long.MaxValue ? null : DateTimeOffset.FromUnixTimeSeconds(best);
    }

    private WindowChoice? Choose(PlanItem item)
    {
        var asset = item.Asset;
        if (asset.Cluster is { } cluster && clusters.TryGetValue(cluster, out var size) && size.MinAvailable >= size.Size)
        {
            Refuse(item, "Availability", $"cluster '{cluster}' has {size.Size} members and must keep {size.MinAvailable} available, so none may ever be changed", $"fits if the minimum available is {size.Size - 1}");
            return null;
        }
        var choice = emergency ? anytime ??= Anytime() : Choice(calendar.Of(asset));
        var text = choice.Text;
        if (choice.Failure is { } failure)
        {
            Refuse(item, "WindowInvalid", failure.Message, failure.Remedy);
            return null;
        }
        var long90 = (long)Math.Ceiling(item.NinetiethPercentile.TotalSeconds);
        if (choice.Windows.Any(w => windows[w].End - windows[w].Start >= long90)) return choice;
        if (choice.Windows.Count > 0)
        {
            var longest = choice.Windows.Max(w => windows[w].End - windows[w].Start);
            Refuse(item, "WindowTooShort", $"no window holds the 90th percentile of {item.NinetiethPercentile.TotalMinutes:0} min; the longest has {longest / 60} min", $"fits if the window '{text}' is {(long90 - longest + 59) / 60} min longer");
        }
        else if (choice.FrozenBy.Count > 0)
        {
            Refuse(item, "Frozen", $"every window until {end.UtcDateTime:yyyy-MM-dd HH:mm}Z is frozen by {string.Join(", ", choice.FrozenBy)}", "fits with an approved exception from that freeze, or a longer -Horizon");
        }
        else
        {
            Refuse(item, "NoWindow", $"its window '{text}' does not occur before {end.UtcDateTime:yyyy-MM-dd HH:mm}Z", "fits with a longer -Horizon");
        }
        return null;
    }

    private WindowChoice Choice(AssetOccurrences found)
    {
        if (choices.TryGetValue(found, out var choice)) return choice;
        var indexes = new List<int>();
        foreach (var open in found.Open)
        {
            indexes.Add(windows.Count);
            windows.Add(new PlanningWindow(string.Create(CultureInfo.InvariantCulture, $"{open.Rule.Name} {found.Zone} {open.Slot.Start} #{windows.Count}"), open.Slot.Start.ToUnixTimeSeconds(), open.Slot.End.ToUnixTimeSeconds()));
        }
        return choices[found] = new WindowChoice(found.Text, indexes, found.FrozenBy, found.Failure);
    }

    private WindowChoice Anytime()
    {
        windows.Add(new PlanningWindow("emergency, outside of windows", start.ToUnixTimeSeconds(), end.ToUnixTimeSeconds()));
        return new WindowChoice("emergency", [windows.Count - 1], [], null);
    }

    private List<PlanningGroup> Groups(List<PlanItem> hosts)
    {
        var groups = new List<PlanningGroup>();
        foreach (var members in hosts.Select((h, i) => (h.Asset.Cluster, i)).Where(h => h.Cluster is not null).GroupBy(h => h.Cluster!, StringComparer.OrdinalIgnoreCase))
        {
            var (size, minimum) = clusters[members.Key];
            groups.Add(new PlanningGroup($"cluster {members.Key}", Math.Max(1, size - minimum), [.. members.Select(m => m.i)]));
        }
        return groups;
    }

    private List<PlanningBarrier> Barriers(List<PlanItem> hosts)
    {
        var barriers = new List<PlanningBarrier>();
        var index = hosts.Select((h, i) => (h.Asset.Id, i)).ToDictionary(h => h.Id, h => h.i, StringComparer.Ordinal);
        var rings = hosts.Select((h, i) => (h.Stage, h.Ring, i)).GroupBy(h => (h.Stage, h.Ring)).OrderBy(g => g.Key.Stage).ThenBy(g => g.Key.Ring).ToList();
        var required = rings.ConvertAll(r => Required(hosts, [.. r.Select(h => h.i)]));
        // Every earlier ring against every later one: where a ring in between is empty, the order must still hold.
        for (var i = 1; i < rings.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (before, after) = (rings[j], rings[i]);
                var sameStage = before.Key.Stage == after.Key.Stage;
                // An emergency cannot wait for soak and bake; the order of rings and stages stays.
                var lag = emergency ? 0 : (long)(sameStage ? policy.Bake : policy.Soak).TotalSeconds;
                // A development host without a window must not hold back production for ever, but nothing follows a canary that never sang.
                // What policy waives the soak for follows as soon as the earlier stage is done.
                foreach (var hurried in after.ToLookup(h => !sameStage && TestWaivers.SkipsSoak(hosts[h.i]), h => h.i))
                {
                    barriers.Add(new PlanningBarrier($"{before.Key.Stage} {before.Key.Ring} before {after.Key.Stage} {after.Key.Ring}{(hurried.Key ? " without soak" : "")}", [.. before.Select(h => h.i)], [.. hurried], hurried.Key ? 0 : lag, !sameStage)
                    {
                        Required = sameStage ? [] : required[j],
                    });
                }
            }
        }
        foreach (var (host, i) in hosts.Select((h, i) => (h, i)))
        {
            foreach (var needed in host.Asset.DependsOn)
            {
                if (resolve(needed) is not { } id || !index.TryGetValue(id, out var other) || other == i) continue;
                // Across rings and stages the rings' own order counts.
                if (hosts[other].Stage != host.Stage || hosts[other].Ring != host.Ring) continue;
                barriers.Add(new PlanningBarrier($"{hosts[other].Asset.Name} before {host.Asset.Name}", [other], [i]));
            }
        }
        return barriers;
    }

    /// <summary>
    /// Of a stage, one host of each kind that can be changed in the first third of the period, and one at least: without them the stage has
    /// shown nothing.
    /// </summary>
    private List<int> Required(List<PlanItem> hosts, List<int> stage)
    {
        var soon = start + ((end - start) / 3);
        var first = stage.Select(h => (Host: h, End: EndOf(hosts[h], start) ?? DateTimeOffset.MaxValue)).OrderBy(h => h.End).ThenBy(h => h.Host).ToList();
        var kinds = first.Where(h => h.End <= soon).GroupBy(h => RingAssignment.Role(hosts[h.Host]), StringComparer.OrdinalIgnoreCase).Select(g => g.First().Host).ToList();
        return kinds.Count > 0 ? kinds : [first[0].Host];
    }

    private void Refuse(PlanItem item, string constraint, FormattableString reason, string? remedy) => Refuse(item, constraint, FormattableString.Invariant(reason), remedy);

    private void Refuse(PlanItem item, string constraint, string reason, string? remedy) =>
        refused.Add(new UnscheduledItem { Asset = item.Asset.Id, Patches = [.. item.Patches.Select(p => p.Patch)], Constraint = constraint, Reason = $"{item.Asset.Name}: {reason}", Remedy = remedy });

    private sealed record WindowChoice(string Text, IReadOnlyList<int> Windows, IReadOnlyList<string> FrozenBy, Failure? Failure);
}
