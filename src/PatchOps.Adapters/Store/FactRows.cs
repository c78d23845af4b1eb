namespace PatchOps.Adapters.Store;

/// <summary>The rows of what feeds say, by prepared calls.</summary>
internal sealed class FactRows(Statements sql)
{
    private readonly HotStatement find = sql.Hot("SELECT no, hash, as_of, coalesce(seen, as_of) FROM statement WHERE source=$1 AND key=$2");
    private readonly HotStatement add = sql.Hot("INSERT INTO statement(source, key, vulnerability, trust, as_of, in_force, hash, doc, cpe) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)");
    private readonly HotStatement replace = sql.Hot("UPDATE statement SET vulnerability=$1, trust=$2, as_of=$3, in_force=$4, hash=$5, doc=$6, cpe=$7, seen=NULL WHERE no=$8");
    private readonly HotStatement product = sql.Hot("INSERT OR IGNORE INTO cpe_product(product, statement) VALUES ($1,$2)");
    private readonly HotStatement affected = sql.Hot("INSERT INTO affected(name, ecosystem, statement, ordinal, doc) VALUES ($1,$2,$3,$4,$5)");
    private readonly HotStatement vulnerability = sql.Hot("INSERT INTO vulnerability(id) VALUES ($1)");
    private readonly HotStatement findName = sql.Hot("SELECT vulnerability FROM vulnerability_name WHERE name=$1");
    private readonly HotStatement name = sql.Hot("INSERT OR IGNORE INTO vulnerability_name(name, vulnerability) VALUES ($1,$2)");

    /// <summary>What is known of a statement: its row, its hash, the date of the fact, and the date of the newest document that said the same.</summary>
    public (long No, byte[] Hash, long AsOf, long Seen)? Find(string source, string key)
    {
        if (!find.Add(source).Add(key).Next()) return null;
        var found = (find.Long(0), find.Blob(1), find.Long(2), find.Long(3));
        find.Reset();
        return found;
    }

    /// <returns>Number of its row.</returns>
    public long Add(StatementDraft draft, long ofVulnerability, bool inForce)
    {
        var no = add.Add(draft.Source).Add(draft.Key).Add(ofVulnerability).Add((long)draft.Record.Trust).Add(Encoding.Millis(draft.Record.AsOf)).Add(inForce ? 1L : 0L)
            .Add(draft.Hash).Utf8(draft.Doc).Add(draft.Tree).Insert();
        AddParts(draft, no);
        return no;
    }

    public void Replace(long no, StatementDraft draft, long ofVulnerability, bool inForce)
    {
        replace.Add(ofVulnerability).Add((long)draft.Record.Trust).Add(Encoding.Millis(draft.Record.AsOf)).Add(inForce ? 1L : 0L)
            .Add(draft.Hash).Utf8(draft.Doc).Add(draft.Tree).Add(no).Run();
        sql.Execute("DELETE FROM affected WHERE statement=$1", no);
        sql.Execute("DELETE FROM cpe_match WHERE statement=$1", no);
        AddParts(draft, no);
    }

    private void AddParts(StatementDraft draft, long no)
    {
        for (var i = 0; i < draft.Affected.Count; i++)
            affected.Add(draft.Record.Affected[i].Name).Add(draft.Record.Affected[i].Ecosystem).Add(no).Add((long)i).Add(draft.Affected[i]).Run();
        foreach (var text in draft.Products) product.Add(text).Add(no).Run();
    }

    /// <summary>The same was said again: earlier than was known, or once more.</summary>
    public void Confirm(long no, long asOf, long seen) => sql.Execute("UPDATE statement SET as_of=$2, seen=$3 WHERE no=$1", no, asOf, seen);

    public long AddVulnerability(string id) => vulnerability.Add(id).Insert();

    public long? FindName(string text)
    {
        if (!findName.Add(text).Next()) return null;
        var found = findName.Long(0);
        findName.Reset();
        return found;
    }

    public void AddName(string text, long ofVulnerability) => name.Add(text).Add(ofVulnerability).Run();
}
