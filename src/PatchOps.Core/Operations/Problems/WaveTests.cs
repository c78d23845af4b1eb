using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Problems;

/// <summary>What tests, verification and probes said on a problem's items when its patches were deployed, from the waves' own journal.</summary>
internal static class WaveTests
{
    private static readonly string[] Steps = [nameof(HostStep.TestBefore), nameof(HostStep.Verify), nameof(HostStep.Probe), nameof(HostStep.TestAfter), nameof(HostStep.Bake)];

    public static async Task<IReadOnlyList<string>> ReadAsync(ICatalogue catalogue, IJournal journal, ProblemOutcome outcome, CancellationToken cancellationToken)
    {
        var patches = outcome.Patches.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var items = outcome.Deployed.Concat(outcome.Missing).ToHashSet(StringComparer.Ordinal);
        var found = new List<string>();
        foreach (var plan in catalogue.Plans().Reverse())
        {
            foreach (var wave in plan.Waves)
            {
                var hosts = wave.Hosts.Where(h => items.Contains(h.Asset) && h.Patches.Any(p => patches.Contains(p.Patch))).Select(h => h.Asset).ToHashSet(StringComparer.Ordinal);
                if (hosts.Count == 0) continue;
                var runs = await WaveHistory.RunsAsync(journal, new WaveDefinition(plan.Id, wave), null, cancellationToken).ConfigureAwait(false);
                foreach (var step in runs.Where(r => hosts.Contains(r.Asset)).SelectMany(r => r.Evidence).Where(e => Steps.Contains(e.Step)).GroupBy(e => e.Step, StringComparer.Ordinal).OrderBy(g => Array.IndexOf(Steps, g.Key)))
                {
                    var outcomes = step.GroupBy(e => e.Outcome, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => FormattableString.Invariant($"{g.Count()} {g.Key}"));
                    found.Add($"Plan {plan.Id}, wave {wave.Number}: {step.Key} {string.Join(", ", outcomes)}");
                }
            }
        }
        return found;
    }
}
