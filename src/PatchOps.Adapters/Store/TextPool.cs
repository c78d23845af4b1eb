namespace PatchOps.Adapters.Store;

/// <summary>One string for each distinct text: columns repeat few values in many rows.</summary>
internal sealed class TextPool
{
    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);

    public string Of(string text)
    {
        if (known.TryGetValue(text, out var one)) return one;
        known.Add(text, text);
        return text;
    }
}
