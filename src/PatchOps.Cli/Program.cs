using System.CommandLine;
using PatchOps.Cli;

// A wave needs time to let its hosts finish and to flush its evidence before the process may end.
var root = Verbs.Build();
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) }).ConfigureAwait(false);
