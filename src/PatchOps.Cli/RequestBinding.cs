using System.CommandLine;
using System.CommandLine.Parsing;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Cli;

/// <summary>One property of a request as an argument or option.</summary>
internal sealed class RequestBinding
{
    private readonly PropertyInfo property;
    private readonly ParameterHelpAttribute? help;
    private Argument<string[]>? argument;
    private Option<string[]>? options;
    private Option<string>? option;
    private Option<bool>? flag;

    private RequestBinding(PropertyInfo property)
    {
        this.property = property;
        help = property.GetCustomAttribute<ParameterHelpAttribute>();
    }

    private bool IsList => property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);

    private bool IsMap => property.PropertyType == typeof(IReadOnlyDictionary<string, string>);

    public static IReadOnlyList<RequestBinding> Of(Type request) =>
        [.. request.GetProperties()
            .Where(p => p.CanWrite && p.GetCustomAttribute<PowerShellOnlyAttribute>() is null)
            .Select(p => new RequestBinding(p))
            .OrderBy(b => b.help?.Position is >= 0 and var at ? at : int.MaxValue)];

    public void AddTo(Command command)
    {
        var text = property.Name == nameof(OperationRequest.Store) ? "Store to use; default: $PATCHOPS_STORE, then one file in the user's data folder." : help?.Text ?? "";
        if (help?.Position >= 0)
        {
            // Read as texts whatever their number; by itself the parser takes no list where one value is allowed.
            argument = new Argument<string[]>(Kebab(property.Name))
            {
                Description = text, Arity = IsList ? ArgumentArity.ZeroOrMore : ArgumentArity.ZeroOrOne, CustomParser = static parsed => [.. parsed.Tokens.Select(t => t.Value)],
            };
            command.Arguments.Add(argument);
        }
        else if (property.PropertyType == typeof(bool))
        {
            flag = new Option<bool>("--" + Kebab(property.Name)) { Description = text };
            command.Options.Add(flag);
        }
        else
        {
            Symbol added = IsList || IsMap
                ? options = new Option<string[]>("--" + Kebab(property.Name)) { Description = IsMap ? text + " As THEIR=OURS." : text, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true }
                : option = new Option<string>("--" + Kebab(property.Name)) { Description = text };
            command.Options.Add((Option)added);
        }
    }

    /// <summary>The requests that a command line means: one, or one a line of standard input where its only argument is <c>-</c>; records are imported from standard input in the same way, as from a file.</summary>
    public static IEnumerable<OperationRequest> Requests(Type type, IReadOnlyList<RequestBinding> bindings, ParseResult parsed, TextReader input)
    {
        var lines = type.GetCustomAttribute<InputLineAttribute>();
        var positional = bindings.Where(b => b.argument is not null).SelectMany(b => parsed.GetValue(b.argument!) ?? []).ToList();
        if (positional is ["-"] && typeof(ImportRecordsRequest).IsAssignableFrom(type))
        {
            // Readers look at a file's beginning before they choose; a pipe can be read only once.
            var folder = Directory.CreateTempSubdirectory("patchops-input-");
            try
            {
                var file = System.IO.Path.Combine(folder.FullName, "standard-input");
                using (var copy = File.CreateText(file))
                {
                    var buffer = new char[1 << 16];
                    for (int read; (read = input.Read(buffer, 0, buffer.Length)) > 0;) copy.Write(buffer, 0, read);
                }
                yield return Fill(type, bindings.Select(b => (b, b.argument is null ? b.Values(parsed) : (IReadOnlyList<string>?)[file])));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
            yield break;
        }
        if (lines is null || positional is not ["-"])
        {
            yield return Fill(type, bindings.Select(b => (b, b.Values(parsed))));
            yield break;
        }
        var filled = lines.Properties.Select(n => bindings.Single(b => b.property.Name == n)).ToList();
        var rest = bindings.Where(b => b.argument is null && !filled.Contains(b)).Select(b => (b, b.Values(parsed))).ToList();
        var number = 0;
        while (input.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0) continue;
            var fields = line.Split('\t');
            if (fields.Length != filled.Count)
                throw new FailureException("InputLineInvalid", FailureKind.InvalidInput, $"standard input, line {number}: {filled.Count} tab-separated fields are needed ({string.Join(", ", lines.Properties)}), found {fields.Length}.",
                    $"line {number}", "Separate the fields with single tabs.");
            yield return Fill(type, rest.Concat(filled.Zip(fields, (b, f) => (b, (IReadOnlyList<string>?)[f]))));
        }
    }

    private IReadOnlyList<string>? Values(ParseResult parsed)
    {
        if (flag is not null) return parsed.GetValue(flag) ? ["true"] : null;
        if (option is not null) return parsed.GetValue(option) is { } one ? [one] : null;
        var values = argument is not null ? parsed.GetValue(argument) : parsed.GetValue(options!);
        return values is null || values.Length == 0 ? null : values;
    }

    private static OperationRequest Fill(Type type, IEnumerable<(RequestBinding Binding, IReadOnlyList<string>? Values)> values)
    {
        var request = Activator.CreateInstance(type)!;
        foreach (var (binding, texts) in values)
            if (texts is not null) binding.property.SetValue(request, binding.Convert(texts));
        return (OperationRequest)request;
    }

    private object? Convert(IReadOnlyList<string> texts)
    {
        if (IsMap)
        {
            return texts.Select(t => t.Split('=', 2)).ToDictionary(
                p => p[0], p => p.Length == 2 ? p[1] : throw Bad(p[0], "write THEIR=OURS"), StringComparer.OrdinalIgnoreCase);
        }
        if (!IsList) return One(property.PropertyType, texts[^1]);
        var element = property.PropertyType.GetGenericArguments()[0];
        var list = Array.CreateInstance(element, texts.Count);
        for (var i = 0; i < texts.Count; i++) list.SetValue(One(element, texts[i]), i);
        return list;
    }

    private object? One(Type type, string text)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return text;
        if (type.IsEnum)
        {
            return Enum.TryParse(type, text, ignoreCase: true, out var value) && Enum.IsDefined(type, value!) && !char.IsAsciiDigit(text[0])
                ? value
                : throw Bad(text, $"give one of {string.Join(", ", Enum.GetNames(type))}");
        }
        if (type == typeof(DateTimeOffset))
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : throw Bad(text, "write an ISO 8601 time such as 2026-11-01T08:00Z");
        }
        if (type == typeof(TimeSpan))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : throw Bad(text, "write a duration such as 14.00:00:00 or 02:30:00");
        }
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException or OverflowException)
        {
            throw Bad(text, $"write a {type.Name}");
        }
    }

    private FailureException Bad(string text, string remedy) =>
        new("ParameterInvalid", FailureKind.InvalidInput, $"'{text}' does not fit {Kebab(property.Name)}.", property.Name, char.ToUpperInvariant(remedy[0]) + remedy[1..] + ".");

    internal static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
