using NodaTime;
using PatchOps.Core.Planning.Calendar.ICalendar;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Calendar;

/// <summary>Windows by name, in any case: those of policy first, then imported ones.</summary>
public sealed class NamedWindows
{
    private readonly Dictionary<string, string> policy = new(StringComparer.OrdinalIgnoreCase);
    private readonly ILookup<string, WindowDefinition> imported;
    private readonly Dictionary<string, (DateTimeZone Zone, IReadOnlyList<WindowRule> Rules)> read = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="policy">Text by name.</param>
    /// <param name="imported">Definitions; several with one name add up.</param>
    public NamedWindows(IReadOnlyDictionary<string, string> policy, IEnumerable<WindowDefinition>? imported = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        foreach (var (name, text) in policy) this.policy.TryAdd(name, text);
        this.imported = (imported ?? []).ToLookup(d => d.Name, StringComparer.OrdinalIgnoreCase);
    }

    public IEnumerable<string> Names => policy.Keys.Concat(imported.Select(g => g.Key)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);

    /// <summary>The window's rules under its name; its text stays as the source. Null where the name is not known.</summary>
    /// <param name="name">Name in any case.</param>
    /// <param name="zone">Zone of times that carry none: the asset's.</param>
    /// <exception cref="FailureException">The text cannot be read, as <see cref="WindowText.Parse"/> says.</exception>
    public IReadOnlyList<WindowRule>? Find(string name, DateTimeZone zone)
    {
        // Times that say their own zone are the same for every asset: a calendar of a million such is read once.
        if (read.TryGetValue(name, out var known) && (known.Zone.Equals(zone) || !known.Rules.Any(r => r.Zone.Equals(known.Zone)))) return known.Rules;
        if (Read(name, zone) is not { } rules) return null;
        read[name] = (zone, rules);
        return rules;
    }

    private List<WindowRule>? Read(string name, DateTimeZone zone)
    {
        if (policy.TryGetValue(name, out var text)) return [.. WindowText.Parse(text, zone).Select(r => Under(name, r, r.Source))];
        var found = imported[name].ToList();
        return found.Count == 0 ? null : [.. found.SelectMany(d => Rules(d, zone).Select(r => Under(d.Name, r, d.Source ?? r.Source)))];
    }

    /// <summary>The rules of one definition.</summary>
    /// <exception cref="FailureException">It cannot be read, or holds no window.</exception>
    public static IReadOnlyList<WindowRule> Rules(WindowDefinition definition, DateTimeZone assetZone)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var zone = definition.TimeZone is null ? assetZone : ZoneNames.Resolve(definition.TimeZone);
        if (!definition.IsCalendar) return WindowText.Parse(definition.Definition, zone);
        var entries = CalendarReader.Read(new StringReader(definition.Definition), zone).ToList();
        Failure? refused = entries.Select(e => e.Failure).OfType<Failure>().FirstOrDefault();
        var rules = CalendarWindows.ToRules(entries.Select(e => e.Event).OfType<CalendarEvent>(), definition.Source ?? definition.Name, f => refused ??= f);
        return rules.Count > 0 ? rules : throw new FailureException(refused ?? new Failure("WindowInvalid", FailureKind.InvalidInput, $"The calendar of window '{definition.Name}' holds no event that is in force.", definition.Name, "Import the calendar again with Import-PatchWindow."));
    }

    private static WindowRule Under(string name, WindowRule rule, string source) => new(name, rule.Starts, rule.Length, rule.DayOffset, source);
}
