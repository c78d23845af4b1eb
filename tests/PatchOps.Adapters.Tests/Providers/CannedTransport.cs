using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Tests.Providers;

/// <summary>Answers every command and step as told, and keeps what was sent.</summary>
internal sealed class CannedTransport(Func<HostCommand, (int Code, string Output, string Error)> answer) : IHostTransport
{
    public List<HostCommand> Sent { get; } = [];

    public string Host => "canned";

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        Sent.Add(command);
        var (code, output, error) = answer(command);
        return Task.FromResult(CommandResult.Finished(code, output, error, TimeSpan.Zero));
    }

    public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken)
    {
        Sent.Add(command);
        var (code, output, error) = answer(command);
        return Task.FromResult(new StepReport(key.Id, StepState.Finished) { ExitCode = code, StandardOutput = output, StandardError = error });
    }

    public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new StepReport(stepId, StepState.Missing));

    public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
