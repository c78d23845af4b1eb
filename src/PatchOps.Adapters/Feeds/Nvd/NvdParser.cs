using System.Globalization;
using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Nvd;

/// <summary>One NVD record of either generation: the names do not collide, so one pass reads both.</summary>
internal sealed class NvdParser : JsonRecordParser
{
    private static readonly byte[][] ListNames = ["vulnerabilities"u8.ToArray(), "CVE_Items"u8.ToArray()];
    private static readonly byte[][] MarkNames = ["cve"u8.ToArray(), "id"u8.ToArray(), "sourceIdentifier"u8.ToArray(), "_annotation"u8.ToArray()];
    private static readonly byte[][] Firsts = ["cve"u8.ToArray()];

    private readonly NvdDraft _draft;
    private readonly NvdMetrics _metrics;
    private readonly CpeTreeParser _cpe;
    private readonly int _limit;
    private long? _start;
    private long? _total;

    public NvdParser(FeedContext context) : base(context)
    {
        _limit = context.Limits.TextBytes;
        _draft = new NvdDraft();
        _metrics = new NvdMetrics(_draft, Cache);
        _cpe = new CpeTreeParser(Cache);
    }

    public override IReadOnlyList<byte[]> Lists => ListNames;

    public override IReadOnlyList<byte[]> Marks => MarkNames;

    public override IReadOnlyList<byte[]> FirstKeys => Firsts;

    public override bool RefusesInside => true;

    public override void Envelope(ref Utf8JsonReader r)
    {
        if (JsonRead.Is(ref r, "timestamp"u8) || JsonRead.Is(ref r, "CVE_data_timestamp"u8))
        {
            Context.DocumentDate = JsonRead.Date(ref r, "timestamp");
        }
        else if (JsonRead.Is(ref r, "startIndex"u8)) _start = Number(ref r);
        else if (JsonRead.Is(ref r, "totalResults"u8)) _total = Number(ref r);
        else JsonRead.Skip(ref r);
    }

    public override string? Finish(long items)
    {
        if (items > 0 && _start is { } start && start + items < _total) Context.NextCursor = (start + items).ToString(CultureInfo.InvariantCulture);
        return null;
    }

    protected override void Parse(ref Utf8JsonReader r, string? key, List<FeedItem> items)
    {
        _draft.Clear();
        _cpe.Clear();
        uint seen = 0;
        Properties(ref r, ref seen);
        items.Add(FeedItem.Of(_draft.ToRecord(_cpe.ToTree(), Context.FallbackDate)));
    }

    private void Properties(ref Utf8JsonReader r, ref uint seen)
    {
        while (JsonRead.Property(ref r))
        {
            if (JsonRead.Is(ref r, "cve"u8))
            {
                JsonRead.Once(ref r, ref seen, 0);
                JsonRead.Next(ref r);
                if (!JsonRead.Object(ref r, "cve")) throw JsonRead.Wrong(ref r, "cve", "an object");
                Properties(ref r, ref seen);
            }
            else if (JsonRead.Is(ref r, "id"u8))
            {
                JsonRead.Once(ref r, ref seen, 1);
                CurrentId = _draft.Id = JsonRead.Text(ref r, 100, "id");
            }
            else if (JsonRead.Is(ref r, "published"u8) || JsonRead.Is(ref r, "publishedDate"u8))
            {
                JsonRead.Once(ref r, ref seen, 2);
                _draft.Published = JsonRead.Date(ref r, "published");
            }
            else if (JsonRead.Is(ref r, "lastModified"u8) || JsonRead.Is(ref r, "lastModifiedDate"u8))
            {
                JsonRead.Once(ref r, ref seen, 3);
                _draft.Modified = JsonRead.Date(ref r, "lastModified");
            }
            else if (JsonRead.Is(ref r, "vulnStatus"u8))
            {
                JsonRead.Once(ref r, ref seen, 4);
                _draft.Status = JsonRead.Text(ref r, Cache, "vulnStatus");
            }
            else if (JsonRead.Is(ref r, "descriptions"u8))
            {
                JsonRead.Once(ref r, ref seen, 5);
                JsonRead.Next(ref r);
                Descriptions(ref r, _draft);
            }
            else if (JsonRead.Is(ref r, "description"u8))
            {
                JsonRead.Once(ref r, ref seen, 5);
                Inside(ref r, "description_data"u8, Kind11.Description);
            }
            else if (JsonRead.Is(ref r, "metrics"u8))
            {
                JsonRead.Once(ref r, ref seen, 6);
                _metrics.Read20(ref r);
            }
            else if (JsonRead.Is(ref r, "impact"u8))
            {
                JsonRead.Once(ref r, ref seen, 6);
                _metrics.Read11(ref r);
            }
            else if (JsonRead.Is(ref r, "weaknesses"u8))
            {
                JsonRead.Once(ref r, ref seen, 7);
                JsonRead.Next(ref r);
                Weaknesses(ref r);
            }
            else if (JsonRead.Is(ref r, "problemtype"u8))
            {
                JsonRead.Once(ref r, ref seen, 7);
                Inside(ref r, "problemtype_data"u8, Kind11.Weakness);
            }
            else if (JsonRead.Is(ref r, "configurations"u8))
            {
                JsonRead.Once(ref r, ref seen, 8);
                JsonRead.Next(ref r);
                _cpe.Read(ref r);
            }
            else if (JsonRead.Is(ref r, "references"u8))
            {
                JsonRead.Once(ref r, ref seen, 9);
                JsonRead.Next(ref r);
                if (r.TokenType == JsonTokenType.StartObject) InsideObject(ref r, "reference_data"u8, Kind11.Reference);
                else References(ref r);
            }
            else
            {
                Rare(ref r, ref seen);
            }
        }
    }

    private void Rare(ref Utf8JsonReader r, ref uint seen)
    {
        if (JsonRead.Is(ref r, "CVE_data_meta"u8))
        {
            JsonRead.Once(ref r, ref seen, 1);
            JsonRead.Next(ref r);
            if (!JsonRead.Object(ref r, "CVE_data_meta")) return;
            while (JsonRead.Property(ref r))
            {
                if (JsonRead.Is(ref r, "ID"u8)) CurrentId = _draft.Id = JsonRead.Text(ref r, 100, "ID");
                else JsonRead.Skip(ref r);
            }
        }
        else if (JsonRead.Is(ref r, "cveTags"u8)) Tags(ref r);
        else if (JsonRead.Is(ref r, "cisaExploitAdd"u8)) _draft.KevAdded = JsonRead.Date(ref r, "cisaExploitAdd");
        else if (JsonRead.Is(ref r, "cisaActionDue"u8)) _draft.KevDue = JsonRead.Date(ref r, "cisaActionDue");
        else if (JsonRead.Is(ref r, "_annotation"u8)) Annotation(ref r);
        else if (JsonRead.Is(ref r, "vulnerabilities"u8) || JsonRead.Is(ref r, "CVE_Items"u8))
        {
            throw new RecordException("a list of records stands inside a record", r.TokenStartIndex);
        }
        else JsonRead.Skip(ref r);
    }

    /// <summary>Overrides that others publish in NVD's shape name their CVE beside it.</summary>
    private void Annotation(ref Utf8JsonReader r)
    {
        JsonRead.Next(ref r);
        if (!JsonRead.Object(ref r, "_annotation")) return;
        _draft.IsOverride = true;
        while (JsonRead.Property(ref r))
        {
            if (JsonRead.Is(ref r, "cve_id"u8)) CurrentId = _draft.Id = JsonRead.Text(ref r, 100, "cve_id");
            else if (JsonRead.Is(ref r, "modified"u8)) _draft.Modified = JsonRead.Date(ref r, "modified");
            else JsonRead.Skip(ref r);
        }
    }

    private void Tags(ref Utf8JsonReader r)
    {
        JsonRead.Next(ref r);
        if (!JsonRead.Array(ref r, "cveTags")) return;
        while (JsonRead.Element(ref r))
        {
            if (r.TokenType != JsonTokenType.StartObject)
            {
                JsonRead.Skip(ref r);
                continue;
            }
            while (JsonRead.Property(ref r))
            {
                if (!JsonRead.Is(ref r, "tags"u8))
                {
                    JsonRead.Skip(ref r);
                    continue;
                }
                JsonRead.Next(ref r);
                if (!JsonRead.Array(ref r, "tags")) continue;
                while (JsonRead.Element(ref r)) _draft.Disputed |= JsonRead.ThisText(ref r, 200, "tag") == "disputed";
            }
        }
    }

    private enum Kind11
    {
        Description,
        Weakness,
        Reference,
    }

    /// <summary>NVD 1.1 wraps each list in an object.</summary>
    private void Inside(ref Utf8JsonReader r, ReadOnlySpan<byte> list, Kind11 kind)
    {
        JsonRead.Next(ref r);
        if (JsonRead.Object(ref r, "a wrapper")) InsideObject(ref r, list, kind);
    }

    private void InsideObject(ref Utf8JsonReader r, ReadOnlySpan<byte> list, Kind11 kind)
    {
        while (JsonRead.Property(ref r))
        {
            if (!JsonRead.Is(ref r, list))
            {
                JsonRead.Skip(ref r);
                continue;
            }
            JsonRead.Next(ref r);
            if (kind == Kind11.Description) Descriptions(ref r, _draft);
            else if (kind == Kind11.Weakness) Weaknesses(ref r);
            else References(ref r);
        }
    }

    private void Descriptions(ref Utf8JsonReader r, NvdDraft draft)
    {
        if (!JsonRead.Array(ref r, "descriptions")) return;
        while (JsonRead.Element(ref r))
        {
            if (!JsonRead.Object(ref r, "a description")) continue;
            var english = false;
            string? text = null;
            while (JsonRead.Property(ref r))
            {
                if (JsonRead.Is(ref r, "lang"u8))
                {
                    english = JsonRead.Text(ref r, Cache, "lang") is { } lang && lang.StartsWith("en", StringComparison.Ordinal);
                }
                else if (JsonRead.Is(ref r, "value"u8) && draft.Description is null) text = JsonRead.Text(ref r, _limit, "description");
                else JsonRead.Skip(ref r);
            }
            if (english) draft.Description ??= text;
        }
    }

    private void Weaknesses(ref Utf8JsonReader r)
    {
        if (!JsonRead.Array(ref r, "weaknesses")) return;
        while (JsonRead.Element(ref r))
        {
            if (!JsonRead.Object(ref r, "a weakness")) continue;
            while (JsonRead.Property(ref r))
            {
                if (!JsonRead.Is(ref r, "description"u8))
                {
                    JsonRead.Skip(ref r);
                    continue;
                }
                JsonRead.Next(ref r);
                if (!JsonRead.Array(ref r, "a weakness")) continue;
                while (JsonRead.Element(ref r))
                {
                    if (!JsonRead.Object(ref r, "a weakness")) continue;
                    while (JsonRead.Property(ref r))
                    {
                        if (JsonRead.Is(ref r, "value"u8)) _draft.AddCwe(JsonRead.Text(ref r, Cache, "a weakness"));
                        else JsonRead.Skip(ref r);
                    }
                }
            }
        }
    }

    private void References(ref Utf8JsonReader r)
    {
        if (!JsonRead.Array(ref r, "references")) return;
        while (JsonRead.Element(ref r))
        {
            if (!JsonRead.Object(ref r, "a reference")) continue;
            string? url = null, tags = null;
            while (JsonRead.Property(ref r))
            {
                if (JsonRead.Is(ref r, "url"u8)) url = JsonRead.Text(ref r, _limit, "url");
                else if (JsonRead.Is(ref r, "tags"u8))
                {
                    JsonRead.Next(ref r);
                    if (!JsonRead.Array(ref r, "tags")) continue;
                    while (JsonRead.Element(ref r))
                    {
                        var tag = JsonRead.ThisToken(ref r, Cache, "a tag");
                        tags = tags is null ? tag : _draft.Joined(tags, tag);
                    }
                }
                else JsonRead.Skip(ref r);
            }
            if (!string.IsNullOrEmpty(url)) _draft.References.Add(new Reference(url, tags));
        }
    }

    private static long? Number(ref Utf8JsonReader r)
    {
        JsonRead.Next(ref r);
        return r.TokenType == JsonTokenType.Number && r.TryGetInt64(out var n) ? n : throw JsonRead.Wrong(ref r, "a count", "a number");
    }
}
