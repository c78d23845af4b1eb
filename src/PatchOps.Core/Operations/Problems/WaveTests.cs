using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Problems;

/// <summary>What tests, verification and probes said on a problem's items when its patches were deployed, from the waves' own journal.</summary>
internal sealed class WaveTests(ICatalogue catalogue, IJournal journal)
{
    private static readonly string[] Steps = [nameof(HostStep.TestBefore), nameof(HostStep.Verify), nameof(HostStep.Probe), nameof(HostStep.TestAfter), nameof(HostStep.Bake)];

    /// <summary>Waves by patch; plans and runs are read once, however many problems ask.</summary>
    private readonly Lazy<ILookup<string, WaveDefinition>> waves = new(() => catalogue.Plans().Reverse().SelectMany(p => p.Waves.Where(w => w.Hosts.Count > 0).Select(w => new WaveDefinition(p.Id, w)))
        .SelectMany(w => w.Hosts.SelectMany(h => h.Patches).Select(p => p.Patch).Distinct(StringComparer.OrdinalIgnoreCase).Select(p => (Patch: p, Wave: w)))
        .ToLookup(w => w.Patch, w => w.Wave, StringComparer.OrdinalIgnoreCase));

    private readonly Dictionary<(string Plan, int Wave), IReadOnlyList<HostRun>> runs = [];

    public async ValueTask<IReadOnlyList<string>> ReadAsync(ProblemOutcome outcome, CancellationToken cancellationToken)
    {
        var patches = outcome.Patches.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var items = outcome.Deployed.Concat(outcome.Missing).ToHashSet(StringComparer.Ordinal);
        var found = new List<string>();
        foreach (var wave in outcome.Patches.SelectMany(p => waves.Value[p]).DistinctBy(w => (w.PlanId, w.Number)))
        {
            var hosts = wave.Hosts.Where(h => items.Contains(h.Asset) && h.Patches.Any(p => patches.Contains(p.Patch))).Select(h => h.Asset).ToHashSet(StringComparer.Ordinal);
            if (hosts.Count == 0) continue;
            if (!runs.TryGetValue((wave.PlanId, wave.Number), out var known))
                runs[(wave.PlanId, wave.Number)] = known = await WaveHistory.RunsAsync(journal, wave, null, cancellationToken).ConfigureAwait(false);
            foreach (var step in known.Where(r => hosts.Contains(r.Asset)).SelectMany(r => r.Evidence).Where(e => Steps.Contains(e.Step)).GroupBy(e => e.Step, StringComparer.Ordinal).OrderBy(g => Array.IndexOf(Steps, g.Key)))
            {
                var outcomes = step.GroupBy(e => e.Outcome, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => FormattableString.Invariant($"{g.Count()} {g.Key}"));
                found.Add($"Plan {wave.PlanId}, wave {wave.Number}: {step.Key} {string.Join(", ", outcomes)}");
            }
        }
        return found;
    }
}
