using System.Globalization;
using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Kev;

internal sealed class KevJson : JsonRecordParser
{
    private static readonly byte[][] ListNames = ["vulnerabilities"u8.ToArray()];
    private static readonly byte[][] Firsts = ["cveID"u8.ToArray()];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private long? _count;

    public KevJson(FeedContext context) : base(context)
    {
    }

    public override IReadOnlyList<byte[]> Lists => ListNames;

    public override IReadOnlyList<byte[]> Marks => Firsts;

    public override IReadOnlyList<byte[]> FirstKeys => Firsts;

    public override bool RefusesInside => true;

    public override void Envelope(ref Utf8JsonReader r)
    {
        if (JsonRead.Is(ref r, "catalogVersion"u8)) Context.DocumentVersion = JsonRead.Text(ref r, 100, "catalogVersion");
        else if (JsonRead.Is(ref r, "dateReleased"u8)) Context.DocumentDate = JsonRead.Date(ref r, "dateReleased");
        else if (JsonRead.Is(ref r, "count"u8))
        {
            JsonRead.Next(ref r);
            _count = r.TokenType == JsonTokenType.Number && r.TryGetInt64(out var n) ? n : throw JsonRead.Wrong(ref r, "count", "a number");
        }
        else JsonRead.Skip(ref r);
    }

    public override string? Finish(long items) => _count is { } count && count != items
        ? string.Create(CultureInfo.InvariantCulture, $"the catalogue says that it holds {count} entries and holds {items}")
        : null;

    protected override void Parse(ref Utf8JsonReader r, string? key, List<FeedItem> items)
    {
        var fields = new KevFields();
        uint seen = 0;
        var limit = Context.Limits.TextBytes;
        while (JsonRead.Property(ref r))
        {
            var bit = KevFields.IndexOf(r.ValueSpan);
            if (bit < 0)
            {
                JsonRead.Skip(ref r);
                continue;
            }
            JsonRead.Once(ref r, ref seen, bit);
            if (bit != KevFields.Cwes)
            {
                fields[bit] = JsonRead.Text(ref r, limit, KevFields.Name(bit));
                if (bit == 0) CurrentId = fields[0];
                continue;
            }
            JsonRead.Next(ref r);
            if (!JsonRead.Array(ref r, "cwes")) continue;
            var cwes = new List<string>();
            while (JsonRead.Element(ref r)) cwes.Add(JsonRead.ThisText(ref r, 200, "cwes") ?? "");
            fields[bit] = string.Join(",", cwes);
        }
        var record = fields.ToRecord();
        if (!_seen.Add(record.Cve)) throw new RecordException($"{record.Cve} is listed twice");
        items.Add(FeedItem.Of(record));
    }
}
