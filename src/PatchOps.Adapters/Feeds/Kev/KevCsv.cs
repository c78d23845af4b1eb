using System.Globalization;
using System.Text;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Feeds.Kev;

internal static class KevCsv
{
    public static bool Recognises(ReadOnlySpan<byte> head)
    {
        var end = head.IndexOfAny((byte)'\n', (byte)'\r');
        var line = end < 0 ? head : head[..end];
        return (line.StartsWith("cveID"u8) || line.StartsWith("\"cveID\""u8)) && line.IndexOf("dateAdded"u8) > 0;
    }

    /// <exception cref="FailureException">A needed column is missing.</exception>
    public static IEnumerable<FeedItem> Read(Stream stream, FeedContext context)
    {
        using var text = new StreamReader(stream, new UTF8Encoding(false, false), false, 1 << 16, leaveOpen: true);
        int[]? columns = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in CsvRows.Read(text, context.Limits.TextBytes))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (columns is null)
            {
                columns = Columns(row, context);
                continue;
            }
            yield return Item(row, columns, seen, context);
        }
    }

    private static FeedItem Item(CsvRow row, int[] columns, HashSet<string> seen, FeedContext context)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"line {row.Line}");
        if (row.Error is not null) return FeedItem.Reject(place, row.Error);
        if (row.Fields.Count != columns.Length)
        {
            return FeedItem.Reject(place, string.Create(CultureInfo.InvariantCulture, $"{row.Fields.Count} values where {columns.Length} belong"));
        }
        var fields = new KevFields();
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i] >= 0) fields[columns[i]] = row.Fields[i];
        }
        try
        {
            var record = fields.ToRecord();
            if (!seen.Add(record.Cve)) return FeedItem.Reject($"{place} ({record.Cve})", $"{record.Cve} is listed twice");
            return FeedItem.Of(record);
        }
        catch (RecordException e)
        {
            return FeedItem.Reject(fields[0] is { Length: > 0 and < 40 } id ? $"{place} ({id})" : place, e.Message);
        }
    }

    private static int[] Columns(CsvRow header, FeedContext context)
    {
        var columns = header.Fields.Select(f => KevFields.IndexOf(Encoding.UTF8.GetBytes(f.Trim()))).ToArray();
        if (columns.Contains(0) && columns.Contains(4)) return columns;
        throw new FailureException(
            "FeedColumnMissing", FailureKind.InvalidInput, $"'{context.Name}' lacks the column cveID or dateAdded in its first line.", context.Name,
            "Give the catalogue as CISA publishes it.");
    }
}
