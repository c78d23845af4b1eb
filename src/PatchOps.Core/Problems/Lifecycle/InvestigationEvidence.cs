using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Lifecycle;

/// <summary>What each team needs to know when a patch failed: what is still open, what was deployed how, and what users saw.</summary>
internal static class InvestigationEvidence
{
    public static IEnumerable<(InvestigationTeam Team, string Text)> Of(Problem problem, EffectivenessResult result, IReadOnlyList<string> items, IReadOnlyList<Deployment> tried,
        IReadOnlyDictionary<string, DateTimeOffset> done, int linked, int open, IReadOnlyList<Finding> findings, ILookup<string, string> dependents)
    {
        foreach (var cve in findings.Where(f => f.Cve is not null).GroupBy(f => f.Cve!, StringComparer.OrdinalIgnoreCase).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var still = cve.Where(f => f.Status == FindingStatus.Affected).Select(f => f.Asset).Distinct(StringComparer.Ordinal).Count();
            yield return (InvestigationTeam.Security, Text($"{cve.Key} is open on {still} of {items.Count} items, in {string.Join(", ", cve.Select(f => f.Package).Distinct(StringComparer.Ordinal).Take(3))}."));
        }
        if (findings.Count == 0) yield return (InvestigationTeam.Security, problem.Cves.Count > 0 ? $"No finding of {string.Join(", ", problem.Cves)} is known on its items." : "The problem names no vulnerability.");
        else if (open > 0) yield return (InvestigationTeam.Security, Text($"On {open} patched items what the patch should close is still open: was the right version installed, and is it in use?"));

        foreach (var patch in tried.GroupBy(d => d.Patch, StringComparer.Ordinal))
        {
            int Count(DeploymentOutcome outcome) => patch.Count(d => d.Outcome == outcome);
            yield return (InvestigationTeam.Operations, Text(
                $"{patch.Key}: {Count(DeploymentOutcome.Succeeded)} deployments succeeded, {Count(DeploymentOutcome.Failed)} failed, {Count(DeploymentOutcome.RolledBack)} were rolled back, from {patch.Min(d => d.Started).UtcDateTime:yyyy-MM-dd} to {patch.Max(d => d.Started).UtcDateTime:yyyy-MM-dd}."));
        }
        var changes = tried.Select(d => d.Change).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (changes.Count > 0) yield return (InvestigationTeam.Operations, $"Changes: {string.Join(", ", changes.Take(10))}.");
        if (done.Count < items.Count) yield return (InvestigationTeam.Operations, Text($"{items.Count - done.Count} of {items.Count} items do not have it."));
        if (result.ConfoundedBy.Count > 0) yield return (InvestigationTeam.Operations, $"Deployed beside it: {string.Join(", ", result.ConfoundedBy)}.");

        yield return (InvestigationTeam.Application, Text(
            $"{result.BeforeCount} incidents in {result.BeforeDays:0} item-days before, {result.AfterCount} in {result.AfterDays:0} after: rate ratio {Number(result.RateRatio)} ({Number(result.RateRatioLow)} to {Number(result.RateRatioHigh)})."));
        foreach (var reason in result.Reasons.Take(3)) yield return (InvestigationTeam.Application, reason);
        foreach (var cluster in result.SideEffects.Take(5)) yield return (InvestigationTeam.Application, Text($"'{cluster.Category}'{(cluster.OnDependents ? " on dependent items" : "")}: {cluster.BeforeCount} incidents before, {cluster.AfterCount} after."));
        if (linked > 0) yield return (InvestigationTeam.Application, Text($"{linked} incidents after deployment were linked to the problem by their symptom."));
        if (problem.Workaround is { } workaround) yield return (InvestigationTeam.Application, $"Workaround until it is solved: {workaround}");
        var needing = items.SelectMany(i => dependents[i]).Distinct(StringComparer.Ordinal).Count(d => !items.Contains(d));
        if (needing > 0) yield return (InvestigationTeam.Application, Text($"{needing} further items depend on the problem's items."));
    }

    private static string Number(double? value) => value is { } number ? number.ToString("0.##", CultureInfo.InvariantCulture) : "not defined";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
