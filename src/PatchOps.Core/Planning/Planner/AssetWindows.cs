using NodaTime;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>When an asset may be changed: its own window or the policy's, in its own zone, without the freezes that hold for it.</summary>
/// <param name="policy">Default window, named windows and freezes.</param>
/// <param name="from">First instant of interest.</param>
/// <param name="to">First instant that is no longer of interest; after <paramref name="from"/>.</param>
/// <param name="imported">Named windows beside those of policy.</param>
/// <param name="exceptions">What opens freezes; null for nothing.</param>
public sealed class AssetWindows(PlanningPolicy policy, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<WindowDefinition>? imported = null, FreezeExceptions? exceptions = null)
{
    private readonly NamedWindows named = new(policy.Windows, imported);
    private readonly Dictionary<(string Text, string Zone, string Freezes, string Exceptions), AssetOccurrences> known = [];

    /// <summary>The asset's windows. Assets with the same window, zone and freezes share one answer.</summary>
    public AssetOccurrences Of(Asset asset)
    {
        ArgumentNullException.ThrowIfNull(asset);
        var text = asset.MaintenanceWindow ?? policy.WindowOf(asset);
        var zone = asset.TimeZone ?? "UTC";
        var freezes = Enumerable.Range(0, policy.Freezes.Count).Where(i => policy.Freezes[i].For.Matches(asset)).ToList();
        var opened = exceptions?.For(asset) ?? [];
        var key = (text, zone, string.Join(',', freezes), string.Join(',', opened.Select(o => o.Id)));
        if (!known.TryGetValue(key, out var answer)) known[key] = answer = Find(text, zone, freezes.Select(i => policy.Freezes[i]), opened);
        return answer;
    }

    private AssetOccurrences Find(string text, string zone, IEnumerable<FreezeRule> freezes, IReadOnlyList<FreezeOverride> opened)
    {
        try
        {
            var clock = ZoneNames.Resolve(zone);
            var rules = WindowText.Parse(text, clock, name => named.Find(name, clock));
            var parsed = freezes.Select(f => FreezeText.Parse(f.Name, f.When, ZoneNames.Resolve(f.TimeZone))).ToList();
            var (first, last) = (Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(to));
            var found = WindowCalendar.Occurrences(rules, parsed, first, last, opened);
            var times = WindowCalendar.Frozen(parsed, first, last, [.. opened]);
            return new AssetOccurrences(text, zone, found.Open, [.. found.Frozen.SelectMany(f => f.Freezes).Distinct(StringComparer.Ordinal)], null)
            {
                Whole = parsed.Count == 0 ? found.Open : WindowCalendar.Occurrences(rules, [], first, last).Open,
                Frozen = times.Frozen,
                Opened = times.Opened,
            };
        }
        catch (FailureException e)
        {
            return new AssetOccurrences(text, zone, [], [], e.Failure);
        }
    }
}

/// <summary>An asset's windows in a range of time.</summary>
/// <param name="text">The window as the asset or policy writes it.</param>
/// <param name="zone">Name of the asset's zone.</param>
/// <param name="open">What may be used, by start.</param>
/// <param name="frozenBy">Freezes that took windows or parts of them.</param>
/// <param name="failure">Why window, zone or freeze cannot be read; null where they can.</param>
public sealed class AssetOccurrences(string text, string zone, IReadOnlyList<WindowOccurrence> open, IReadOnlyList<string> frozenBy, Failure? failure)
{
    public string Text { get; } = text;

    public string Zone { get; } = zone;

    public IReadOnlyList<WindowOccurrence> Open { get; } = open;

    public IReadOnlyList<string> FrozenBy { get; } = frozenBy;

    public Failure? Failure { get; } = failure;

    /// <summary>The windows before freezes took anything, by start.</summary>
    public IReadOnlyList<WindowOccurrence> Whole { get; init; } = [];

    /// <summary>The stretches that freezes take, whether or not a window lies in them.</summary>
    public IReadOnlyList<FrozenSlot> Frozen { get; init; } = [];

    /// <summary>Frozen stretches that approved exceptions open.</summary>
    public IReadOnlyList<OpenedFreeze> Opened { get; init; } = [];
}
