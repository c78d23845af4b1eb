using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>What past deployments and verdicts teach: how often patches fail, and how often they fix their problem.</summary>
public sealed class OutcomeLedger
{
    private readonly Levels installs = new();
    private readonly Levels fixes = new();

    /// <param name="deployments">Those that ended; later ones than asked for must be left out by the caller.</param>
    /// <param name="verdicts">Newest verdict of each problem.</param>
    public OutcomeLedger(IEnumerable<Deployment> deployments, IEnumerable<EffectivenessResult> verdicts)
    {
        foreach (var deployment in deployments) installs.Add(deployment.Patch, deployment.Outcome != DeploymentOutcome.Succeeded);
        foreach (var verdict in verdicts)
        {
            if (verdict.Verdict == EffectivenessVerdict.Inconclusive || verdict.Patch is null) continue;
            foreach (var patch in verdict.Patch.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                fixes.Add(patch, verdict.Verdict == EffectivenessVerdict.Effective);
        }
    }

    /// <summary>Installs that failed or were rolled back.</summary>
    public OutcomeHistory Installs(string? patch) => installs.Of(patch);

    /// <summary>Verdicts that were Effective.</summary>
    public OutcomeHistory Fixes(string? patch) => fixes.Of(patch);

    private sealed class Levels
    {
        private readonly Dictionary<string, OutcomeCounts> counts = new(StringComparer.Ordinal);
        private readonly Dictionary<string, OutcomeHistory> asked = new(StringComparer.Ordinal);
        private OutcomeCounts all;

        public void Add(string patch, bool hit)
        {
            Count(patch, hit);
            // A patch id that is its own product or vendor must not be counted twice at one level.
            Count("product " + PatchNames.Product(patch), hit);
            Count("vendor " + PatchNames.Vendor(patch), hit);
            all = new OutcomeCounts(all.Hits + (hit ? 1 : 0), all.Trials + 1);
        }

        /// <summary>Asked for every finding; there are far fewer patches.</summary>
        public OutcomeHistory Of(string? patch)
        {
            if (patch is null) return new OutcomeHistory(default, default, default, all);
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(asked, patch, out var exists);
            if (!exists)
                known = new OutcomeHistory(counts.GetValueOrDefault(patch), counts.GetValueOrDefault("product " + PatchNames.Product(patch)), counts.GetValueOrDefault("vendor " + PatchNames.Vendor(patch)), all);
            return known;
        }

        private void Count(string key, bool hit)
        {
            var known = counts.GetValueOrDefault(key);
            counts[key] = new OutcomeCounts(known.Hits + (hit ? 1 : 0), known.Trials + 1);
        }
    }
}
