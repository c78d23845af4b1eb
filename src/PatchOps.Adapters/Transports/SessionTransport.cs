using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Transports;

/// <summary>Reaches a POSIX host through a PowerShell session: the same commands, files and detached steps as over plain ssh.</summary>
public sealed class SessionTransport : ShellTransport
{
    private readonly ISessionChannel _channel;
    private readonly Elevation _elevation;

    /// <param name="host">The asset's id.</param>
    /// <param name="channel">The session; disposed with this.</param>
    /// <param name="elevation">How the session's user becomes root.</param>
    public SessionTransport(string host, ISessionChannel channel, Elevation elevation) : base(host, "/var/lib/patchops")
    {
        _channel = channel;
        _elevation = elevation;
    }

    public override ValueTask DisposeAsync() => _channel.DisposeAsync();

    private protected override async Task<RawResult> ExecuteAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CommandNature nature, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var sudo = nature.HasFlag(CommandNature.Elevated) && _elevation != Elevation.None;
        var mark = sudo ? NewNonce() : "";
        if (sudo)
        {
            (arguments, var bytes) = SudoCommand.Wrap(arguments, input.Span, mark, null);
            input = bytes;
        }
        var (fate, code, output, error, failure) = await SessionShell.RunAsync(_channel, Host, arguments, input, deadline, cancellationToken).ConfigureAwait(false);
        if (fate == CommandFate.Finished && sudo && !SudoCommand.TakeMark(mark, ref error))
            return new RawResult(CommandFate.NotSent, -1, [], [], watch.Elapsed, SudoCommand.Refused(Host, error, null));
        return new RawResult(fate, code, output, error, watch.Elapsed, failure);
    }
}
