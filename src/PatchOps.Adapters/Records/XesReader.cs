using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Xml;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;

namespace PatchOps.Adapters.Records;

/// <summary>XES event logs (IEEE 1849): one row a trace, with our columns and every attribute under its own key.</summary>
/// <remarks>Traces are cut out one by one, so a damaged one leaves the others; a document type is never read.</remarks>
internal static class XesReader
{
    public static IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        var context = new FeedContext(path, DateTimeOffset.UnixEpoch) { Cancellation = cancellationToken };
        using var stream = FeedContent.Open(path, context.Limits);
        foreach (var trace in new XmlRecords(stream, context, "trace").Read())
        {
            var place = $"{path}, {trace.Place}";
            yield return trace.Part is { } part ? Row(part, place) : InstalledRow.Bad(place, trace.Error!.TrimEnd('.'));
        }
    }

    private static RecordRow Row(XmlPart trace, string place)
    {
        var own = Attributes(trace);
        var told = new EventCase();
        foreach (var item in trace.All("event"))
        {
            var values = Attributes(item);
            told.Add(values, values.GetValueOrDefault("time:timestamp"), values.GetValueOrDefault("concept:name"));
        }
        if (told.Opened is null) return InstalledRow.Bad(place, $"the trace {own.GetValueOrDefault("concept:name")} has no event with a time");
        var row = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Id"] = own.GetValueOrDefault("concept:name"), ["Opened"] = told.Opened, ["Resolved"] = told.Resolved, ["Status"] = told.Status,
        };
        if (told.Last.GetValueOrDefault("org:group") is { } team) row["OwnerTeam"] = team;
        foreach (var (name, value) in own.Concat(told.Last)) row.TryAdd(name, value);
        return new RecordRow(row, place);
    }

    private static Dictionary<string, string?> Attributes(XmlPart part)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var kind in (string[])["string", "date", "int", "float", "boolean", "id"])
            foreach (var attribute in part.All(kind))
                if (attribute["key"] is { } key) values.TryAdd(key, attribute["value"]);
        return values;
    }
}
