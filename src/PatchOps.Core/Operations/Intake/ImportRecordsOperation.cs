using System.Runtime.CompilerServices;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Matching;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Imports tabular records of one kind: one transaction a file, malformed rows reported with their place.</summary>
public sealed class ImportRecordsOperation<TRequest>(ICatalogue catalogue, IRecordReader reader, IAuditLog audit, TimeProvider clock, Caller caller, IReadOnlyList<RecordMapping> mappings)
    : IOperation<TRequest> where TRequest : ImportRecordsRequest
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var preset = request.KnownSource is { } source ? RecordPresets.Of(source, mappings[^1].Name) : new RecordDialect();
        var dialect = preset with
        {
            Map = request.Map ?? preset.Map, Culture = request.Culture ?? preset.Culture, TimeZone = request.TimeZone ?? preset.TimeZone,
        };
        var sources = request.Path.Select(p => (Name: p, Records: RecordMapper.Map(reader.Read(p, cancellationToken), mappings, dialect)));
        if (request.InputObject.Count > 0) sources = sources.Append((ImportSources.Pipeline, Pipeline(request.InputObject, dialect)));
        foreach (var (name, records) in sources)
        {
            var ask = new AskEvent(name, "Import into the store");
            yield return ask;
            var answer = await ask.Reply.ConfigureAwait(false);
            if (answer == Answer.No) continue;

            ImportResult? result = null;
            Failure? failure = null;
            try
            {
                result = Import(name, records, commit: answer == Answer.Yes, cancellationToken);
            }
            catch (FailureException e)
            {
                failure = e.Failure;
            }
            if (failure is not null)
            {
                yield return new FailedEvent(failure);
                continue;
            }
            if (answer == Answer.Yes)
                await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "Import", name, CanonicalJson.Of(
                    ("feed", result!.Feed), ("read", result.Read), ("added", result.Added), ("updated", result.Updated), ("rejected", result.Rejected))), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            foreach (var note in result!.Notes) yield return new WarningEvent(note);
            foreach (var error in result.Errors) yield return new FailedEvent(error);
            yield return new ResultEvent(result);
        }
    }

    private ImportResult Import(string name, IEnumerable<(object? Record, Failure? Failure)> records, bool commit, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        // What may match is read before the import holds the store.
        var matcher = mappings[^1] == RecordMapping.Incident ? new IncidentMatcher(catalogue) : null;
        using var import = catalogue.BeginImport(mappings[^1].Name, name, clock.GetUtcNow());
        long unplaced = 0;
        foreach (var (record, failure) in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (failure is not null) import.Reject(failure);
            else Add(import, record!);
            if (record is Incident incident) matcher?.Observe(incident);
            if (record is Software { Ecosystem: null }) unplaced++;
        }
        if (unplaced > 0)
            import.Note(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{unplaced} packages name no ecosystem, so no advisory can be matched to them. Give -Ecosystem, such as Debian:12, or the column Ecosystem."));
        if (!commit) return import.Preview(clock.GetElapsedTime(started));
        var result = import.Complete(clock.GetElapsedTime(started));
        return matcher is null ? result : Flag(matcher, result, started, cancellationToken);
    }

    /// <summary>After the import is kept: matching reads what it brought, and an import that is repeated flags what was missed.</summary>
    private ImportResult Flag(IncidentMatcher matcher, ImportResult result, long started, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var matches = matcher.Match(catalogue, now, cancellationToken);
        if (matches.Count == 0) return result;
        var flagged = catalogue.FlagIncidents(matches, now);
        var note = string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{flagged} incidents match a known vulnerability that is open on their item, such as {matches[0].Incident}: {matches[0].Reason}. See them with Get-PatchIncident -Flagged.");
        return result with { Flagged = flagged, Elapsed = clock.GetElapsedTime(started), Notes = flagged > 0 ? [.. result.Notes, note] : result.Notes };
    }

    private static void Add(ICatalogueImport import, object record)
    {
        switch (record)
        {
            case Asset r: import.Add(r); break;
            case Software r: import.Add(r); break;
            case InventoryResult { Failure: { } failure }: import.Reject(failure); break;
            case InventoryResult r: import.Add(r); break;
            case WindowDefinition r: import.Add(r); break;
            case ScanReport r: import.Add(r); break;
            case ScannerFinding r: import.Add(r); break;
            case Problem r: import.Add(r); break;
            case Incident r: import.Add(r); break;
            case Change r: import.Add(r); break;
            case Deployment r: import.Add(r); break;
            default: throw new InvalidOperationException($"{record.GetType().Name} cannot be imported.");
        }
    }

    private IEnumerable<(object? Record, Failure? Failure)> Pipeline(IReadOnlyList<object> objects, RecordDialect dialect)
    {
        if (dialect.Events is not null && objects.All(o => o is IReadOnlyDictionary<string, string?>))
        {
            var rows = objects.Select((o, i) => new RecordRow((IReadOnlyDictionary<string, string?>)o, $"pipeline, object {i + 1}"));
            foreach (var mapped in RecordMapper.Map(rows, mappings, dialect)) yield return mapped;
            yield break;
        }
        var place = 0;
        foreach (var item in objects)
        {
            place++;
            if (item is IReadOnlyDictionary<string, string?> values)
            {
                foreach (var mapped in RecordMapper.Map([new RecordRow(values, $"pipeline, object {place}")], mappings, dialect)) yield return mapped;
                continue;
            }
            var accepted = item is ScannerFinding or Finding ? item is ScannerFinding && typeof(TRequest) == typeof(ImportFindingRequest) : item is Asset or Software or InventoryResult ? typeof(TRequest) == typeof(ImportAssetRequest)
                : item.GetType().Name == mappings[^1].Name;
            yield return accepted
                ? (item, null)
                : (null, new Failure("RecordInvalid", FailureKind.InvalidInput, $"pipeline, object {place}: a {item.GetType().Name} is no {mappings[^1].Name} record.", $"object {place}", "Pipe objects with the documented columns."));
        }
    }
}
