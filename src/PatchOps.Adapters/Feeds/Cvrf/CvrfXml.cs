using System.Globalization;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>CVRF as XML.</summary>
/// <remarks>ICASI CVRF 1.1; OASIS CSAF CVRF 1.2.</remarks>
internal static class CvrfXml
{
    public static IEnumerable<FeedItem> Read(Stream stream, FeedContext context)
    {
        var frame = new CvrfFrame();
        foreach (var record in new XmlRecords(stream, context, "DocumentPublisher", "DocumentTracking", "ProductTree", "Vulnerability").Read())
        {
            if (Item(record, frame, context) is { } item) yield return item;
        }
    }

    private static FeedItem? Item(XmlRecord record, CvrfFrame frame, FeedContext context)
    {
        if (record.Part is not { } part) return FeedItem.Reject(record.Place, record.Error!);
        try
        {
            switch (record.Name)
            {
                case "DocumentPublisher":
                    frame.Source = CvrfSource.Of($"{part.TextOf("ContactDetails")} {part.TextOf("IssuingAuthority")}");
                    return null;
                case "DocumentTracking":
                    frame.Id = part.One("Identification")?.TextOf("ID") ?? "";
                    frame.Published = FeedDates.Parse(part.TextOf("InitialReleaseDate"));
                    frame.Modified = context.DocumentDate = FeedDates.Parse(part.TextOf("CurrentReleaseDate"));
                    context.DocumentVersion = part.TextOf("Version");
                    return null;
                case "ProductTree":
                    foreach (var product in part.Below("FullProductName"))
                    {
                        if (product["ProductID"] is { Length: > 0 } id) frame.Products.TryAdd(id, (product.Text.Length > 0 ? product.Text : id, product["CPE"]));
                    }
                    return null;
                default:
                    return FeedItem.Of(CvrfRecords.Make(Entry(part), frame, context.FallbackDate));
            }
        }
        catch (RecordException e)
        {
            return FeedItem.Reject(part.TextOf("CVE") is { } cve ? $"{record.Place} ({cve})" : record.Place, e.Message);
        }
    }

    private static CvrfEntry Entry(XmlPart part)
    {
        var entry = new CvrfEntry
        {
            Cve = part.TextOf("CVE"),
            Title = part.TextOf("Title"),
            Released = FeedDates.Parse(part.TextOf("ReleaseDate")),
            Description = part.Below("Note").FirstOrDefault(n => n["Type"] is "Description" or "Summary" or "General" && n.Text.Length > 0)?.Text,
        };
        foreach (var revision in part.Below("Revision"))
        {
            if (FeedDates.Parse(revision.TextOf("Date")) is { } at && (entry.Revised is null || at > entry.Revised)) entry.Revised = at;
        }
        entry.Cwes.AddRange(part.All("CWE").Select(c => c["ID"]).OfType<string>());
        foreach (var status in part.Below("Status").Where(s => s["Type"] is not null))
        {
            foreach (var product in Products(status)) entry.Products.Add((CvrfRecords.StatusOf(status["Type"]), product));
        }
        foreach (var threat in part.Below("Threat")) entry.Threats.Add((threat["Type"] ?? "", threat.TextOf("Description") ?? "", Products(threat)));
        foreach (var score in part.Below("ScoreSet").Concat(part.Below("ScoreSetV2")).Concat(part.Below("ScoreSetV3"))) entry.Scores.Add((Score(score), Vector(score)));
        foreach (var fix in part.Below("Remediation").Where(r => r["Type"] == "Vendor Fix"))
        {
            entry.Fixes.Add(new CvrfFix(
                fix.TextOf("Description"), fix.TextOf("URL"), fix.TextOf("Supercedence"), fix.TextOf("RestartRequired"), fix.TextOf("SubType"),
                fix.TextOf("FixedBuild"), Products(fix)));
        }
        return entry;
    }

    private static string[] Products(XmlPart part) => part.All("ProductID").Select(p => p.Text).Where(p => p.Length > 0).ToArray();

    private static string Vector(XmlPart score) => score.TextOf("Vector") ?? score.TextOf("VectorV3") ?? score.TextOf("VectorV2") ?? "";

    private static double? Score(XmlPart score)
    {
        var text = score.TextOf("BaseScore") ?? score.TextOf("BaseScoreV3") ?? score.TextOf("BaseScoreV2");
        if (text is null) return null;
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value is not (>= 0 and <= 10))
        {
            throw new RecordException($"the base score '{text[..Math.Min(20, text.Length)]}' is not between 0 and 10");
        }
        return value;
    }
}
