using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>Incidents as a service desk records them: by weekday and hour, some linked to problems, many not.</summary>
internal sealed class Desk(Dice dice)
{
    /// <summary>Share of a problem's incidents that somebody linked to it.</summary>
    private const double Linked = 0.7;

    private const double NoisePerHostDay = 0.0128;

    /// <summary>Monday to Sunday, mean 1.</summary>
    private static readonly double[] Weekday = [1.40, 1.26, 1.20, 1.15, 1.09, 0.48, 0.42];

    private static readonly (string Category, double Share, string[] Texts)[] Noise =
    [
        ("Disk space", 0.22, ["File system above 90 %", "Log volume is full", "Backup target has no room left"]),
        ("Access request", 0.18, ["User cannot sign in to the host", "Role is missing after a team change", "Expired password of a service account"]),
        ("Hardware", 0.10, ["Fan reports low speed", "Disk in a mirror was replaced", "Memory errors were corrected"]),
        ("Network", 0.16, ["Packet loss to the host", "Switch port flapped", "Firewall rule was missing"]),
        ("Backup failed", 0.14, ["Nightly backup ended with an error", "Restore test did not finish"]),
        ("Configuration", 0.12, ["Setting lost after a restart", "Host differs from its baseline", "Clock was off by seconds"]),
        ("Certificate", 0.08, ["Certificate expires within a week", "Chain was incomplete"]),
    ];

    private readonly List<Incident> _incidents = [];

    public void Problem(Scenario scenario, IReadOnlyList<Asset> hosts, IReadOnlyDictionary<(string Host, string Advisory), double> patched, IReadOnlyDictionary<string, string> changes)
    {
        foreach (var host in hosts.Where(scenario.On))
        {
            double? since = patched.TryGetValue((host.Id, scenario.Advisory), out var day) ? day + 1 : null;
            var highest = scenario.Rate * Math.Max(1, scenario.Effect);
            foreach (var at in Times(highest))
            {
                var factor = since is null || at < since || (scenario.Returns is { } back && at >= back) ? 1 : scenario.Effect;
                if (!dice.Chance(scenario.Rate * factor / highest)) continue;
                var caused = scenario.Effect > 1 && since is { } start && at >= start && dice.Chance(0.3);
                Add(at, host, scenario.Category, scenario.Priority, dice.Chance(Linked) ? scenario.Id : null, dice.Pick(scenario.Descriptions), caused ? changes.GetValueOrDefault(host.Id) : null);
            }
            if (scenario.Replacement is null) continue;
            foreach (var at in Times(scenario.Rate))
            {
                // As much as went away, under another name; a trickle of it was always there.
                var share = since is not null && at >= since ? 1 - scenario.Effect + 0.05 : 0.05;
                if (dice.Chance(share)) Add(at, host, scenario.Replacement, "3", null, dice.Pick(["Query took longer than a minute", "Reports wait for the database", "Sessions queue before the database"]), null);
            }
        }
    }

    public void Background(IReadOnlyList<Asset> hosts)
    {
        foreach (var host in hosts)
        {
            foreach (var at in Times(NoisePerHostDay * (0.5 + 0.5 * dice.Frailty())))
            {
                var roll = dice.Next();
                var kind = Noise[^1];
                foreach (var candidate in Noise)
                {
                    kind = candidate;
                    if ((roll -= candidate.Share) < 0) break;
                }
                Add(at, host, kind.Category, dice.Pick(["3", "3", "4", "4", "5"]), null, dice.Pick(kind.Texts), null);
            }
        }
    }

    public IReadOnlyList<Incident> All() =>
        [.. _incidents.OrderBy(i => i.Opened).ThenBy(i => i.ConfigurationItem, StringComparer.Ordinal).ThenBy(i => i.Category, StringComparer.Ordinal)
            .Select((incident, i) => incident with { Id = string.Create(CultureInfo.InvariantCulture, $"INC{i + 1:000000}") })];

    /// <summary>Days since the start, at a mean rate a day, more on Mondays than on Sundays.</summary>
    private IEnumerable<double> Times(double perDay)
    {
        const double most = 1.40;
        var length = (Estate.Until - Estate.From).TotalDays;
        for (var at = dice.Wait(perDay * most); at < length; at += dice.Wait(perDay * most))
        {
            var day = Estate.From.AddDays(at).DayOfWeek;
            if (dice.Chance(Weekday[((int)day + 6) % 7] / most)) yield return at;
        }
    }

    private void Add(double at, Asset host, string category, string priority, string? problem, string text, string? causedBy)
    {
        var opened = Estate.From.AddSeconds(Math.Floor(at * 86_400));
        var resolved = opened.AddMinutes(Math.Ceiling(20 + 60 * dice.Frailty() * (priority is "1" or "2" ? 2 : 6)));
        _incidents.Add(new Incident
        {
            Id = "new",
            Opened = opened,
            Resolved = resolved < Estate.Until ? resolved : null,
            ConfigurationItem = host.Id,
            Category = category,
            Priority = priority,
            Problem = problem,
            CausedBy = causedBy,
            Description = text,
        });
    }
}
