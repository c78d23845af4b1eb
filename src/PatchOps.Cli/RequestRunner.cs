using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Domain;

namespace PatchOps.Cli;

/// <summary>Runs requests, prints their events and decides the exit code.</summary>
internal sealed class RequestRunner(OperationHost host, Output output)
{
    public const int Done = 0, Broke = 1, WrongUsage = 2, Refused = 3, HostsFailed = 4, Stopped = 130;

    public async Task<int> RunAsync(IEnumerable<OperationRequest> requests, CancellationToken cancellationToken)
    {
        var code = Done;
        try
        {
            foreach (var request in requests) code = Worse(code, await RunAsync(request, null, cancellationToken).ConfigureAwait(false));
        }
        catch (FailureException e)
        {
            output.Write(new FailedEvent(e.Failure, Terminating: true));
            code = CodeOf(e.Failure, terminating: true);
        }
        catch (OperationCanceledException)
        {
            code = Stopped;
        }
        output.Finish();
        return code;
    }

    /// <param name="collect">Takes the results instead of printing them.</param>
    public async Task<int> RunAsync(OperationRequest request, Action<object>? collect, CancellationToken cancellationToken)
    {
        var code = Done;
        var caller = new Caller { Account = Environment.UserName, WhatIf = output.WhatIf };
        try
        {
            await foreach (var next in DrawnAsync(host.RunAsync(request, caller, cancellationToken)).ConfigureAwait(false))
            {
                switch (next)
                {
                    case ResultEvent result when collect is not null:
                        collect(result.Value);
                        break;
                    case FailedEvent failed:
                        code = Worse(code, CodeOf(failed.Failure, failed.Terminating));
                        output.Write(failed);
                        break;
                    case AskEvent ask:
                        var answer = output.Ask(ask);
                        if (answer == Answer.No) code = Worse(code, Refused);
                        ask.Give(answer);
                        break;
                    default:
                        output.Write(next);
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return Stopped;
        }
        return code;
    }

    /// <summary>Lets the live table draw what came last before a silence.</summary>
    private async IAsyncEnumerable<OperationEvent> DrawnAsync(IAsyncEnumerable<OperationEvent> source)
    {
        var events = source.GetAsyncEnumerator(CancellationToken.None);
        await using var _ = events.ConfigureAwait(false);
        while (true)
        {
            var next = events.MoveNextAsync().AsTask();
            if (output.IsBehind && await Task.WhenAny(next, Task.Delay(LiveTable.Pause, CancellationToken.None)).ConfigureAwait(false) != next) output.CatchUp();
            if (!await next.ConfigureAwait(false)) yield break;
            yield return events.Current;
        }
    }

    private static int CodeOf(Failure failure, bool terminating) => failure.Kind switch
    {
        // The wave did its work and says which hosts are not as they should be; looking at them later is no failure.
        _ when failure.Code is "HostFailed" or "HostSkipped" => HostsFailed,
        FailureKind.Refused => Refused,
        FailureKind.InvalidInput when terminating => WrongUsage,
        _ => Broke,
    };

    private static int Worse(int one, int other) => Rank(one) >= Rank(other) ? one : other;

    private static int Rank(int code) => code switch { Stopped => 5, Broke => 4, HostsFailed => 3, Refused => 2, WrongUsage => 1, _ => 0 };
}
