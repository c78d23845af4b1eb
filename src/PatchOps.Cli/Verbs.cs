using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;

namespace PatchOps.Cli;

/// <summary>The command line, built from the request records: what a request can say, a verb can say.</summary>
public static class Verbs
{
    /// <summary>Verbs and cmdlets that stand on one face only: the whole list.</summary>
    public static IReadOnlyDictionary<string, string> Exceptions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["demo"] = "strings several operations together on the example estate",
        ["Connect-PatchStore"] = "keeps a default for the session; the command line has no session: --store or PATCHOPS_STORE",
        ["Disconnect-PatchStore"] = "ends what Connect-PatchStore began",
    };

    public static RootCommand Build()
    {
        var root = new RootCommand("PatchOps: what hurts most, what to change and when, change it safely, prove that it helped.");
        var nouns = new Dictionary<string, Command>(StringComparer.Ordinal);
        foreach (var (type, operation) in OperationCatalogue.CommandLine)
        {
            var words = operation.Command.Split(' ');
            if (!nouns.TryGetValue(words[0], out var noun))
            {
                nouns[words[0]] = noun = new Command(words[0], $"Verbs for {words[0]}.");
                root.Subcommands.Add(noun);
            }
            noun.Subcommands.Add(Verb(words[1], type, operation));
        }
        root.Subcommands.Add(Demo.Command());
        return root;
    }

    /// <summary>The first word that looks like an option and is none of the command's, so that a slip is not taken for a name; what follows a lone <c>--</c> is meant as it stands.</summary>
    public static string? UnknownOption(ParseResult parsed) =>
        parsed.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).FirstOrDefault(t => t.Type == TokenType.Argument && t.Value.Length > 2 && t.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static Command Verb(string name, Type type, OperationAttribute operation)
    {
        var command = new Command(name, $"{operation.Summary} ({operation.Cmdlet})");
        var bindings = RequestBinding.Of(type);
        foreach (var binding in bindings) binding.AddTo(command);
        var json = new Option<bool>("--json") { Description = "One JSON object a line." };
        var verbose = new Option<bool>("--verbose") { Description = "Also print decisions." };
        command.Options.Add(json);
        command.Options.Add(verbose);
        var yes = new Option<bool>("--yes") { Description = "Answer every question with yes." };
        var whatIf = new Option<bool>("--what-if") { Description = "Describe what would change; change nothing." };
        if (operation.Changes)
        {
            command.Options.Add(yes);
            command.Options.Add(whatIf);
        }
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new Output(Console.Out, Console.Error, parsed.GetValue(json), parsed.GetValue(verbose), operation.Changes && parsed.GetValue(yes), operation.Changes && parsed.GetValue(whatIf));
            await using var host = new OperationHost(TimeProvider.System);
            var runner = new RequestRunner(host, output);
            return await runner.RunAsync(RequestBinding.Requests(type, bindings, parsed, Console.In), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}

/// <summary>Every use case, found by reflection: both faces and the parity test read the same list.</summary>
public static class OperationCatalogue
{
    public static IReadOnlyList<(Type Request, OperationAttribute Operation)> All { get; } =
        [.. typeof(OperationRequest).Assembly.GetTypes()
            .Select(t => (Request: t, Operation: t.GetCustomAttribute<OperationAttribute>()!))
            .Where(t => t.Operation is not null)
            .OrderBy(t => t.Operation.Command, StringComparer.Ordinal)];

    public static IEnumerable<(Type Request, OperationAttribute Operation)> CommandLine => All.Where(o => o.Operation.Command.Length > 0);
}
