using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Exceptions;

/// <summary>Gathers what the premises of one exception look at, finding by finding, and says which one fails.</summary>
internal sealed class PremiseCheck
{
    private readonly List<ExceptionPremise> premises;
    private readonly List<(Problem Problem, Incident Incident)> candidates = [];
    private readonly SortedSet<string> cves = new(StringComparer.OrdinalIgnoreCase);
    private Incident? incident;

    /// <param name="problems">All, by id.</param>
    /// <param name="incidents">Opened by the day asked for.</param>
    public PremiseCheck(PatchException exception, IReadOnlyDictionary<string, Problem> problems, IReadOnlyList<Incident> incidents)
    {
        premises = [.. exception.Premise.Select(ExceptionPremise.Parse)];
        if (!premises.Exists(p => p.Kind == PremiseKind.NoIncident)) return;
        foreach (var one in incidents)
            if (one.Opened > exception.Created && one.Problem is not null && problems.TryGetValue(one.Problem, out var problem)) candidates.Add((problem, one));
    }

    /// <summary>Takes in an open finding that the exception covers.</summary>
    public void Observe(Finding finding)
    {
        if (finding.Cve is not null) cves.Add(finding.Cve);
        if (incident is not null) return;
        foreach (var (problem, one) in candidates)
        {
            // An incident without an item is held against every item of its problem: nobody can say that it was elsewhere.
            if (one.ConfigurationItem is not null && !one.ConfigurationItem.Equals(finding.Asset, StringComparison.Ordinal)) continue;
            if ((finding.Patch is null || !problem.Patches.Contains(finding.Patch)) && (finding.Cve is null || !problem.Cves.Contains(finding.Cve, StringComparer.OrdinalIgnoreCase))) continue;
            incident = one;
            return;
        }
    }

    /// <summary>Why the first premise that fails does; null where all hold.</summary>
    public string? Broken(Func<IReadOnlyCollection<string>, IReadOnlyDictionary<string, ThreatFacts>> threats)
    {
        var known = cves.Count > 0 && premises.Exists(p => p.Kind != PremiseKind.NoIncident) ? threats(cves) : null;
        foreach (var premise in premises)
        {
            if (incident is not null && premise.BrokenBy(incident) is { } byIncident) return byIncident;
            foreach (var cve in cves)
                if (known is not null && known.TryGetValue(cve, out var threat) && premise.BrokenBy(threat) is { } byThreat) return byThreat;
        }
        return null;
    }
}
