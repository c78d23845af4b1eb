using PatchOps.Domain;

namespace PatchOps.Core.Waves;

/// <summary>One wave of one plan, checked.</summary>
public sealed record WaveDefinition
{
    /// <summary>The version that stands for "this update is installed" where a provider resolves the patch's id itself (a KB).</summary>
    public const string InstalledVersion = "installed";

    /// <param name="planId">The plan's id.</param>
    /// <param name="wave">The wave to run.</param>
    /// <param name="others">The plan's other waves, where hosts come after some of theirs; null for none.</param>
    /// <exception cref="FailureException"><c>WaveEmpty</c>; <c>HostListedTwice</c>; <c>PackageTwice</c>: one host shall get two versions of a package.</exception>
    public WaveDefinition(string planId, PlanWave wave, IReadOnlyList<PlanWave>? others = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(planId);
        ArgumentNullException.ThrowIfNull(wave);
        PlanId = planId;
        Wave = wave;
        Others = others ?? [];
        if (wave.Hosts.Count == 0)
            throw new FailureException("WaveEmpty", FailureKind.InvalidInput, $"Wave {wave.Number} of plan {planId} has no hosts.", planId, "Make a new plan with New-PatchPlan.");
        var twice = wave.Hosts.GroupBy(h => h.Asset, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new FailureException("HostListedTwice", FailureKind.InvalidInput, $"Wave {wave.Number} of plan {planId} lists host '{twice.Key}' {twice.Count()} times.", twice.Key,
                "Make a new plan with New-PatchPlan.");
        foreach (var host in wave.Hosts)
        {
            var torn = host.Patches.SelectMany(p => p.Packages).GroupBy(p => p.Package, StringComparer.Ordinal).FirstOrDefault(g => g.Select(p => p.Version).Distinct(StringComparer.Ordinal).Count() > 1);
            if (torn is not null)
                throw new FailureException("PackageTwice", FailureKind.InvalidInput, $"Plan {planId} wants package '{torn.Key}' at several versions on {host.Name}: {string.Join(", ", torn.Select(p => p.Version).Distinct(StringComparer.Ordinal))}.", host.Asset,
                    "Make a new plan with New-PatchPlan.");
        }
    }

    public string PlanId { get; }

    public PlanWave Wave { get; }

    /// <summary>The plan's other waves.</summary>
    public IReadOnlyList<PlanWave> Others { get; }

    public int Number => Wave.Number;

    public IReadOnlyList<PlannedHost> Hosts => Wave.Hosts;

    /// <exception cref="FailureException"><c>WaveNotFound</c>: the plan has no wave of that number.</exception>
    public static WaveDefinition From(PatchPlan plan, int wave)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var found = plan.Waves.FirstOrDefault(w => w.Number == wave)
            ?? throw new FailureException("WaveNotFound", FailureKind.NotFound, $"Plan {plan.Id} has no wave {wave}; it has {plan.Waves.Count}.", plan.Id, $"See Get-PatchPlan {plan.Id}.");
        return new WaveDefinition(plan.Id, found, [.. plan.Waves.Where(w => w.Number != wave)]);
    }
}
