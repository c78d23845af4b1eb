using System.CommandLine;
using PatchOps.Cli;

// A wave needs time to let its hosts finish and to flush its evidence before the process may end.
var root = Verbs.Build();
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) }).ConfigureAwait(false);
return parsed.Errors.Count > 0 ? RequestRunner.WrongUsage : code;
