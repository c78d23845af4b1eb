using PatchOps.Core.Problems.Matching;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>An incident that belongs to a problem although its source does not say so.</summary>
public sealed record IncidentLink(string Incident, string Problem, string Reason);

/// <summary>What PatchOps itself adds to problems and incidents. Importing the sources again never loses it.</summary>
public interface IProblemRecords
{
    /// <summary>Flags incidents that match an open vulnerability; one that has a flag keeps it.</summary>
    /// <returns>How many are new.</returns>
    long FlagIncidents(IReadOnlyList<IncidentMatch> matches, DateTimeOffset at);

    /// <summary>Links incidents that have no problem yet; one that has a link keeps it. A link of the source goes before.</summary>
    /// <returns>How many are new.</returns>
    long LinkIncidents(IReadOnlyList<IncidentLink> links, DateTimeOffset at);

    /// <summary>Stores what differs between a problem as read and as it shall be. An edit holds until the source changes that field itself.</summary>
    /// <exception cref="FailureException"><c>ProblemNotFound</c>; <c>KeyConflict</c>: the problem was changed since it was read.</exception>
    void EditProblem(Problem read, Problem wanted, ProblemEdit edit);

    /// <summary>Keeps the outcome of the last verdict with each problem, all or none.</summary>
    void SetOutcomes(IReadOnlyDictionary<string, ProblemOutcome> outcomes);

    /// <summary>Stores investigations as they stand now, all or none; the same again changes nothing.</summary>
    void SaveInvestigations(IReadOnlyList<PatchInvestigation> investigations);

    /// <summary>Newest first.</summary>
    IEnumerable<PatchInvestigation> Investigations();
}
