using System.Text.Json.Nodes;

namespace PatchOps.Adapters.Policies;

/// <summary>A policy text taken apart, whatever its format: plain values with the line of each key. Scalars stay texts, so that the schema decides what they are.</summary>
internal sealed class PolicyDocument
{
    /// <summary>Far above any policy; a text that unfolds into more is no policy but an attack.</summary>
    private const int MostValues = 100_000;

    private readonly Dictionary<string, int> lines = new(StringComparer.OrdinalIgnoreCase);
    private int values;

    private PolicyDocument()
    {
    }

    /// <summary>Null where the text holds nothing.</summary>
    public JsonNode? Root { get; private set; }

    /// <param name="name">File name; its ending chooses psd1 or JSON, anything else is YAML.</param>
    /// <exception cref="PolicyTextException">The text is not of its format.</exception>
    public static PolicyDocument Parse(string text, string name)
    {
        var document = new PolicyDocument();
        document.Root = Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".PSD1" => new Psd1Text(text, document).Read(),
            ".JSON" => new JsonText(text, document).Read(),
            _ => new YamlText(document).Read(text),
        };
        return document;
    }

    /// <summary>Line of a key such as <c>risk.kevFloor</c> or <c>planning.freezes[0].when</c>; null where the text does not have it.</summary>
    public int? Line(string key) => lines.TryGetValue(key, out var line) ? line : null;

    /// <summary>Line of the key or of the nearest one around it.</summary>
    public int Nearest(string key)
    {
        for (var at = key; at.Length > 0; at = at[..Math.Max(0, Math.Max(at.LastIndexOf('.'), at.LastIndexOf('[')))])
            if (lines.TryGetValue(at, out var line)) return line;
        return 1;
    }

    /// <summary>Path of a key inside another.</summary>
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    internal void Place(string path, long line)
    {
        lines[path] = (int)line;
        if (++values > MostValues) throw new PolicyTextException(line, "the file unfolds into more values than a policy can have");
    }
}

/// <summary>A text that is not of its format.</summary>
internal sealed class PolicyTextException(long line, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>From 1; 0 where it is not known.</summary>
    public long Line { get; } = line;
}
