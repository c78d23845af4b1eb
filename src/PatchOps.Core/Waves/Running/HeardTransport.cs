using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;

namespace PatchOps.Core.Waves.Running;

/// <summary>Passes everything on, and keeps the commands that one step ran with what they answered, for its evidence.</summary>
internal sealed class HeardTransport(IHostTransport inner) : IHostTransport
{
    private readonly object gate = new();
    private readonly List<CommandEvidence> commands = [];

    public string Host => inner.Host;

    /// <summary>In the order of their ends; null where none was run.</summary>
    public IReadOnlyList<CommandEvidence>? Commands
    {
        get
        {
            lock (gate) return commands.Count == 0 ? null : [.. commands];
        }
    }

    /// <summary>Forgets what an earlier attempt ran: the last one is the evidence.</summary>
    public HeardTransport Anew()
    {
        lock (gate) commands.Clear();
        return this;
    }

    public async Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        var result = await inner.RunAsync(command, cancellationToken).ConfigureAwait(false);
        if (result.CommandLine.Length == 0) return result;
        lock (gate) commands.Add(StepDetail.Command(result));
        return result;
    }

    public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) => inner.StartStepAsync(key, command, wait, cancellationToken);

    public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => inner.CollectStepAsync(stepId, wait, deadline, cancellationToken);

    public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => inner.PutFileAsync(path, content, deadline, cancellationToken);

    public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => inner.GetFileAsync(path, deadline, cancellationToken);

    /// <summary>The way to the host belongs to who opened it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
