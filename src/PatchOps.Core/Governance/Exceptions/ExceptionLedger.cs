using PatchOps.Core.Exposure;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Exceptions;

/// <summary>Every exception made by a day, with its state on that day, and the findings each is about. One broken premise ends the whole exception.</summary>
public sealed class ExceptionLedger
{
    private readonly Dictionary<string, List<ExceptionCover>> byCve = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<ExceptionCover>> byPatch = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ExceptionCover> others = [];

    public ExceptionLedger(ICatalogue catalogue, DateTimeOffset asOf)
        : this(catalogue, asOf, catalogue.Exceptions().Where(e => e.Created <= asOf))
    {
    }

    internal ExceptionLedger(ICatalogue catalogue, DateTimeOffset asOf, IEnumerable<PatchException> exceptions)
    {
        var covers = exceptions.Select(e => new ExceptionCover(catalogue, ExceptionRules.At(e, asOf, null))).ToList();
        var broken = Broken(catalogue, asOf, [.. covers.Where(c => c.Exception is { State: PatchExceptionState.Active, Premise.Count: > 0 })]);
        All = [.. covers.Select(c => ExceptionRules.At(c.Exception, asOf, broken.GetValueOrDefault(c.Exception.Id)))];
        for (var i = 0; i < covers.Count; i++)
        {
            if (All[i].Kind == PatchExceptionKind.FreezeOverride) continue;
            var cover = covers[i].With(All[i]);
            if (All[i].Cve.Count > 0) foreach (var cve in All[i].Cve) Place(byCve, cve, cover);
            else if (All[i].Patch.Count > 0) foreach (var patch in All[i].Patch) Place(byPatch, patch, cover);
            else others.Add(cover);
        }
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<PatchException> All { get; }

    /// <summary>The active exception that covers a finding, else the newest one that did and ended; null where there was none.</summary>
    public PatchException? On(Finding finding)
    {
        if (All.Count == 0) return null;
        PatchException? found = null;
        if (finding.Cve is not null && byCve.TryGetValue(finding.Cve, out var ofCve)) found = Better(found, ofCve, finding);
        if (finding.Patch is not null && byPatch.TryGetValue(finding.Patch, out var ofPatch)) found = Better(found, ofPatch, finding);
        return Better(found, others, finding);
    }

    /// <summary>True where an active exception covers the finding.</summary>
    public bool Excepts(Finding finding) => On(finding) is { State: PatchExceptionState.Active };

    /// <summary>What to tell about findings that exceptions cover or covered; null where there is nothing.</summary>
    public IReadOnlyList<string>? Notes(IEnumerable<Finding> findings)
    {
        if (All.Count == 0) return null;
        List<string>? notes = null;
        foreach (var finding in findings)
        {
            if (On(finding) is not { } exception) continue;
            var note = ExceptionRules.Tell(exception);
            if (notes?.Contains(note) != true) (notes ??= []).Add(note);
        }
        return notes;
    }

    private static PatchException? Better(PatchException? found, List<ExceptionCover> covers, Finding finding)
    {
        foreach (var cover in covers)
        {
            if (!cover.Covers(finding)) continue;
            var active = cover.Exception.State == PatchExceptionState.Active;
            var known = found?.State == PatchExceptionState.Active;
            if (found is null || (active && !known) || (active == known && cover.Exception.Created > found.Created)) found = cover.Exception;
        }
        return found;
    }

    private static void Place(Dictionary<string, List<ExceptionCover>> index, string key, ExceptionCover cover)
    {
        if (!index.TryGetValue(key, out var list)) index[key] = list = [];
        list.Add(cover);
    }

    private static Dictionary<string, string> Broken(ICatalogue catalogue, DateTimeOffset asOf, List<ExceptionCover> covers)
    {
        var broken = new Dictionary<string, string>(StringComparer.Ordinal);
        if (covers.Count == 0) return broken;
        var problems = catalogue.Problems().ToDictionary(p => p.Id, StringComparer.Ordinal);
        var first = covers.Min(c => c.Exception.Created);
        var incidents = catalogue.Incidents(first).Where(i => i.Opened <= asOf && i.Problem is not null).ToList();
        var checks = covers.Select(c => (Cover: c, Check: new PremiseCheck(c.Exception, problems, incidents))).ToList();
        foreach (var finding in new EstateExposure(catalogue, asOf).Findings(FindingFilter.Open))
        {
            foreach (var (cover, check) in checks)
                if (cover.Covers(finding)) check.Observe(finding);
        }
        foreach (var (cover, check) in checks)
            if (check.Broken(ids => catalogue.Threats(ids, asOf)) is { } why) broken[cover.Exception.Id] = why;
        return broken;
    }
}
