using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>Makes example estates: the same seed gives the same estate on every machine.</summary>
public static class EstateGenerator
{
    /// <summary>Seed of the estate that ships with the project.</summary>
    public const int DefaultSeed = 20261031;

    public static Estate Generate(int seed = DefaultSeed)
    {
        var dice = new Dice((ulong)(uint)seed);
        var hosts = Hosts.Make(dice.Branch("hosts"));
        var rollouts = new Rollouts();
        rollouts.Problems(hosts, dice.Branch("problems"));
        var packages = new Packages(hosts, rollouts.Patched.Keys.ToHashSet(), dice.Branch("packages"));
        rollouts.Routine(hosts, packages, dice.Branch("routine"));

        foreach (var scenario in Scenarios.All)
            if (scenario.Waves.Length > 0 && !rollouts.Patched.Keys.Any(k => k.Advisory == scenario.Advisory))
                throw new InvalidOperationException($"{scenario.Id} was not deployed anywhere.");
        var desk = new Desk(dice.Branch("incidents"));
        foreach (var scenario in Scenarios.All)
        {
            var changes = rollouts.Deployments.Where(d => d.Problem == scenario.Id && d.Change is not null)
                .GroupBy(d => d.Asset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Change!, StringComparer.Ordinal);
            desk.Problem(scenario, hosts, rollouts.Patched, changes);
        }
        desk.Background(hosts);
        return new Estate
        {
            Assets = hosts,
            Software = [.. hosts.SelectMany(packages.On)],
            Problems = [.. Scenarios.All.Select(s => Record(s, hosts))],
            Incidents = desk.All(),
            Changes = rollouts.Changes,
            Deployments = rollouts.Deployments,
            Truths = Scenarios.All.Where(s => s.Truth is not null).ToDictionary(s => s.Id, s => s.Truth!.Value, StringComparer.Ordinal),
        };
    }

    private static Problem Record(Scenario scenario, IReadOnlyList<Asset> hosts) => new()
    {
        Id = scenario.Id,
        Title = scenario.Title,
        Status = scenario.Waves.Length > 0 ? "Monitoring" : scenario.KnownError ? "Known error" : "Open",
        Priority = scenario.Priority,
        Opened = Estate.From.AddDays(scenario.Opened).AddHours(9),
        ConfigurationItems = [.. hosts.Where(scenario.On).Select(h => h.Id)],
        Cves = [.. Facts.Fixes.Where(f => f.Patch == scenario.Fix.Patch).SelectMany(f => f.Cves).Distinct(StringComparer.Ordinal)],
        Patches = [scenario.Fix.Patch],
        Workaround = scenario.Workaround,
        RootCause = scenario.RootCause,
        OwnerTeam = hosts.First(scenario.On).OwnerTeam,
        KnownError = scenario.KnownError,
    };
}
