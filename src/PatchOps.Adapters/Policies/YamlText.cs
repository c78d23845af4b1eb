using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PatchOps.Adapters.Policies;

/// <summary>Policies in YAML.</summary>
internal sealed class YamlText(PolicyDocument document)
{
    public JsonNode? Read(string text)
    {
        try
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            return stream.Documents.Count == 0 ? null : Node(stream.Documents[0].RootNode, "");
        }
        catch (YamlException e)
        {
            throw new PolicyTextException(e.Start.Line, e.InnerException?.Message ?? e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // The YAML library breaks off like this on some texts that end in the middle.
            throw new PolicyTextException(0, "the file is no complete YAML", e);
        }
    }

    private JsonNode? Node(YamlNode node, string path)
    {
        document.Place(path, node.Start.Line);
        switch (node)
        {
            case YamlMappingNode map:
                var json = new JsonObject();
                foreach (var (key, value) in map.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name }) throw new YamlException(key.Start, key.End, "a key must be a name");
                    var place = PolicyDocument.Join(path, name);
                    // A section without content, such as one whose keys are all commented out, keeps its defaults.
                    var given = Node(value, place);
                    document.Place(place, key.Start.Line);
                    if (given is not null) json[name] = given;
                }
                return json;
            case YamlSequenceNode list:
                return new JsonArray([.. list.Children.Select((c, i) => Node(c, $"{path}[{i}]"))]);
            case YamlScalarNode scalar:
                return Scalar(scalar);
            default:
                return null;
        }
    }

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value;
        if (scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted) return JsonValue.Create(text);
        if (string.IsNullOrEmpty(text) || text is "~" or "null") return null;
        if (text is "true" or "false") return JsonValue.Create(text == "true");
        // Numbers stay as they are written: a key that takes a text (a port, a date) gets just that, and one that takes a number reads it.
        return JsonValue.Create(text);
    }
}
