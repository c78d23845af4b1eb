using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Hosts;

/// <summary>A step as a plain command, for what may be repeated and what nobody is harmed by: it needs neither detachment nor a fence, and costs a third.</summary>
internal static class PlainStep
{
    public static async Task<StepReport> RunAsync(IHostTransport host, StepKey key, HostCommand command, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(command, cancellationToken).ConfigureAwait(false);
        var state = result.Fate switch
        {
            CommandFate.Finished => StepState.Finished,
            CommandFate.NotSent => StepState.NotSent,
            _ => StepState.Unknown,
        };
        return new StepReport(key.Id, state)
        {
            ExitCode = result.ExitCode, StandardOutput = result.StandardOutput, StandardError = result.StandardError, Failure = result.Failure, Elapsed = result.Elapsed, CommandLine = result.CommandLine,
        };
    }
}
