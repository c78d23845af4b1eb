using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>What past deployments and verdicts teach: how often patches fail, and how often they fix their problem. Safe to ask from several threads.</summary>
public sealed class OutcomeLedger
{
    private readonly Levels installs = new();
    private readonly Levels fixes = new();

    /// <param name="deployments">Those that ended; later ones than asked for must be left out by the caller.</param>
    /// <param name="verdicts">Newest verdict of each problem.</param>
    public OutcomeLedger(IEnumerable<Deployment> deployments, IEnumerable<EffectivenessResult> verdicts)
    {
        // Many deployments are of few patches.
        var byPatch = new Dictionary<string, OutcomeCounts>(StringComparer.Ordinal);
        foreach (var deployment in deployments)
        {
            ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(byPatch, deployment.Patch, out _);
            counts = new OutcomeCounts(counts.Hits + (deployment.Outcome != DeploymentOutcome.Succeeded ? 1 : 0), counts.Trials + 1);
        }
        foreach (var (patch, counts) in byPatch) installs.Add(patch, counts);
        foreach (var verdict in verdicts)
        {
            if (verdict.Verdict == EffectivenessVerdict.Inconclusive || verdict.Patch is null) continue;
            foreach (var patch in verdict.Patch.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                fixes.Add(patch, new OutcomeCounts(verdict.Verdict == EffectivenessVerdict.Effective ? 1 : 0, 1));
        }
    }

    /// <summary>Installs that failed or were rolled back.</summary>
    public OutcomeHistory Installs(string? patch) => installs.Of(patch);

    /// <summary>Verdicts that were Effective.</summary>
    public OutcomeHistory Fixes(string? patch) => fixes.Of(patch);

    private sealed class Levels
    {
        private readonly Dictionary<string, OutcomeCounts> counts = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, OutcomeHistory> asked = new(StringComparer.Ordinal);
        private OutcomeCounts all;

        public void Add(string patch, OutcomeCounts more)
        {
            Count(patch, more);
            // A patch id that is its own product or vendor must not be counted twice at one level.
            Count("product " + PatchNames.Product(patch), more);
            Count("vendor " + PatchNames.Vendor(patch), more);
            all = Sum(all, more);
        }

        /// <summary>Asked for every finding; there are far fewer patches.</summary>
        public OutcomeHistory Of(string? patch) => patch is null ? new OutcomeHistory(default, default, default, all) : asked.GetOrAdd(patch, Read);

        private OutcomeHistory Read(string patch) =>
            new(counts.GetValueOrDefault(patch), counts.GetValueOrDefault("product " + PatchNames.Product(patch)), counts.GetValueOrDefault("vendor " + PatchNames.Vendor(patch)), all);

        private void Count(string key, OutcomeCounts more) => counts[key] = Sum(counts.GetValueOrDefault(key), more);

        private static OutcomeCounts Sum(OutcomeCounts one, OutcomeCounts other) => new(one.Hits + other.Hits, one.Trials + other.Trials);
    }
}
