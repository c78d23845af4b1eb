using System.Text.Json;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;
using PatchOps.Domain;

namespace PatchOps.Adapters.Records;

/// <summary>What Get-PatchInventory found, as JSON: one host a line as <c>patchops inventory get --json</c> writes it, or a list as ConvertTo-Json does.</summary>
internal static class InventoryFileReader
{
    public static bool Recognises(JsonShape shape) => shape.Has("Asset/Id") && (shape.Has("Taken") || shape.Has("Software") || shape.Has("Failure"));

    public static IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        var context = new FeedContext(path, DateTimeOffset.UnixEpoch) { Cancellation = cancellationToken };
        using var stream = FeedContent.Open(path, context.Limits);
        foreach (var item in new JsonRecordStream(stream, context, new Parser(context)).Items())
        {
            if (item.Rejected is { } rejected)
            {
                yield return InstalledRow.Bad($"{path}, {rejected.Place}", rejected.Reason.TrimEnd('.'));
                continue;
            }
            var host = ((Host)item.Record!).Inventory;
            yield return new RecordRow(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Id"] = host.Asset.Id }, $"{path}, {host.Name}") { Record = host };
        }
    }

    private sealed record Host(InventoryResult Inventory) : FeedRecord("inventory", Inventory.Asset.Id);

    private sealed class Parser(FeedContext context) : JsonDomParser(context)
    {
        private static readonly byte[][] First = ["Asset"u8.ToArray()];

        /// <summary>Asset is a host's first property, and a package's as well: there it is text.</summary>
        public override bool Starts(ReadOnlySpan<byte> at)
        {
            var r = new Utf8JsonReader(at, isFinalBlock: false, default);
            try
            {
                return r.Read() && r.Read() && r.TokenType == JsonTokenType.PropertyName && JsonRead.Is(ref r, First[0]) && r.Read() && r.TokenType == JsonTokenType.StartObject;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return false;
            }
        }

        public override bool LearnsFirstKey => false;

        public override bool RefusesInside => true;

        public override int RecordBytes => Context.Limits.DocumentRecordBytes;

        protected override void Parse(JsonElement record, string? key, List<FeedItem> items)
        {
            CurrentId = record.Object("Asset").Text("Id");
            try
            {
                // Software may be null where a host could not be read.
                if (record.Deserialize<InventoryResult>(Store.Encoding.Json) is not { Asset: not null } host) throw new RecordException("it names no Asset");
                items.Add(FeedItem.Of(new Host(host with { Software = host.Software ?? [], PendingUpdates = host.PendingUpdates ?? [] })));
            }
            catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
            {
                throw new RecordException($"it is no result of Get-PatchInventory: {e.Message.Split('\n')[0].Split(" Path:", 2)[0].Split(" (Parameter", 2)[0].TrimEnd('.')}");
            }
        }
    }
}
