using System.Text.Json;
using CsvHelper;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>Lists of documents as feeds keep them.</summary>
internal static class ListJson
{
    /// <exception cref="FailureException"><c>FeedNotRecognised</c>: it is no JSON object.</exception>
    public static JsonDocument Parse(string path, Uri address)
    {
        try
        {
            using var stream = FeedContent.Open(path, FeedLimits.Default with { DocumentBytes = 256 << 20 });
            var document = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = FeedLimits.Default.Depth });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw Unfit(address, "it is no JSON object, perhaps an error page");
    }

    /// <summary>What a list says, with its faults told as faults of its address.</summary>
    /// <exception cref="FailureException"><c>FeedNotRecognised</c>.</exception>
    public static List<T> Sound<T>(Uri address, Func<List<T>> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is RecordException or CsvHelperException)
        {
            throw Unfit(address, e.Message.Split('\n')[0].Trim());
        }
    }

    private static FailureException Unfit(Uri address, string reason) =>
        new("FeedNotRecognised", FailureKind.InvalidInput, $"'{address}' is not the list that belongs there: {reason}.", address.AbsoluteUri, "Check -Source and -BaseUri.");
}
