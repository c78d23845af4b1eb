using System.Globalization;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Contents;

/// <summary>What a wave's hosts need around the change, as policy says at the time of planning: from then on the plan says it.</summary>
public sealed class WaveContents(PlanningPolicy policy)
{
    /// <param name="wave">Number, times and hosts.</param>
    /// <param name="items">The same hosts as they are.</param>
    /// <param name="soaks">False where policy waives the soak for the whole ring, or the plan takes the emergency path.</param>
    public PlanWave Fill(PlanWave wave, IReadOnlyList<PlanItem> items, bool soaks = true)
    {
        ArgumentNullException.ThrowIfNull(wave);
        var gates = policy.Probes.Where(p => Meant(p.For, items)).Select(p => new HealthGate { Kind = p.Kind, Target = p.Target, Packages = p.Packages, Assets = Only(p.For, items) }).ToList();
        var tests = policy.Tests.Where(t => Meant(t.For, items)).Select(t => new TestCase { Name = t.Name, Kind = t.Kind, Target = t.Target, Problem = t.Problem, Packages = t.Packages, Assets = Only(t.For, items) }).ToList();
        (tests, var waivers) = TestWaivers.Of(tests, items, soaks);
        var snapshots = policy.Snapshots.Where(s => Meant(s.For, items)).Select(s => new SnapshotStep { Name = s.Name, Take = s.Take, List = s.List, Restore = s.Restore, Remove = s.Remove, Assets = Only(s.For, items) }).ToList();
        return wave with
        {
            Gates = gates,
            Tests = tests,
            Waivers = waivers,
            Snapshots = snapshots,
            Quiesce = [.. policy.Quiesce.Where(q => Meant(q.For, items)).Select(q => new QuiesceStep { Name = q.Name, Take = q.Take, PutBack = q.PutBack, Assets = Only(q.For, items) })],
            Backups = [.. policy.Backups.Where(b => Meant(b.For, items)).Select(b => new BackupCheck { Name = b.Name, Marker = b.Marker, MaxAge = b.MaxAge, Schedule = b.Schedule, Assets = Only(b.For, items) })],
            HaltRule = new HaltRule { MaxFailures = wave.Ring == WaveRing.Canary ? 0 : policy.MaxFailures, MaxFailurePercent = Tolerated(wave.Stage) },
            Conduct = policy.Conduct.For(items),
            Rollback = new RollbackRule { Method = policy.Conduct.Rollback, DetectionWindow = policy.DetectionWindow, ProbeGrace = policy.ProbeGrace, Criteria = Criteria(gates, tests) },
        };
    }

    private List<string> Criteria(List<HealthGate> gates, List<TestCase> tests)
    {
        var criteria = new List<string> { "a package is not at the approved version after the change" };
        criteria.AddRange(gates.Select(g => $"{g} is not healthy within {Length(policy.ProbeGrace)} of the change"));
        criteria.AddRange(tests.Select(t => $"test case {t} does not pass within {Length(policy.ProbeGrace)} of the change"));
        return criteria;
    }

    internal static string Length(TimeSpan time) =>
        time.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : time.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} min")
        : time.TotalDays < 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h") : string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days");

    /// <summary>Stages before production are there to fail: they tolerate twice as much.</summary>
    private double Tolerated(AssetEnvironment stage) => stage == AssetEnvironment.Production ? policy.MaxFailurePercent : Math.Min(100, 2 * policy.MaxFailurePercent);

    private static bool Meant(AssetSelector selector, IReadOnlyList<PlanItem> items) => items.Any(i => selector.Matches(i.Asset));

    /// <summary>Empty where the rule is for every host of the wave.</summary>
    private static IReadOnlyList<string> Only(AssetSelector selector, IReadOnlyList<PlanItem> items) =>
        items.All(i => selector.Matches(i.Asset)) ? [] : [.. items.Where(i => selector.Matches(i.Asset)).Select(i => i.Asset.Id)];
}
