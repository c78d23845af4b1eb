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

    public void AddApproval(Approval approval)
    {
        using var connection = database.Connect();
        connection.Execute("INSERT INTO approval(plan_hash, doc) VALUES (@PlanHash, @doc)", new { approval.PlanHash, doc = Encoding.Write(approval) });
    }

    public IReadOnlyList<Approval> Approvals(string planHash) =>
        [.. Stream("SELECT doc FROM approval WHERE plan_hash=$1 ORDER BY no", r => Encoding.Read<Approval>(r.GetString(0)), planHash)];
}
