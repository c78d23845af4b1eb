using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Ranges;

/// <summary>The <c>versions</c> and <c>defaultStatus</c> of a product in a CVE record (CVE JSON 5.1, "Product version ranges").</summary>
/// <remarks>The first entry that holds the version decides; within it the last change at or below the version; without any, the default.</remarks>
public sealed class CveRange : VersionRange
{
    private readonly Entry[] _entries;
    private readonly RangeStatus _default;

    /// <param name="scheme">Null for a version type whose order is not known: then only single versions are recognised.</param>
    /// <param name="statements">In the record's order.</param>
    /// <param name="defaultStatus">For versions that no entry holds; CVE's default is unknown.</param>
    public CveRange(VersionScheme? scheme, IEnumerable<CveVersionStatement> statements, RangeStatus defaultStatus = RangeStatus.Unknown)
        : base(scheme)
    {
        ArgumentNullException.ThrowIfNull(statements);
        _default = defaultStatus;
        _entries = [.. statements.Select(Read)];
    }

    // Without an order a single version can be told by its spelling only while no range before it might hold it too.
    private protected override RangeVerdict? Listed(string version)
    {
        if (Scheme is not null && Fault is null) return null;
        foreach (var entry in _entries)
        {
            if (entry.Statement.IsRange) return null;
            if (entry.Statement.Version == version) return Verdict(entry.Statement.Status, entry.Start, null);
        }
        return null;
    }

    private protected override RangeVerdict Decide(ParsedVersion version)
    {
        foreach (var entry in _entries)
        {
            if (!entry.Holds(version)) continue;
            var (status, decided) = (entry.Statement.Status, entry.Start);
            foreach (var change in entry.Changes)
            {
                if (change.At > version) break;
                (status, decided) = (change.Status, change.Event);
            }
            return Verdict(status, decided, status == RangeStatus.Affected ? FixAfter(entry, version) : null);
        }
        return new RangeVerdict(_default, null, null, _default == RangeStatus.Unknown ? "the record says nothing of this version" : "the record's default for versions it does not name");
    }

    private static RangeVerdict Verdict(RangeStatus status, RangeEvent decided, string? fix) => new(
        status,
        decided,
        fix,
        status switch
        {
            RangeStatus.Affected => fix is null ? $"{decided}, no fixed version named" : $"{decided}, fixed {fix}",
            RangeStatus.NotAffected => $"{decided}: not affected",
            _ => $"{decided}: the record calls it unknown",
        });

    private RangeStatus StatusOf(ParsedVersion version)
    {
        foreach (var entry in _entries)
        {
            if (!entry.Holds(version)) continue;
            var status = entry.Statement.Status;
            foreach (var change in entry.Changes)
            {
                if (change.At > version) break;
                status = change.Status;
            }
            return status;
        }
        return _default;
    }

    // Within the range the next change to unaffected; else its end, unless another entry calls that affected too.
    private string? FixAfter(Entry entry, ParsedVersion version)
    {
        foreach (var change in entry.Changes)
        {
            if (change.At > version && change.Status == RangeStatus.NotAffected) return change.At.Text;
        }
        return entry.End is { Kind: RangeEventKind.Fixed } && entry.EndVersion is { } end && StatusOf(end) != RangeStatus.Affected ? end.Text : null;
    }

    private Entry Read(CveVersionStatement statement)
    {
        if (!statement.IsRange)
        {
            var at = new RangeEvent(RangeEventKind.Exactly, statement.Version);
            return new Entry(statement, at, Bound(at), null, null, []);
        }
        var start = new RangeEvent(RangeEventKind.Introduced, statement.Version);
        var startVersion = statement.Version is "0" or "*" ? null : Bound(start);
        var end = statement.LessThan is { } below ? new RangeEvent(RangeEventKind.Fixed, below) : new RangeEvent(RangeEventKind.LastAffected, statement.LessThanOrEqual!);
        var endVersion = end.Version == "*" ? null : Bound(end);
        var changes = new List<Change>();
        foreach (var change in statement.Changes ?? [])
        {
            var at = new RangeEvent(RangeEventKind.Changed, change.At);
            if (Bound(at) is { } version) changes.Add(new Change(at, version, change.Status));
        }
        return new Entry(statement, start, startVersion, end, endVersion, [.. changes.OrderBy(c => c.At)]);
    }

    private sealed record Change(RangeEvent Event, ParsedVersion At, RangeStatus Status);

    private sealed record Entry(
        CveVersionStatement Statement, RangeEvent Start, ParsedVersion? StartVersion, RangeEvent? End, ParsedVersion? EndVersion, Change[] Changes)
    {
        public bool Holds(ParsedVersion version)
        {
            if (!Statement.IsRange) return StartVersion!.CompareTo(version) == 0;
            if (StartVersion is not null && version < StartVersion) return false;
            if (EndVersion is null) return true;
            return End!.Kind == RangeEventKind.Fixed ? version < EndVersion : version <= EndVersion;
        }
    }
}
