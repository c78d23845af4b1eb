using Dapper;
using PatchOps.Domain;

namespace PatchOps.Adapters.Store;

internal sealed partial class SqliteCatalogue
{
    public void SavePlan(PatchPlan plan)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var known = connection.QuerySingleOrDefault<string>("SELECT hash FROM plan WHERE id=@Id", new { plan.Id }, transaction);
        if (known == plan.Hash) return;
        if (known is not null) throw new FailureException("KeyConflict", FailureKind.Conflict, $"Plan {plan.Id} exists with other content.", plan.Id, "Make a new plan with New-PatchPlan.");
        connection.Execute("INSERT INTO plan(id, hash, name, created, doc) VALUES (@Id, @Hash, @Name, @created, @doc)",
            new { plan.Id, plan.Hash, plan.Name, created = Encoding.Millis(plan.Created), doc = Encoding.Write(plan) }, transaction);
        transaction.Commit();
    }

    public PatchPlan? Plan(string id) => Stream("SELECT doc FROM plan WHERE id=$1", r => Encoding.Read<PatchPlan>(r.GetString(0)), id).FirstOrDefault();

    public IEnumerable<PatchPlan> Plans() => Stream("SELECT doc FROM plan ORDER BY created DESC, id", r => Encoding.Read<PatchPlan>(r.GetString(0)));

    public IEnumerable<PatchPlan> Replacements(string planId) =>
        Stream("SELECT doc FROM plan WHERE json_extract(doc, '$.Replaces')=$1 ORDER BY created DESC, id", r => Encoding.Read<PatchPlan>(r.GetString(0)), planId);

    public void AddVerdict(EffectivenessResult verdict, DateTimeOffset at) => AddVerdicts([verdict], at);

    public void AddVerdicts(IReadOnlyList<EffectivenessResult> verdicts, DateTimeOffset at)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        using var sql = new Statements(connection, transaction);
        foreach (var (verdict, doc) in verdicts.AsParallel().AsOrdered().Select(v => (v, Encoding.Write(v))))
        {
            // Asking again with the same answer is no new fact.
            if (sql.Text("SELECT doc FROM verdict WHERE problem=$1 ORDER BY at DESC, no DESC LIMIT 1", verdict.Problem) == doc) continue;
            sql.Execute("INSERT INTO verdict(problem, at, doc) VALUES ($1,$2,$3)", verdict.Problem, Encoding.Millis(at), doc);
        }
        transaction.Commit();
    }

    public IReadOnlyList<(EffectivenessResult Verdict, DateTimeOffset At)> Verdicts(DateTimeOffset asOf) =>
        [.. Stream("SELECT doc, at FROM verdict v WHERE at<=$1 AND no=(SELECT no FROM verdict w WHERE w.problem=v.problem AND w.at<=$1 ORDER BY at DESC, no DESC LIMIT 1) ORDER BY problem",
            r => (Encoding.Read<EffectivenessResult>(r.GetString(0)), Encoding.Time(r.GetInt64(1))), Encoding.Millis(asOf))];

    public void AddException(PatchException exception)
    {
        var doc = Encoding.Write(exception.Validated());
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var known = connection.QuerySingleOrDefault<string>("SELECT doc FROM patch_exception WHERE id=@Id", new { exception.Id }, transaction);
        if (known == doc) return;
        if (known is not null) throw new FailureException("KeyConflict", FailureKind.Conflict, $"Exception {exception.Id} exists with other content.", exception.Id, "Make a new one with New-PatchException.");
        connection.Execute("INSERT INTO patch_exception(id, created, doc) VALUES (@Id, @created, @doc)", new { exception.Id, created = Encoding.Millis(exception.Created), doc }, transaction);
        transaction.Commit();
    }

    public PatchException RevokeException(string id, string by, string justification, DateTimeOffset at)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var doc = connection.QuerySingleOrDefault<string>("SELECT doc FROM patch_exception WHERE id=@id", new { id }, transaction)
            ?? throw new FailureException("ExceptionNotFound", FailureKind.NotFound, $"No exception '{id}' is in the store.", id, "See what there is with Get-PatchException.");
        var known = Encoding.Read<PatchException>(doc);
        var revoked = (known with { Revoked = at, RevokedBy = by, RevocationJustification = justification }).Validated();
        if (known.Revoked == at && known.RevokedBy == revoked.RevokedBy && known.RevocationJustification == revoked.RevocationJustification) return known;
        if (known.Revoked is not null) throw new FailureException("KeyConflict", FailureKind.Conflict, $"Exception {id} was revoked before.", id, "See when and by whom with Get-PatchException.");
        connection.Execute("UPDATE patch_exception SET doc=@doc WHERE id=@id", new { id, doc = Encoding.Write(revoked) }, transaction);
        transaction.Commit();
        return revoked;
    }

    public IEnumerable<PatchException> Exceptions() =>
        Stream("SELECT doc FROM patch_exception ORDER BY created, id", r => Encoding.Read<PatchException>(r.GetString(0)));

    public void AddApproval(Approval approval)
    {
        using var connection = database.Connect();
        connection.Execute("INSERT INTO approval(plan_hash, doc) VALUES (@PlanHash, @doc)", new { approval.PlanHash, doc = Encoding.Write(approval) });
    }

    public IReadOnlyList<Approval> Approvals(string planHash) =>
        [.. Stream("SELECT doc FROM approval WHERE plan_hash=$1 ORDER BY no", r => Encoding.Read<Approval>(r.GetString(0)), planHash)];
}
