using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>Microsoft's CVRF cut into one document a CVE, its XML turned into JSON: lower-case names, types as words, a list of one as its element.</summary>
internal sealed class CvrfPerCve : JsonDomParser
{
    private static readonly byte[][] ListNames = ["vulnerability"u8.ToArray()];
    private static readonly byte[][] Firsts = ["ordinal"u8.ToArray()];

    private readonly CvrfFrame _frame = new() { Source = "cvrf:microsoft" };

    public CvrfPerCve(FeedContext context) : base(context)
    {
    }

    public override IReadOnlyList<byte[]> Lists => ListNames;

    public override IReadOnlyList<byte[]> FirstKeys => Firsts;

    public override bool LearnsFirstKey => false;

    public override bool RefusesInside => true;

    public static bool Recognises(JsonShape shape) => shape.Has("documenttracking") && (shape.Has("document_title") || shape.Has("producttree") || shape.Has("vulnerability"));

    public override void Envelope(ref Utf8JsonReader r)
    {
        var tracking = JsonRead.Is(ref r, "documenttracking"u8);
        if (!tracking && !JsonRead.Is(ref r, "producttree"u8))
        {
            JsonRead.Skip(ref r);
            return;
        }
        JsonRead.Next(ref r);
        if (!JsonDocument.TryParseValue(ref r, out var document)) throw NeedMoreException.Instance;
        using (document)
        {
            var e = document.RootElement;
            if (tracking)
            {
                _frame.Id = e.Object("identification").Text("id") ?? "";
                _frame.Published = e.Date("initial_release_date");
                _frame.Modified = Context.DocumentDate = e.Date("current_release_date");
                return;
            }
            foreach (var product in Many(e, "fullproductname"))
            {
                if (product.Text("productid") is { Length: > 0 } id) _frame.Products[id] = (product.Text("text") is { Length: > 0 } name ? name : id, product.Text("cpe"));
            }
        }
    }

    protected override void Parse(JsonElement e, string? key, List<FeedItem> items)
    {
        var entry = new CvrfEntry { Cve = e.Text("cve"), Title = e.Text("title") };
        CurrentId = entry.Cve;
        foreach (var note in Many(e.Object("notes"), "note"))
        {
            if (note.Text("type") == "Description" && note.Text("text") is { Length: > 0 } text) entry.Description ??= text;
        }
        foreach (var revision in Many(e.Object("revisionhistory"), "revision"))
        {
            if (revision.Date("date") is not { } at) continue;
            if (entry.Revised is null || at > entry.Revised) entry.Revised = at;
            if (entry.Released is null || at < entry.Released) entry.Released = at;
        }
        foreach (var weakness in Many(e, "cwe"))
        {
            if (weakness.Text("id") is { } id) entry.Cwes.Add(id);
        }
        foreach (var status in Many(e.Object("productstatuses"), "status"))
        {
            foreach (var product in Names(status, "product_id")) entry.Products.Add((CvrfRecords.StatusOf(status.Text("type")), product));
        }
        foreach (var threat in Many(e.Object("threats"), "threat"))
            entry.Threats.Add((threat.Text("type") ?? "", threat.Text("description") ?? "", Names(threat, "product_id")));
        foreach (var score in Many(e.Object("cvssscoresets"), "scoreset")) entry.Scores.Add((score.Score("base_score"), score.Text("vector") ?? ""));
        foreach (var fix in Many(e.Object("remediations"), "remediation"))
        {
            if (fix.Text("type") != "Vendor Fix") continue;
            entry.Fixes.Add(new CvrfFix(
                fix.Text("description"), fix.Text("url"), fix.Text("supercedence"), fix.Text("restart_required"), fix.Text("sub_type"),
                fix.Text("fixed_build"), Names(fix, "product_id")));
        }
        items.Add(FeedItem.Of(CvrfRecords.Make(entry, _frame, Context.FallbackDate)));
    }

    /// <summary>The elements of a list that stands as its only element where it has one.</summary>
    private static IEnumerable<JsonElement> Many(JsonElement e, string name)
    {
        if (e.ValueKind != JsonValueKind.Object || !e.Find(name, out var value)) return [];
        return value.ValueKind == JsonValueKind.Object ? [value] : e.Objects(name);
    }

    private static string[] Names(JsonElement e, string name)
    {
        if (!e.Find(name, out var value)) return [];
        return value.ValueKind == JsonValueKind.String ? [value.GetString()!] : [.. e.Texts(name)];
    }
}
