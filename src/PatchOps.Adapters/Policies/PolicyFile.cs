using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PatchOps.Core.Governance;
using PatchOps.Core.Risk;
using PatchOps.Domain;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace PatchOps.Adapters.Policies;

/// <summary>Reads the policy file (YAML, and so JSON): unknown keys and values that contradict each other are refused with their line.</summary>
internal static class PolicyFile
{
    public const string EnvironmentVariable = "PATCHOPS_POLICY";

    internal static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Converters = { new JsonStringEnumConverter(), new CvssContextConverter() },
    };

    /// <param name="path">File; null for the environment's, then the built-in policy.</param>
    /// <exception cref="FailureException"><c>PathNotFound</c>, <c>PolicyInvalid</c> with line.</exception>
    public static PatchPolicy Read(string? path)
    {
        if (string.IsNullOrWhiteSpace(path)) path = Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrWhiteSpace(path)) return PatchPolicy.Default;
        if (!File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The policy file '{path}' does not exist.", path, "Check -Policy or $PATCHOPS_POLICY.");
        using var text = File.OpenText(path);
        return Parse(text, path);
    }

    internal static PatchPolicy Parse(TextReader text, string name)
    {
        var lines = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        try
        {
            var stream = new YamlStream();
            stream.Load(text);
            if (stream.Documents.Count == 0) return PatchPolicy.Default;
            if (ToJson(stream.Documents[0].RootNode, "$", lines) is not { } node) return PatchPolicy.Default;
            var policy = node.Deserialize<PatchPolicy>(Options) ?? PatchPolicy.Default;
            RiskPolicyCheck.Require(policy.Risk);
            return policy;
        }
        catch (YamlException e)
        {
            throw Invalid(name, e.Start.Line, e.InnerException?.Message ?? e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // The YAML library breaks off like this on some texts that end in the middle.
            throw Invalid(name, 0, "the file is no complete YAML.", e);
        }
        catch (JsonException e)
        {
            throw Invalid(name, lines.GetValueOrDefault(e.Path ?? "$", Nearest(lines, e.Path)), Reason(e), e);
        }
        catch (ArgumentException e)
        {
            throw Invalid(name, 0, e.Message, e);
        }
    }

    private static JsonNode? ToJson(YamlNode node, string path, Dictionary<string, long> lines)
    {
        lines[path] = node.Start.Line;
        switch (node)
        {
            case YamlMappingNode map:
                var json = new JsonObject();
                foreach (var (key, value) in map.Children)
                {
                    if (key is not YamlScalarNode { Value: { } name }) throw new YamlException(key.Start, key.End, "a key must be a name");
                    lines[$"{path}.{name}"] = key.Start.Line;
                    // A section without content, such as one whose keys are all commented out, keeps its defaults.
                    if (ToJson(value, $"{path}.{name}", lines) is { } given) json[name] = given;
                    lines[$"{path}.{name}"] = key.Start.Line;
                }
                return json;
            case YamlSequenceNode list:
                return new JsonArray([.. list.Children.Select((c, i) => ToJson(c, $"{path}[{i}]", lines))]);
            case YamlScalarNode scalar:
                return Scalar(scalar);
            default:
                return null;
        }
    }

    private static JsonNode? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value;
        if (scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted) return JsonValue.Create(text);
        if (string.IsNullOrEmpty(text) || text is "~" or "null") return null;
        if (text is "true" or "false") return JsonValue.Create(text == "true");
        // Numbers stay as they are written: a key that takes a text (a port, a date) gets just that, and one that takes a number reads it.
        return JsonValue.Create(text);
    }

    private static long Nearest(Dictionary<string, long> lines, string? path)
    {
        for (var at = path; !string.IsNullOrEmpty(at); at = at[..Math.Max(0, Math.Max(at.LastIndexOf('.'), at.LastIndexOf('[')))])
            if (lines.TryGetValue(at, out var line)) return line;
        return 1;
    }

    private static string Reason(JsonException e) =>
        e.Message.Contains("could not be mapped", StringComparison.Ordinal)
            ? $"the key '{e.Path?[2..]}' is not known"
            : $"the value of '{(e.Path?.Length > 2 ? e.Path[2..] : e.Path)}' does not fit";

    private static FailureException Invalid(string name, long line, string reason, Exception inner) =>
        new(new Failure("PolicyInvalid", FailureKind.InvalidInput, line > 0 ? $"{name}, line {line}: {reason}." : $"{name}: {reason}", name, "Correct the policy file; docs/policy.md lists every key with its default."), inner);
}
