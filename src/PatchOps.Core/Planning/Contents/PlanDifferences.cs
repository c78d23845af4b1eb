using System.Globalization;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Contents;

/// <summary>A plan that is replaced, with what it has done by now.</summary>
/// <param name="Plan">The earlier plan.</param>
/// <param name="Worked">Hosts that it has changed or works on, with how that stands, such as <c>done at 2026-11-02 23:10Z</c>.</param>
/// <param name="WhyLeftOut">Why a host of the earlier plan has nothing to do now.</param>
/// <param name="WhyClosed">Why an asset may not be changed at the time that the earlier plan gave it; null where it may.</param>
public sealed record ReplacedPlan(PatchPlan Plan, IReadOnlyDictionary<string, string> Worked, Func<string, string> WhyLeftOut, Func<string, DateTimeOffset, string?> WhyClosed);

/// <summary>Tells two plans apart, host by host, with reasons.</summary>
public static class PlanDifferences
{
    /// <param name="replaced">The earlier plan.</param>
    /// <param name="waves">Waves of the new one.</param>
    /// <param name="unscheduled">What the new one could not place.</param>
    /// <param name="start">Start of the new planning period.</param>
    public static IReadOnlyList<PlanDifference> Of(ReplacedPlan replaced, IReadOnlyList<PlanWave> waves, IReadOnlyList<UnscheduledItem> unscheduled, DateTimeOffset start)
    {
        ArgumentNullException.ThrowIfNull(replaced);
        var before = Places(replaced.Plan.Waves);
        var now = Places(waves);
        var left = unscheduled.GroupBy(u => u.Asset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Reason, StringComparer.Ordinal);
        var differences = new List<PlanDifference>();
        foreach (var (asset, old) in before.OrderBy(b => b.Value.Host.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (replaced.Worked.TryGetValue(asset, out var how))
            {
                Add(PlanDifferenceKind.Kept, old.Host, $"wave {Number(old.Wave.Number)} of the earlier plan: {how}", old.Host.Start, null);
            }
            else if (!now.TryGetValue(asset, out var place))
            {
                Add(PlanDifferenceKind.Removed, old.Host, left.TryGetValue(asset, out var reason) ? reason : replaced.WhyLeftOut(asset), old.Host.Start, null);
            }
            else
            {
                if (Patches(old.Host, place.Host) is { } patches) Add(PlanDifferenceKind.Changed, place.Host, patches, old.Host.Start, place.Host.Start);
                if (old.Host.Start != place.Host.Start) Add(PlanDifferenceKind.Moved, place.Host, WhyMoved(replaced, old, place, start), old.Host.Start, place.Host.Start);
            }
        }
        var unplaced = replaced.Plan.Unscheduled.GroupBy(u => u.Asset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var (asset, place) in now.Where(n => !before.ContainsKey(n.Key)).OrderBy(n => n.Value.Host.Name, StringComparer.OrdinalIgnoreCase))
        {
            Add(PlanDifferenceKind.Added, place.Host,
                unplaced.TryGetValue(asset, out var could) ? $"the earlier plan could not place it: {could.Reason}" : $"needs {string.Join(", ", place.Host.Patches)} and was not in the earlier plan", null, place.Host.Start);
        }
        return differences;

        void Add(PlanDifferenceKind kind, PlannedHost host, string reason, DateTimeOffset? then, DateTimeOffset? since) =>
            differences.Add(new PlanDifference { Asset = host.Asset, Name = host.Name, Kind = kind, Reason = reason, Before = then, Now = since });
    }

    private static string WhyMoved(ReplacedPlan replaced, (PlanWave Wave, PlannedHost Host) old, (PlanWave Wave, PlannedHost Host) place, DateTimeOffset start)
    {
        if (old.Host.Start < start) return "its time has passed and it was not changed then";
        if (replaced.WhyClosed(place.Host.Asset, old.Host.Start) is { } closed) return closed;
        if (old.Wave.Stage != place.Wave.Stage) return $"it is in {place.Wave.Stage} now, no longer in {old.Wave.Stage}";
        if (old.Wave.Ring != place.Wave.Ring) return $"it goes with the {place.Wave.Ring} ring now, no longer with {old.Wave.Ring}";
        if (old.Host.NinetiethPercentile != place.Host.NinetiethPercentile) return $"it takes {WaveContents.Length(place.Host.NinetiethPercentile)} now, no longer {WaveContents.Length(old.Host.NinetiethPercentile)} (9 of 10)";
        return place.Host.Start < old.Host.Start ? "an earlier place has become free" : "hosts before it, or with the same limits, were added or have moved";
    }

    private static string? Patches(PlannedHost old, PlannedHost now)
    {
        var (before, after) = (Installed(old), Installed(now));
        if (before.SetEquals(after)) return null;
        var (gone, come) = (before.Except(after).Order(StringComparer.Ordinal).ToList(), after.Except(before).Order(StringComparer.Ordinal).ToList());
        return gone.Count == 0 ? $"gets {string.Join(", ", come)} too" : come.Count == 0 ? $"no longer gets {string.Join(", ", gone)}" : $"gets {string.Join(", ", come)} in place of {string.Join(", ", gone)}";
    }

    private static HashSet<string> Installed(PlannedHost host) =>
        host.Patches.SelectMany(p => p.Packages.Count == 0 ? [p.Patch] : p.Packages.Select(v => v.ToString())).ToHashSet(StringComparer.Ordinal);

    private static Dictionary<string, (PlanWave Wave, PlannedHost Host)> Places(IEnumerable<PlanWave> waves)
    {
        var places = new Dictionary<string, (PlanWave, PlannedHost)>(StringComparer.Ordinal);
        foreach (var wave in waves)
            foreach (var host in wave.Hosts) places[host.Asset] = (wave, host);
        return places;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
