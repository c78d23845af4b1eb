using System.Text;
using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Records;

/// <summary>A document whose envelope says what its list is about, in whichever order the two stand.</summary>
internal abstract class EnvelopedParser(FeedContext context) : JsonDomParser(context)
{
    /// <summary>False: what follows the list may start like its elements.</summary>
    public override bool LearnsFirstKey => false;

    /// <summary>What stands before the list is told like what stands behind it.</summary>
    public sealed override void Envelope(ref Utf8JsonReader r)
    {
        string? name = null;
        foreach (var wanted in AfterList)
            if (JsonRead.Is(ref r, wanted)) name = Encoding.UTF8.GetString(wanted);
        if (name is null)
        {
            base.Envelope(ref r);
            return;
        }
        JsonRead.Next(ref r);
        if (!JsonDocument.TryParseValue(ref r, out var document)) throw NeedMoreException.Instance;
        using (document) Tell(name, document.RootElement);
    }

    /// <summary>A value of the envelope; of a list, its elements one by one.</summary>
    protected void Tell(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) After(name, value);
        else foreach (var item in value.EnumerateArray()) After(name, item);
    }
}
