using System.CommandLine;
using PatchOps.Cli;

// A wave needs time to let its hosts finish and to flush its evidence before the process may end.
var root = Verbs.Build();
var parsed = root.Parse(args);
if (parsed.Errors.Count == 0 && Verbs.UnknownOption(parsed) is { } unknown)
{
    await Console.Error.WriteLineAsync($"'{unknown}' is no option of this command; see --help. Where a value begins so, put -- before the values.").ConfigureAwait(false);
    return RequestRunner.WrongUsage;
}
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) }).ConfigureAwait(false);
return parsed.Errors.Count > 0 ? RequestRunner.WrongUsage : code;
