using System.Text.Json.Nodes;
using Dapper;
using PatchOps.Core.Problems.Matching;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    public IEnumerable<Problem> Problems()
    {
        var overlay = ProblemOverlay.Read(this);
        return Stream("SELECT id, doc FROM problem ORDER BY id", r => overlay.Apply(r.GetString(0), r.GetString(1)));
    }

    public long FlagIncidents(IReadOnlyList<IncidentMatch> matches, DateTimeOffset at) =>
        Insert("INSERT OR IGNORE INTO incident_flag(incident, at, doc) SELECT id, $2, $3 FROM incident WHERE id=$1",
            matches.Select(m => new object?[] { m.Incident, Encoding.Millis(at), Encoding.Write(m) }));

    public long LinkIncidents(IReadOnlyList<IncidentLink> links, DateTimeOffset at) =>
        Insert("INSERT OR IGNORE INTO incident_link(incident, problem, at, reason) SELECT id, $2, $3, $4 FROM incident WHERE id=$1 AND problem IS NULL",
            links.Select(l => new object?[] { l.Incident, l.Problem, Encoding.Millis(at), l.Reason }));

    public void EditProblem(Problem read, Problem wanted, ProblemEdit edit)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var source = connection.QuerySingleOrDefault<string>("SELECT doc FROM problem WHERE id=@Id", new { read.Id }, transaction)
            ?? throw new FailureException("ProblemNotFound", FailureKind.NotFound, $"No problem '{read.Id}' is in the store.", read.Id, "See what there is with Get-PatchProblem.");
        var edits = connection.Query<ProblemOverlay.Edit>("SELECT problem, field, value, base FROM problem_edit WHERE problem=@Id", new { read.Id }, transaction).ToList();
        var now = ProblemOverlay.Merge(source, edits);
        if (!JsonNode.DeepEquals(now, ProblemOverlay.Node(read)))
            throw new FailureException("KeyConflict", FailureKind.Conflict, $"Problem {read.Id} was changed by somebody else meanwhile.", read.Id, "Read it again with Get-PatchProblem, then repeat the edit.");
        var own = JsonNode.Parse(source)!.AsObject();
        var before = now.AsObject();
        var after = ProblemOverlay.Node(wanted).AsObject();
        foreach (var field in before.Select(p => p.Key).Union(after.Select(p => p.Key)).ToList())
        {
            if (JsonNode.DeepEquals(before[field], after[field])) continue;
            connection.Execute("INSERT INTO problem_edit(problem, field, value, base) VALUES (@Id, @field, @value, @origin) ON CONFLICT(problem, field) DO UPDATE SET value=excluded.value, base=excluded.base",
                new { read.Id, field, value = after[field]?.ToJsonString(Encoding.Json), origin = own[field]?.ToJsonString(Encoding.Json) }, transaction);
        }
        connection.Execute("INSERT INTO problem_log(problem, at, doc) VALUES (@Id, @at, @doc)", new { read.Id, at = Encoding.Millis(edit.At), doc = Encoding.Write(edit) }, transaction);
        transaction.Commit();
    }

    public void SetOutcomes(IReadOnlyDictionary<string, ProblemOutcome> outcomes) =>
        Insert("INSERT INTO problem_outcome(problem, doc) VALUES ($1, $2) ON CONFLICT(problem) DO UPDATE SET doc=excluded.doc", outcomes.AsParallel().AsOrdered().Select(o => new object?[] { o.Key, Encoding.Write(o.Value) }));

    public void SaveInvestigations(IReadOnlyList<PatchInvestigation> investigations) =>
        Insert("INSERT INTO investigation(id, opened, doc) VALUES ($1, $2, $3) ON CONFLICT(id) DO UPDATE SET doc=excluded.doc",
            investigations.AsParallel().AsOrdered().Select(i => new object?[] { i.Id, Encoding.Millis(i.Opened), Encoding.Write(i) }));

    public IEnumerable<PatchInvestigation> Investigations() =>
        Stream("SELECT doc FROM investigation ORDER BY opened DESC, id", r => Encoding.Read<PatchInvestigation>(r.GetString(0)));

    private long Insert(string statement, IEnumerable<object?[]> rows)
    {
        long changed = 0;
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        using (var sql = new Statements(connection, transaction))
            foreach (var row in rows) changed += sql.Execute(statement, row);
        transaction.Commit();
        return changed;
    }

    /// <summary>Edits, log and outcomes, to be laid over the records of the source.</summary>
    private sealed class ProblemOverlay
    {
        private readonly Dictionary<string, List<Edit>> edits = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<ProblemEdit>> log = new(StringComparer.Ordinal);
        private readonly Dictionary<string, ProblemOutcome> outcomes = new(StringComparer.Ordinal);

        public static ProblemOverlay Read(SqliteCatalogue catalogue)
        {
            var overlay = new ProblemOverlay();
            foreach (var edit in catalogue.Stream("SELECT problem, field, value, base FROM problem_edit",
                r => new Edit { Problem = r.GetString(0), Field = r.GetString(1), Value = Text(r, 2), Base = Text(r, 3) }))
                Of(overlay.edits, edit.Problem).Add(edit);
            foreach (var (problem, doc) in catalogue.Stream("SELECT problem, doc FROM problem_log ORDER BY no", r => (r.GetString(0), r.GetString(1))))
                Of(overlay.log, problem).Add(Encoding.Read<ProblemEdit>(doc));
            foreach (var (problem, doc) in catalogue.Stream("SELECT problem, doc FROM problem_outcome", r => (r.GetString(0), r.GetString(1))))
                overlay.outcomes[problem] = Encoding.Read<ProblemOutcome>(doc);
            return overlay;
        }

        public Problem Apply(string id, string doc)
        {
            var problem = edits.TryGetValue(id, out var own) ? Encoding.Read<Problem>(Merge(doc, own).ToJsonString(Encoding.Json)) : Encoding.Read<Problem>(doc);
            if (!log.TryGetValue(id, out var entries) & !outcomes.TryGetValue(id, out var outcome)) return problem;
            return problem with { Edits = entries, Outcome = outcome };
        }

        /// <summary>An edit counts while the source still says what it said when the edit was made.</summary>
        public static JsonNode Merge(string source, IEnumerable<Edit> edits)
        {
            var doc = JsonNode.Parse(source)!.AsObject();
            var merged = doc.DeepClone().AsObject();
            foreach (var edit in edits)
            {
                if (!JsonNode.DeepEquals(doc[edit.Field], edit.Base is null ? null : JsonNode.Parse(edit.Base))) continue;
                if (edit.Value is null) merged.Remove(edit.Field);
                else merged[edit.Field] = JsonNode.Parse(edit.Value);
            }
            return merged;
        }

        public static JsonNode Node(Problem problem) => JsonNode.Parse(Encoding.Write(problem with { Outcome = null, Edits = null }))!;

        private static List<T> Of<T>(Dictionary<string, List<T>> lists, string key) => lists.TryGetValue(key, out var list) ? list : lists[key] = [];

        public sealed class Edit
        {
            public string Problem { get; init; } = "";
            public string Field { get; init; } = "";
            public string? Value { get; init; }
            public string? Base { get; init; }
        }
    }
}
