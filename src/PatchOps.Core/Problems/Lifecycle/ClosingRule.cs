using PatchOps.Core.Effectiveness;
using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Lifecycle;

/// <summary>
/// When a problem may be called resolved: a patch is named, it was deployed on a known day, and a verdict says that it helped; or an active
/// risk acceptance covers the problem.
/// </summary>
public static class ClosingRule
{
    /// <summary>Statuses that end a problem as solved.</summary>
    public static bool Ends(string? status) => status?.ToUpperInvariant() is "RESOLVED" or "CLOSED";

    /// <summary>Reads what the store knows about a problem's fix.</summary>
    /// <param name="problem">As it shall be.</param>
    /// <param name="policy">Asked where a verdict lacks: those that are inconclusive are not kept, and nobody should be sent to test again for nothing.</param>
    /// <returns>Null where it may be closed, else the refusal with what lacks and how to get it.</returns>
    public static Failure? Check(ICatalogue catalogue, Problem problem, DateTimeOffset asOf, Func<EffectivenessPolicy> policy)
    {
        if (Accepted(catalogue, problem, asOf) is not null) return null;
        var patches = problem.Patches.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var items = problem.ConfigurationItems.Select(i => catalogue.ResolveAsset(i) ?? i).ToHashSet(StringComparer.Ordinal);
        // A newer patch contains the one that the record names.
        var succession = new PatchSuccession(catalogue);
        var systems = new Lazy<Dictionary<string, string?>>(() => catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, a => a.OperatingSystem, StringComparer.Ordinal));
        var deployed = catalogue.Deployments().Any(d => d.Started <= asOf && d.Outcome == DeploymentOutcome.Succeeded && (items.Count == 0 || items.Contains(d.Asset) || d.Problem == problem.Id)
            && (patches.Contains(d.Patch) || patches.Any(p => succession.Replaces(d.Patch, p, systems.Value.GetValueOrDefault(d.Asset)))));
        var verdict = catalogue.Verdicts(asOf).FirstOrDefault(v => v.Verdict.Problem == problem.Id);
        var lacks = new List<string>();
        var remedies = new List<string>();
        if (patches.Count == 0)
        {
            lacks.Add("a patch id");
            var named = catalogue.Deployments().Where(d => d.Problem == problem.Id && d.Started <= asOf).Select(d => d.Patch).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            remedies.Add(named.Count == 0 ? "name the patch with -Patch" : $"name the patch with -Patch (deployments for this problem name {string.Join(" and ", named)})");
        }
        if (!deployed)
        {
            lacks.Add(patches.Count == 0 ? "a deployment date" : $"a successful deployment of {string.Join(" or ", problem.Patches)} to its items");
            remedies.Add("deploy it with Invoke-PatchWave, or record it with Import-PatchDeployment");
        }
        // A verdict on a patch that is no longer on the record says nothing of the one that is.
        var other = verdict.Verdict?.Patch is { } judged && patches.Count > 0
            && !judged.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(j => patches.Contains(j) || patches.Any(p => succession.Replaces(j, p, null))) ? judged : null;
        if (verdict.Verdict is null || other is not null)
        {
            lacks.Add($"a verdict on whether it helped{(other is null ? "" : FormattableString.Invariant($" (that of {verdict.At.UtcDateTime:yyyy-MM-dd} is on {other})"))}");
            var open = lacks.Count == 1 ? Undecided(catalogue, problem, asOf, policy()) : null;
            if (open is not null) lacks[0] += $": tested now it is Inconclusive, {open}";
            remedies.Add(open is null ? $"get one with Test-PatchEffectiveness {problem.Id}" : $"see why with Test-PatchEffectiveness {problem.Id} and test again when there is more to see");
        }
        const string accept = "or accept the risk with New-PatchException -Kind RiskAcceptance";
        if (lacks.Count > 0)
            return new Failure("ProblemUnproven", FailureKind.Refused, $"Problem {problem.Id} cannot be closed as resolved: it lacks {Join(lacks)}.", problem.Id, Capital($"{Join(remedies)}; {accept}."));
        if (verdict.Verdict!.Verdict != EffectivenessVerdict.Effective)
            return new Failure("ProblemUnsolved", FailureKind.Refused,
                FormattableString.Invariant($"Problem {problem.Id} cannot be closed as resolved: the verdict of {verdict.At.UtcDateTime:yyyy-MM-dd} on {verdict.Verdict.Patch} is {verdict.Verdict.Verdict}."), problem.Id,
                $"See the evidence with Get-PatchInvestigation -Problem {problem.Id}, deploy another patch, {accept}.");
        return null;
    }

    /// <summary>When there may be a verdict, where the data of today give none; null where they do.</summary>
    private static string? Undecided(ICatalogue catalogue, Problem problem, DateTimeOffset asOf, EffectivenessPolicy policy)
    {
        if (new ProblemHistories(catalogue, asOf).Of(problem, [], []) is not { } history) return null;
        var result = EffectivenessAnalysis.Analyse(history, policy);
        if (result.Verdict != EffectivenessVerdict.Inconclusive) return null;
        return result.EarliestVerdict is { } earliest
            ? FormattableString.Invariant($"and a verdict is possible once incidents until {earliest.UtcDateTime:yyyy-MM-dd} are on record")
            : "and none is in sight from the data at hand";
    }

    /// <summary>The active risk acceptance that covers a problem: it names its patch or a vulnerability of it, on all of its items or on every one.</summary>
    public static PatchException? Accepted(ICatalogue catalogue, Problem problem, DateTimeOffset asOf)
    {
        foreach (var exception in new ExceptionLedger(catalogue, asOf).All)
        {
            if (exception is not { State: PatchExceptionState.Active, Kind: PatchExceptionKind.RiskAcceptance }) continue;
            var names = (exception.Patch.Count > 0 && problem.Patches.Count > 0 && problem.Patches.All(p => exception.Patch.Contains(p, StringComparer.OrdinalIgnoreCase)))
                || (exception.Cve.Count > 0 && problem.Cves.Count > 0 && problem.Cves.All(c => exception.Cve.Contains(c, StringComparer.OrdinalIgnoreCase)))
                || (exception.Patch.Count + exception.Cve.Count == 0);
            if (!names) continue;
            if (exception.Asset.Count == 0) return exception;
            var covered = Operations.AssetFilter.Resolve(catalogue, exception.Asset);
            if (problem.ConfigurationItems.Count > 0 && problem.ConfigurationItems.All(i => covered.Matches(catalogue.ResolveAsset(i) ?? i))) return exception;
        }
        return null;
    }

    private static string Join(List<string> parts) => parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
