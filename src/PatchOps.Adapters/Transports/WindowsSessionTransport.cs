using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Transports;

/// <summary>Reaches a Windows host through a PowerShell session; its detached steps are scheduled tasks of SYSTEM.</summary>
/// <remarks>The session's account must be an administrator of the host; there is no elevation inside a session.</remarks>
public sealed class WindowsSessionTransport(string host, ISessionChannel channel) : IHostTransport
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public string Host => host;

    public ValueTask DisposeAsync() => channel.DisposeAsync();

    public async Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var watch = Stopwatch.StartNew();
        var (fate, code, output, error, failure) = await SessionShell.RunAsync(channel, host, command.Arguments, Bytes(command.StandardInput), command.Deadline, cancellationToken).ConfigureAwait(false);
        var result = fate switch
        {
            CommandFate.Finished => CommandResult.Finished(code, Encoding.UTF8.GetString(output), Encoding.UTF8.GetString(error), watch.Elapsed),
            CommandFate.NotSent => CommandResult.NotSent(failure!, watch.Elapsed),
            _ => CommandResult.Unknown(failure!, watch.Elapsed),
        };
        return result with { CommandLine = WindowsQuoting.Join(command.Arguments) };
    }

    public async Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(command);
        var nonce = Guid.NewGuid().ToString("N");
        string[] arguments =
        [
            nonce, key.Id, key.Fence.Scope, key.Fence.Value.ToString(CultureInfo.InvariantCulture), Seconds(key.TimeLimit), Seconds(wait),
            command.Arguments[0], WindowsQuoting.Join(command.Arguments.Skip(1)), Convert.ToBase64String(Bytes(command.StandardInput).Span),
        ];
        var report = await AskAsync(WindowsStepScripts.Start, arguments, key.Id, nonce, command.Deadline + wait, cancellationToken).ConfigureAwait(false);
        return report with { CommandLine = WindowsQuoting.Join(command.Arguments) };
    }

    public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var nonce = Guid.NewGuid().ToString("N");
        return AskAsync(WindowsStepScripts.Collect, [nonce, new StepReport(stepId, StepState.Missing).StepId, Seconds(wait)], stepId, nonce, deadline + wait, cancellationToken);
    }

    public async Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var answer = await channel.InvokeAsync(WindowsStepScripts.Put, [path, Convert.ToBase64String(content.Span)], deadline, cancellationToken).ConfigureAwait(false);
        return answer.Fate switch
        {
            CommandFate.NotSent => CommandResult.NotSent(answer.Failure!, watch.Elapsed),
            CommandFate.Unknown => CommandResult.Unknown(answer.Failure!, watch.Elapsed),
            _ when answer.Failure is { } failure => CommandResult.Finished(1, "", failure.Message, watch.Elapsed),
            _ => CommandResult.Finished(0, "", "", watch.Elapsed),
        };
    }

    public async Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var answer = await channel.InvokeAsync(WindowsStepScripts.Get, [path], deadline, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } failure) return new FileResult(answer.Fate, null, failure);
        var text = answer.Output.Trim();
        return text.StartsWith("file:", StringComparison.Ordinal)
            ? new FileResult(CommandFate.Finished, Convert.FromBase64String(text[5..]), null)
            : new FileResult(CommandFate.Finished, null, new Failure("HostFileNotRead", FailureKind.NotFound, $"'{path}' on host '{host}' was not read: it is not there", path));
    }

    private async Task<StepReport> AskAsync(string script, string[] arguments, string stepId, string nonce, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var answer = await channel.InvokeAsync(script, arguments, deadline + Grace, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } failure)
            return new StepReport(stepId, answer.Fate == CommandFate.NotSent ? StepState.NotSent : StepState.Unknown) { Failure = failure, Elapsed = watch.Elapsed };
        try
        {
            using var document = JsonDocument.Parse(answer.Output);
            var root = document.RootElement;
            if (root.GetProperty("nonce").GetString() != nonce) return Strange(stepId, watch.Elapsed);
            return Read(root, stepId, watch.Elapsed);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Strange(stepId, watch.Elapsed);
        }
    }

    private StepReport Read(JsonElement root, string stepId, TimeSpan elapsed)
    {
        var state = root.GetProperty("state").GetString() switch
        {
            "fenced" => StepState.Fenced,
            "missing" => StepState.Missing,
            "running" => StepState.Running,
            "finished" => StepState.Finished,
            "timedout" => StepState.TimedOut,
            "lost" => StepState.Lost,
            _ => throw new FormatException(),
        };
        var highest = root.GetProperty("highest").ValueKind == JsonValueKind.Number ? root.GetProperty("highest").GetInt64() : (long?)null;
        return new StepReport(stepId, state)
        {
            FoundEarlier = root.GetProperty("found").GetBoolean(),
            ExitCode = state == StepState.Finished ? root.GetProperty("code").GetInt32() : null,
            HighestToken = highest,
            StandardOutput = Encoding.UTF8.GetString(root.GetProperty("out").GetBytesFromBase64()),
            StandardError = Encoding.UTF8.GetString(root.GetProperty("err").GetBytesFromBase64()),
            Elapsed = elapsed,
            Failure = state switch
            {
                StepState.Fenced => new Failure("StepFenced", FailureKind.Refused, FormattableString.Invariant($"Host '{host}' has seen lease {highest} and refuses an older one."), host, "Another runner has taken over; look with Get-PatchWave."),
                StepState.TimedOut => new Failure("StepTimedOut", FailureKind.Timeout, $"Host '{host}' ended step '{stepId}' at its time limit.", host),
                StepState.Lost => new Failure("StepLost", FailureKind.Failed, $"Step '{stepId}' on host '{host}' was killed or the host restarted before it ended.", host),
                _ => null,
            },
        };
    }

    private StepReport Strange(string stepId, TimeSpan elapsed) => new(stepId, StepState.Unknown)
    {
        Elapsed = elapsed,
        Failure = new Failure("SessionAnswerInvalid", FailureKind.Failed, $"The session to host '{host}' gave an answer that is not understood.", host, "See what the host's PowerShell profile writes."),
    };

    private static ReadOnlyMemory<byte> Bytes(string? text) => text is null ? default : Encoding.UTF8.GetBytes(text);

    private static string Seconds(TimeSpan time) => Math.Max(0, time.TotalSeconds).ToString("0.###", CultureInfo.InvariantCulture);
}
