using System.Text.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>For feeds whose records are small and varied: each is taken as a document, then read.</summary>
internal abstract class JsonDomParser : JsonRecordParser
{
    protected JsonDomParser(FeedContext context) : base(context)
    {
    }

    protected abstract void Parse(JsonElement record, string? key, List<FeedItem> items);

    protected sealed override void Parse(ref Utf8JsonReader r, string? key, List<FeedItem> items)
    {
        if (!JsonDocument.TryParseValue(ref r, out var document)) throw NeedMoreException.Instance;
        using (document)
        {
            Dom.RefuseDuplicates(document.RootElement);
            Parse(document.RootElement, key, items);
        }
    }
}
