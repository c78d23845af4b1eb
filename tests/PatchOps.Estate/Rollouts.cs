using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>Deployments in waves, with the change records that carried them.</summary>
internal sealed class Rollouts
{
    private const int Total = 400;

    /// <summary>Other patches keep this many days away from one that is under test, so that effects can be told apart.</summary>
    private const double Distance = 15;

    private readonly List<Deployment> _deployments = [];
    private readonly List<Change> _changes = [];
    private readonly Dictionary<(string Host, string Advisory), double> _patched = [];

    public IReadOnlyList<Deployment> Deployments { get; private set; } = [];

    public IReadOnlyList<Change> Changes { get; private set; } = [];

    /// <summary>Day on which a host's deployment of a scenario's patch succeeded.</summary>
    public IReadOnlyDictionary<(string Host, string Advisory), double> Patched => _patched;

    public void Problems(IReadOnlyList<Asset> hosts, Dice dice)
    {
        foreach (var scenario in Scenarios.All.Where(s => s.Waves.Length > 0))
        {
            var items = dice.Shuffle(hosts.Where(scenario.On));
            var chosen = items.Take((int)Math.Round(items.Length * scenario.Patched)).ToArray();
            var wave = 0;
            foreach (var members in chosen.Chunk((chosen.Length + scenario.Waves.Length - 1) / scenario.Waves.Length))
            {
                var day = scenario.Waves[wave++];
                var late = new List<Asset>();
                var change = Change(scenario.Fix.Patch, members, day, scenario.Id, wave == 1 ? "Normal" : "Standard", dice);
                foreach (var host in members)
                {
                    var failed = dice.Chance(0.06);
                    Deploy(scenario.Fix.Patch, host, day, failed ? (dice.Chance(0.5) ? DeploymentOutcome.Failed : DeploymentOutcome.RolledBack) : DeploymentOutcome.Succeeded, scenario.Id, change, dice);
                    if (failed) late.Add(host);
                    else _patched[(host.Id, scenario.Advisory)] = day;
                }
                if (late.Count == 0) continue;
                var again = Change(scenario.Fix.Patch, late, day + 2, scenario.Id, "Standard", dice);
                foreach (var host in late)
                {
                    Deploy(scenario.Fix.Patch, host, day + 2, DeploymentOutcome.Succeeded, scenario.Id, again, dice);
                    _patched[(host.Id, scenario.Advisory)] = day + 2;
                }
            }
        }
    }

    /// <summary>The monthly round: other fixes that the hosts have by the end.</summary>
    public void Routine(IReadOnlyList<Asset> hosts, Packages packages, Dice dice)
    {
        var own = Scenarios.All.Select(s => s.Fix.Patch).ToHashSet(StringComparer.Ordinal);
        var fixes = Facts.Fixes.Where(f => !own.Contains(f.Patch)).GroupBy(f => f.Patch, StringComparer.Ordinal).Select(g => g.First()).ToArray();
        var days = _patched.GroupBy(p => p.Key.Host, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(p => p.Value).ToArray(), StringComparer.Ordinal);
        var done = new HashSet<(string, string)>();
        var spread = dice.Shuffle(fixes);
        for (var round = 0; _deployments.Count < Total; round++)
        {
            if (round > 10_000) throw new InvalidOperationException("There are too few hosts for the promised deployments.");
            var fix = spread[round % spread.Length];
            var published = (DateTimeOffset.Parse(fix.Published, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - Estate.From).TotalDays;
            var first = (int)Math.Max(Math.Ceiling(published) + 3, 6);
            if (first > 365) continue;
            var start = first + dice.Below(370 - first);
            var trouble = fix.Source is "kernel" or "glibc" or "systemd" ? 0.16 : 0.05;
            foreach (var (stages, offset) in Stages)
            {
                var day = start + offset;
                var members = dice.Shuffle(hosts.Where(h => stages.Contains(h.Environment!.Value) && packages.Has(h, fix) && !done.Contains((h.Id, fix.Patch))
                    && !(days.TryGetValue(h.Id, out var tested) && tested.Any(t => Math.Abs(t - day) < Distance)))).Take(7).ToArray();
                members = [.. members.Take(Total - _deployments.Count)];
                if (members.Length == 0) continue;
                var change = Change(fix.Patch, members, day, null, fix.Source == "kernel" ? "Normal" : "Standard", dice);
                foreach (var host in members)
                {
                    done.Add((host.Id, fix.Patch));
                    var outcome = !dice.Chance(trouble) ? DeploymentOutcome.Succeeded : dice.Chance(0.6) ? DeploymentOutcome.Failed : DeploymentOutcome.RolledBack;
                    Deploy(fix.Patch, host, day, outcome, null, change, dice);
                }
            }
        }
        Deployments = Number(_deployments.OrderBy(d => d.Started).ThenBy(d => d.Asset, StringComparer.Ordinal));
        Changes = [.. _changes.OrderBy(c => c.PlannedStart).ThenBy(c => c.Id, StringComparer.Ordinal)];
    }

    private static readonly (AssetEnvironment[] Stages, int Offset)[] Stages =
    [
        ([AssetEnvironment.Development, AssetEnvironment.Test], 0),
        ([AssetEnvironment.Staging], 7),
        ([AssetEnvironment.Production], 14),
    ];

    private static Deployment[] Number(IEnumerable<Deployment> deployments) =>
        [.. deployments.Select((d, i) => d with { Id = string.Create(CultureInfo.InvariantCulture, $"DEP{i + 1:00000}") })];

    private string Change(string patch, IReadOnlyList<Asset> hosts, int day, string? problem, string type, Dice dice)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"CHG{_changes.Count + 1:00000}");
        _changes.Add(new Change
        {
            Id = id,
            Type = type,
            Category = "Patch",
            Status = "Closed",
            Risk = dice.Pick(["Low", "Low", "Medium", "High"]),
            ConfigurationItems = [.. hosts.Select(h => h.Id)],
            PlannedStart = Estate.From.AddDays(day),
            PlannedEnd = Estate.From.AddDays(day + 1),
            Patches = [patch],
            Problem = problem,
        });
        return id;
    }

    private void Deploy(string patch, Asset host, int day, DeploymentOutcome outcome, string? problem, string change, Dice dice)
    {
        // About 22:00 at the site, in UTC: waves run at night.
        var hour = host.TimeZone switch { "America/New_York" => 3, "Asia/Singapore" => 14, _ => 21 };
        var started = Estate.From.AddDays(day).AddHours(hour).AddMinutes(dice.Below(90));
        _deployments.Add(new Deployment
        {
            Id = "new",
            Patch = patch,
            Asset = host.Id,
            Started = started,
            Ended = started.AddMinutes(4 + dice.Below(25)),
            Outcome = outcome,
            Problem = problem,
            Change = change,
        });
    }
}
