using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>MSRC's JSON of CVRF: texts stand in objects with a Value, and types are numbers.</summary>
/// <remarks>MSRC CVRF API 3.0; the numbers follow the order of CVRF 1.1's enumerations, Severity is Microsoft's own.</remarks>
internal sealed class CvrfJson : JsonDomParser
{
    private static readonly byte[][] ListNames = ["Vulnerability"u8.ToArray()];
    private static readonly string[] ThreatKinds = ["Impact", "Exploit Status", "Target Set", "Severity"];

    private static readonly ProductStatus[] Statuses =
    [
        ProductStatus.Affected, ProductStatus.Fixed, ProductStatus.Fixed, ProductStatus.Affected, ProductStatus.NotAffected, ProductStatus.Affected,
        ProductStatus.Unknown, ProductStatus.UnderInvestigation,
    ];

    private readonly CvrfFrame _frame = new() { Source = "cvrf:microsoft" };

    public CvrfJson(FeedContext context) : base(context)
    {
    }

    public override IReadOnlyList<byte[]> Lists => ListNames;

    public override bool LearnsFirstKey => false;

    public override bool RefusesInside => true;

    /// <summary>A record starts with an object as its title; notes inside start with a text.</summary>
    public override bool Starts(ReadOnlySpan<byte> at)
    {
        var rest = at[1..].TrimStart(" \r\n\t"u8);
        if (!rest.StartsWith("\"Title\""u8)) return false;
        rest = rest[7..].TrimStart(" \r\n\t"u8);
        if (rest.IsEmpty || rest[0] != ':') return false;
        rest = rest[1..].TrimStart(" \r\n\t"u8);
        return !rest.IsEmpty && rest[0] == '{';
    }

    public override void Envelope(ref Utf8JsonReader r)
    {
        var tracking = JsonRead.Is(ref r, "DocumentTracking"u8);
        var tree = JsonRead.Is(ref r, "ProductTree"u8);
        if (!tracking && !tree)
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
                _frame.Id = Value(e.Object("Identification"), "ID") ?? "";
                _frame.Published = e.Date("InitialReleaseDate");
                _frame.Modified = Context.DocumentDate = e.Date("CurrentReleaseDate");
                return;
            }
            foreach (var product in e.Objects("FullProductName"))
            {
                if (product.Text("ProductID") is { Length: > 0 } id) _frame.Products[id] = (product.Text("Value") is { Length: > 0 } name ? name : id, product.Text("CPE"));
            }
        }
    }

    protected override void Parse(JsonElement e, string? key, List<FeedItem> items)
    {
        var entry = new CvrfEntry { Cve = e.Text("CVE"), Title = Value(e, "Title") };
        CurrentId = entry.Cve;
        foreach (var note in e.Objects("Notes"))
        {
            if (note.Text("Title") == "Description" && note.Text("Value") is { Length: > 0 } text) entry.Description ??= text;
        }
        foreach (var revision in e.Objects("RevisionHistory"))
        {
            if (revision.Date("Date") is not { } at) continue;
            if (entry.Revised is null || at > entry.Revised) entry.Revised = at;
            if (entry.Released is null || at < entry.Released) entry.Released = at;
        }
        Weaknesses(e, entry);
        foreach (var status in e.Objects("ProductStatuses"))
        {
            var value = Statuses.ElementAtOrDefault(Type(status)) is var known && Type(status) is >= 0 and < 8 ? known : ProductStatus.Unknown;
            foreach (var product in status.Texts("ProductID")) entry.Products.Add((value, product));
        }
        foreach (var threat in e.Objects("Threats"))
        {
            entry.Threats.Add((ThreatKinds.ElementAtOrDefault(Type(threat)) ?? "", Value(threat, "Description") ?? "", threat.Texts("ProductID")));
        }
        foreach (var score in e.Objects("CVSSScoreSets")) entry.Scores.Add((score.Score("BaseScore"), score.Text("Vector") ?? ""));
        foreach (var fix in e.Objects("Remediations"))
        {
            if (Type(fix) != 2) continue;
            entry.Fixes.Add(new CvrfFix(
                Value(fix, "Description"), fix.Text("URL"), fix.Text("Supercedence"), Value(fix, "RestartRequired"), fix.Text("SubType"),
                fix.Text("FixedBuild"), fix.Texts("ProductID")));
        }
        items.Add(FeedItem.Of(CvrfRecords.Make(entry, _frame, Context.FallbackDate)));
    }

    private static void Weaknesses(JsonElement e, CvrfEntry entry)
    {
        if (!e.Find("CWE", out var cwe)) return;
        if (cwe.ValueKind == JsonValueKind.Object)
        {
            if (cwe.Text("ID") is { } one) entry.Cwes.Add(one);
            return;
        }
        foreach (var weakness in e.Objects("CWE"))
        {
            if (weakness.Text("ID") is { } id) entry.Cwes.Add(id);
        }
    }

    private static int Type(JsonElement e) => e.Find("Type", out var type) && type.ValueKind == JsonValueKind.Number && type.TryGetInt32(out var n) ? n : -1;

    private static string? Value(JsonElement e, string name) => e.Object(name).Text("Value");
}
