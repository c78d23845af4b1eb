using NodaTime;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar;

/// <summary>A usable stretch of one window.</summary>
/// <param name="Rule">The rule that the window follows.</param>
/// <param name="Whole">The window before anything was cut.</param>
/// <param name="Slot">What may be used: inside the asked range, outside of freezes.</param>
/// <param name="FrozenBy">Freezes that took another part of the same window.</param>
/// <param name="Overrides">Approved exceptions without which (a part of) this stretch would be frozen.</param>
public sealed record WindowOccurrence(WindowRule Rule, TimeSlot Whole, TimeSlot Slot, IReadOnlyList<string> FrozenBy, IReadOnlyList<string> Overrides)
{
    /// <summary>The same as users see it.</summary>
    public MaintenanceWindow ToMaintenanceWindow(string? asset) => new(
        Rule.Name, asset, Slot.Start.ToDateTimeOffset(), Slot.End.ToDateTimeOffset(), Rule.Source, Rule.Zone.Id,
        Whole.Start.ToDateTimeOffset(), Whole.End.ToDateTimeOffset(), FrozenBy, Overrides);
}

/// <summary>A stretch of a window that freezes take.</summary>
public sealed record FrozenOccurrence(WindowRule Rule, TimeSlot Whole, TimeSlot Slot, IReadOnlyList<string> Freezes);

/// <summary>Windows of a range of time: what may be used, and what a freeze took.</summary>
public sealed record WindowOccurrences(IReadOnlyList<WindowOccurrence> Open, IReadOnlyList<FrozenOccurrence> Frozen);

/// <summary>A frozen stretch that an approved exception opens.</summary>
public sealed record OpenedFreeze(TimeSlot Slot, string Freeze, string Exception);

/// <summary>Puts window rules and freezes together.</summary>
public static class WindowCalendar
{
    /// <summary>More windows than this in one answer are refused: the range or the rules are not meant so.</summary>
    public const int MaximumWindows = 5_000_000;

    /// <summary>All windows of some rules in [<paramref name="from"/>, <paramref name="to"/>), clipped to it, freezes taken out, ordered by start.</summary>
    /// <param name="rules">Rules of one asset; windows of different rules may overlap and are not merged.</param>
    /// <param name="freezes">Freezes that hold for that asset.</param>
    /// <param name="from">First instant of interest.</param>
    /// <param name="to">First instant that is no longer of interest.</param>
    /// <param name="overrides">Approved exceptions that hold for that asset.</param>
    /// <exception cref="FailureException">
    /// <c>RangeInvalid</c>: <paramref name="to"/> does not follow <paramref name="from"/>; <c>WindowsTooMany</c>: above <see cref="MaximumWindows"/>.
    /// </exception>
    public static WindowOccurrences Occurrences(IEnumerable<WindowRule> rules, IEnumerable<Freeze> freezes, Instant from, Instant to,
        IEnumerable<FreezeOverride>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(freezes);
        if (to <= from)
        {
            throw new FailureException("RangeInvalid", FailureKind.InvalidInput, $"The range from {from} to {to} is empty: its end must follow its start.",
                remedy: "Give a -To later than -From.");
        }
        var windows = Collect(rules, from, to);
        var range = new TimeSlot(from, to);
        var slots = windows.ConvertAll(w => w.Whole.Intersect(range) ?? throw new InvalidOperationException("A rule gave a window outside of the range."));
        var (frozenSlots, opened) = Frozen(freezes, from, to, [.. overrides ?? []]);

        var cut = FreezeCalendar.Subtract(slots, frozenSlots);
        var frozenBy = Names(cut.Frozen);
        // What exceptions opened is laid over the open pieces in the same way, to name the exceptions.
        var overridden = opened.Count == 0 ? [] : Names(FreezeCalendar.Subtract([.. cut.Open.Select(p => p.Slot)], [.. opened.Select(o => new FrozenSlot(o.Slot, o.Exception))]).Frozen);

        var open = new List<WindowOccurrence>(cut.Open.Count);
        for (var i = 0; i < cut.Open.Count; i++)
        {
            var (window, slot) = cut.Open[i];
            open.Add(new(windows[window].Rule, windows[window].Whole, slot, frozenBy.GetValueOrDefault(window, []), overridden.GetValueOrDefault(i, [])));
        }
        return new(open, [.. cut.Frozen.Select(p => new FrozenOccurrence(windows[p.Window].Rule, windows[p.Window].Whole, p.Slot, p.Freezes))]);
    }

    private static List<(WindowRule Rule, TimeSlot Whole)> Collect(IEnumerable<WindowRule> rules, Instant from, Instant to)
    {
        var windows = new List<(WindowRule Rule, TimeSlot Whole)>();
        var count = 0;
        foreach (var rule in rules)
        {
            count++;
            foreach (var slot in rule.Slots(from, to))
            {
                if (windows.Count == MaximumWindows)
                {
                    throw new FailureException("WindowsTooMany", FailureKind.InvalidInput,
                        FormattableString.Invariant($"There are more than {MaximumWindows / 1_000_000} million windows from {from} to {to}."), rule.Name, "Ask for a shorter time, or give windows that occur less often.");
                }
                windows.Add((rule, slot));
            }
        }
        if (count < 2) return windows;
        for (var i = 1; i < windows.Count; i++)
        {
            // Stable, so that windows of equal time keep the order of their rules.
            if (windows[i - 1].Whole.CompareTo(windows[i].Whole) > 0) return [.. windows.OrderBy(w => w.Whole)];
        }
        return windows;
    }

    /// <summary>The stretches that freezes take, and those that exceptions give back.</summary>
    internal static (List<FrozenSlot> Frozen, List<OpenedFreeze> Opened) Frozen(IEnumerable<Freeze> freezes, Instant from, Instant to, FreezeOverride[] overrides)
    {
        var frozen = new List<FrozenSlot>();
        var opened = new List<OpenedFreeze>();
        foreach (var freeze in freezes)
        {
            var slots = freeze.Slots(from, to).ToList();
            var exceptions = overrides.Where(o => o.AppliesTo(freeze.Name)).Select(o => new FrozenSlot(o.Slot, o.Id)).ToList();
            if (exceptions.Count == 0)
            {
                frozen.AddRange(slots.Select(s => new FrozenSlot(s, freeze.Name)));
                continue;
            }
            var split = FreezeCalendar.Subtract(slots, exceptions);
            frozen.AddRange(split.Open.Select(p => new FrozenSlot(p.Slot, freeze.Name)));
            opened.AddRange(split.Frozen.SelectMany(p => p.Freezes.Select(id => new OpenedFreeze(p.Slot, freeze.Name, id))));
        }
        return (frozen, opened);
    }

    private static Dictionary<int, IReadOnlyList<string>> Names(IReadOnlyList<FrozenPiece> pieces)
    {
        var names = new Dictionary<int, IReadOnlyList<string>>();
        foreach (var piece in pieces)
        {
            names[piece.Window] = names.TryGetValue(piece.Window, out var known)
                ? [.. known.Union(piece.Freezes, StringComparer.Ordinal)]
                : piece.Freezes;
        }
        return names;
    }
}
