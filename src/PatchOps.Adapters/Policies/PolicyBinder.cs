using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PatchOps.Core.Governance;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Domain;

namespace PatchOps.Adapters.Policies;

/// <summary>Puts a document's values into the schema: finds every key that is not known and every value that does not fit, not only the first.</summary>
internal sealed class PolicyBinder(PolicyDocument document)
{
    internal static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false), new CvssContextConverter() },
    };

    private readonly List<PolicyFault> faults = [];

    public IReadOnlyList<PolicyFault> Faults => faults;

    /// <summary>The policy without what does not fit.</summary>
    public PatchPolicy Bind()
    {
        if (document.Root is null || Fit(document.Root, typeof(PatchPolicy), "") is not { } fitting) return PatchPolicy.Default;
        try
        {
            return fitting.Deserialize<PatchPolicy>(Options) ?? PatchPolicy.Default;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FailureException)
        {
            Fault("", e.Message);
            return PatchPolicy.Default;
        }
    }

    private JsonNode? Fit(JsonNode node, Type type, string path)
    {
        if (type == typeof(CvssContextTable)) return Context(node, path);
        if ((Part(type, typeof(IReadOnlyDictionary<,>)) ?? Part(type, typeof(Dictionary<,>))) is [var key, var value]) return Table(node, key, value, path);
        if (Part(type, typeof(IReadOnlyList<>)) is [var item]) return List(node, item, path);
        return type.Namespace?.StartsWith("PatchOps", StringComparison.Ordinal) == true && type.IsClass ? Section(node, type, path) : Leaf(node, type, path);
    }

    private JsonObject? Section(JsonNode node, Type type, string path)
    {
        if (node is not JsonObject section) return Wrong<JsonObject>(path, path.Length == 0 ? "a policy is made of sections with keys" : $"'{path}' is a section with keys, not a single value");
        var known = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        var fitting = new JsonObject();
        foreach (var (name, child) in section)
        {
            var place = PolicyDocument.Join(path, name);
            if (!known.TryGetValue(name, out var property)) Fault(place, $"the key '{place}' is not known{Meant(name, known.Keys)}");
            else if (fitting.ContainsKey(property.Name)) Fault(place, $"the key '{place}' is given twice");
            else if (child is not null && Fit(child, property.PropertyType, place) is { } fit && Accepted(type, property, fit, place)) fitting[property.Name] = fit;
        }
        foreach (var missing in known.Values.Where(p => p.IsDefined(typeof(RequiredMemberAttribute)) && !section.Any(c => c.Key.Equals(p.Name, StringComparison.OrdinalIgnoreCase) && c.Value is not null)))
            return Wrong<JsonObject>(path, $"'{path}' needs {Camel(missing.Name)}");
        if (!known.Values.Any(p => p.IsDefined(typeof(RequiredMemberAttribute)))) return fitting;
        if (known.Values.Any(p => p.IsDefined(typeof(RequiredMemberAttribute)) && !fitting.ContainsKey(p.Name))) return null;
        return Refused(fitting, type) is { } why ? Wrong<JsonObject>(path, why) : fitting;
    }

    private JsonObject? Table(JsonNode node, Type key, Type value, string path)
    {
        if (node is not JsonObject table) return Wrong<JsonObject>(path, $"'{path}' is a table of names with values");
        var fitting = new JsonObject();
        foreach (var (name, child) in table)
        {
            var place = PolicyDocument.Join(path, name);
            if (!IsKey(name, key)) Fault(place, $"'{name}' in '{path}' is not {Describe(key)}");
            else if (child is not null && Fit(child, value, place) is { } fit) fitting[name] = fit;
        }
        return fitting;
    }

    private JsonArray? List(JsonNode node, Type item, string path)
    {
        if (node is not JsonArray list) return Wrong<JsonArray>(path, $"'{path}' is a list");
        var fitting = new JsonArray();
        for (var i = 0; i < list.Count; i++)
        {
            var place = $"{path}[{i}]";
            if (list[i] is not { } child) Fault(place, $"'{place}' is empty");
            else if (Fit(child, item, place) is { } fit) fitting.Add(fit);
        }
        return fitting;
    }

    private JsonNode? Context(JsonNode node, string path)
    {
        if (Section(node, typeof(CvssContextConverter.Tables), path) is not { } tables) return null;
        try
        {
            tables.Deserialize<CvssContextTable>(Options);
            return tables;
        }
        catch (JsonException e)
        {
            return Wrong<JsonNode>(path, e.InnerException is FailureException inner ? inner.Failure.Message.TrimEnd('.') : e.Message);
        }
    }

    private JsonNode? Leaf(JsonNode node, Type type, string path)
    {
        if (node is JsonValue)
        {
            try
            {
                if (node.Deserialize(type, Options) is not null) return node.DeepClone();
            }
            catch (Exception e) when (e is JsonException or FormatException or OverflowException)
            {
            }
        }
        return Wrong<JsonNode>(path, $"{(node is JsonValue ? $"'{node}'" : node is JsonArray ? "a list" : "a section")} does not fit '{path}', which takes {Describe(Nullable.GetUnderlyingType(type) ?? type)}");
    }

    /// <summary>A section may refuse a value by itself.</summary>
    private bool Accepted(Type section, PropertyInfo property, JsonNode value, string path)
    {
        if (section.GetProperties().Any(p => p.IsDefined(typeof(RequiredMemberAttribute)))) return true;
        if (Refused(new JsonObject { [property.Name] = value.DeepClone() }, section) is not { } why) return true;
        Fault(path, why);
        return false;
    }

    private static string? Refused(JsonObject values, Type section)
    {
        try
        {
            values.Deserialize(section, Options);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message.Split(" (Parameter")[0].Split('\n')[0].TrimEnd('.');
        }
    }

    private static Type[]? Part(Type type, Type generic) => type.IsGenericType && type.GetGenericTypeDefinition() == generic ? type.GetGenericArguments() : null;

    private static bool IsKey(string name, Type type) => type.IsEnum
        ? Enum.GetNames(type).Contains(name, StringComparer.OrdinalIgnoreCase)
        : type != typeof(int) || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string Describe(Type type) => type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time such as 12:00:00 or 1.00:00:00",
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(double) => "a number",
        _ => "a text",
    };

    /// <summary>The known key that is nearest to what was written, if one is near.</summary>
    private static string Meant(string name, IEnumerable<string> known)
    {
        var near = known.Select(k => (Key: k, Distance: Distance(k.ToUpperInvariant(), name.ToUpperInvariant()))).OrderBy(k => k.Distance).FirstOrDefault();
        return near.Key is not null && near.Distance <= Math.Max(1, name.Length / 4) ? $"; did you mean {Camel(near.Key)}?" : "";
    }

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var next = Math.Min(Math.Min(row[j], left) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                (diagonal, row[j], left) = (row[j], next, next);
            }
        }
        return row[^1];
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    private T? Wrong<T>(string path, string message) where T : class
    {
        Fault(path, message);
        return null;
    }

    private void Fault(string path, string message) => faults.Add(new PolicyFault { Line = document.Nearest(path), Key = path, Message = message });
}
