using System.Globalization;
using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Tests.Fakes;

/// <summary>The way to a <see cref="FakeHost"/>: keeps the laws of <see cref="IHostTransport"/> in memory, with faults on demand.</summary>
internal sealed class FakeTransport(FakeHost host) : IHostTransport
{
    public string Host => host.Id;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FakeReply reply;
        lock (host.Gate)
        {
            host.Settle();
            var fault = host.TakeFault(FakeCall.Run);
            if (!host.Reachable || fault == FakeFault.NotSent) return CommandResult.NotSent(Unreachable(), TimeSpan.Zero);
            if (fault == FakeFault.LostBefore) return CommandResult.Unknown(Lost(), TimeSpan.Zero);
            reply = FakePrograms.Run(host, command);
            if (reply.Takes == TimeSpan.Zero && reply.AtEnd is not null) reply = reply.AtEnd();
            if (fault == FakeFault.LostAfter) return CommandResult.Unknown(Lost(), TimeSpan.Zero);
        }
        var line = string.Join(' ', command.Arguments);
        if (reply.Takes == TimeSpan.Zero) return CommandResult.Finished(reply.ExitCode, reply.Output, reply.Error, TimeSpan.Zero) with { CommandLine = line };
        var late = reply.Takes >= command.Deadline;
        await Task.Delay(late ? command.Deadline : reply.Takes, host.Time, cancellationToken).ConfigureAwait(false);
        if (late) return CommandResult.Unknown(Deadline(), command.Deadline);
        lock (host.Gate)
        {
            if (reply.AtEnd is not null) reply = reply.AtEnd();
        }
        return CommandResult.Finished(reply.ExitCode, reply.Output, reply.Error, reply.Takes) with { CommandLine = line };
    }

    public async Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var line = string.Join(' ', command.Arguments);
        bool found;
        lock (host.Gate)
        {
            host.Settle();
            var fault = host.TakeFault(FakeCall.Start);
            if (!host.Reachable || fault == FakeFault.NotSent) return new StepReport(key.Id, StepState.NotSent) { Failure = Unreachable(), CommandLine = line };
            if (fault == FakeFault.LostBefore) return new StepReport(key.Id, StepState.Unknown) { Failure = Lost(), CommandLine = line };
            if (host.RefuseToken(key.Fence) is { } highest)
            {
                return new StepReport(key.Id, StepState.Fenced)
                {
                    HighestToken = highest,
                    Failure = new Failure("StepFenced", FailureKind.Refused, $"Host '{host.Id}' has seen a newer lease of {key.Fence.Scope}.", host.Id),
                };
            }
            found = host.FindStep(key.Id) is not null;
            if (!found)
            {
                host.AddStep(key, FakePrograms.Run(host, command));
                host.Settle();
            }
            if (fault == FakeFault.LostAfter || !host.Reachable) return new StepReport(key.Id, StepState.Unknown) { Failure = Lost(), CommandLine = line };
        }
        var report = await WaitAsync(key.Id, wait, cancellationToken).ConfigureAwait(false);
        return report with { FoundEarlier = found, CommandLine = line };
    }

    public async Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (host.Gate)
        {
            host.Settle();
            var fault = host.TakeFault(FakeCall.Collect);
            if (!host.Reachable || fault == FakeFault.NotSent) return new StepReport(stepId, StepState.NotSent) { Failure = Unreachable() };
            if (fault is not null) return new StepReport(stepId, StepState.Unknown) { Failure = Lost() };
        }
        return await WaitAsync(stepId, wait, cancellationToken).ConfigureAwait(false);
    }

    public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (host.Gate)
        {
            host.Settle();
            var fault = host.TakeFault(FakeCall.Put);
            if (!host.Reachable || fault == FakeFault.NotSent) return Task.FromResult(CommandResult.NotSent(Unreachable(), TimeSpan.Zero));
            if (fault == FakeFault.LostBefore) return Task.FromResult(CommandResult.Unknown(Lost(), TimeSpan.Zero));
            host.Files[path] = content.ToArray();
            return Task.FromResult(fault is null
                ? CommandResult.Finished(0, "", "", TimeSpan.Zero)
                : CommandResult.Unknown(Lost(), TimeSpan.Zero));
        }
    }

    public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (host.Gate)
        {
            host.Settle();
            var fault = host.TakeFault(FakeCall.Get);
            if (!host.Reachable || fault == FakeFault.NotSent) return Task.FromResult(new FileResult(CommandFate.NotSent, null, Unreachable()));
            if (fault is not null) return Task.FromResult(new FileResult(CommandFate.Unknown, null, Lost()));
            return Task.FromResult(host.Files.TryGetValue(path, out var bytes)
                ? new FileResult(CommandFate.Finished, bytes, null)
                : new FileResult(CommandFate.Finished, null, new Failure("HostFileNotRead", FailureKind.NotFound, $"'{path}' is not on host '{host.Id}'.", path)));
        }
    }

    private async Task<StepReport> WaitAsync(string stepId, TimeSpan wait, CancellationToken cancellationToken)
    {
        var until = host.Time.GetUtcNow() + wait;
        while (true)
        {
            TimeSpan rest;
            lock (host.Gate)
            {
                // Read before what is due happens: a wait that is over has then seen all that fell into it.
                var now = host.Time.GetUtcNow();
                host.Settle();
                if (!host.Reachable) return new StepReport(stepId, StepState.Unknown) { Failure = Lost() };
                var step = host.FindStep(stepId);
                if (step is null) return new StepReport(stepId, StepState.Missing);
                if (step.State != StepState.Running || now >= until) return step.Report(foundEarlier: false);
                rest = (step.Due < until ? step.Due : until) - now;
            }
            await Task.Delay(rest, host.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private Failure Unreachable() => new("HostUnreachable", FailureKind.Unavailable, $"Host '{host.Id}' does not answer.", host.Id);

    private Failure Lost() => new("ConnectionLost", FailureKind.Unavailable, $"The connection to host '{host.Id}' broke.", host.Id);

    private Failure Deadline() => new("DeadlinePassed", FailureKind.Timeout, $"Host '{host.Id}' did not answer in time.", host.Id);
}

/// <summary>The programs that a fake host has: a few of a shell's, and those that the fake provider and its friends send.</summary>
internal static class FakePrograms
{
    public static FakeReply Run(FakeHost host, HostCommand command)
    {
        var arguments = command.Arguments;
        host.Commands.Add(string.Join(' ', arguments));
        return arguments[0] switch
        {
            "true" => new FakeReply(0),
            "false" => new FakeReply(1),
            "cat" => new FakeReply(0, command.StandardInput ?? ""),
            "printf" => Printf([.. arguments.Skip(1)]),
            "sleep" => new FakeReply(0) { Takes = TimeSpan.FromSeconds(double.Parse(arguments[1], CultureInfo.InvariantCulture)) },
            "sh" when arguments is [_, "-c", var text] && text.StartsWith("exit ", StringComparison.Ordinal) =>
                new FakeReply(int.Parse(text[5..], CultureInfo.InvariantCulture)),
            "count" => new FakeReply(0) { AtEnd = () => Count(host, arguments[1]) },
            "boot-id" => new FakeReply(0, host.BootId),
            "restart" => new FakeReply(0) { AtEnd = () => { host.Restart(); return new FakeReply(0); } },
            "stage" => Missing(host, arguments) is { } missing ? missing : new FakeReply(0),
            "apply" => Apply(host, [.. arguments.Skip(1)]),
            "revert" => new FakeReply(0) { AtEnd = () => Revert(host, [.. arguments.Skip(1)]) },
            "quiesce" => host.QuiesceFails
                ? new FakeReply(1, "", "cannot drain")
                : new FakeReply(0) { AtEnd = () => { host.QuiesceMarks.Add(arguments[1]); return new FakeReply(0); } },
            "unquiesce" => new FakeReply(0) { AtEnd = () => { host.QuiesceMarks.Remove(arguments[1]); return new FakeReply(0); } },
            "snapshot" => new FakeReply(0) { AtEnd = () => { host.Snapshots.TryAdd(arguments[1], new(host.Installed, StringComparer.Ordinal)); return new FakeReply(0); } },
            "restore" => Restore(host, arguments[1]),
            "unsnapshot" => new FakeReply(0) { AtEnd = () => { host.Snapshots.Remove(arguments[1]); return new FakeReply(0); } },
            _ => new FakeReply(127, "", $"{arguments[0]}: not found"),
        };
    }

    /// <summary>Adds one to a file's number and prints it: shows how often something ran.</summary>
    private static FakeReply Count(FakeHost host, string path)
    {
        var number = host.Files.TryGetValue(path, out var bytes) ? int.Parse(Encoding.UTF8.GetString(bytes), CultureInfo.InvariantCulture) + 1 : 1;
        var text = number.ToString(CultureInfo.InvariantCulture);
        host.Files[path] = Encoding.UTF8.GetBytes(text);
        return new FakeReply(0, text);
    }

    private static FakeReply Printf(IReadOnlyList<string> arguments)
    {
        if (arguments is not ["%s\\n" or "%s", ..]) return new FakeReply(2, "", "only %s");
        var end = arguments[0].Length > 2 ? "\n" : "";
        return new FakeReply(0, string.Concat(arguments.Skip(1).Select(a => a + end)));
    }

    private static FakeReply? Missing(FakeHost host, IReadOnlyList<string> arguments)
    {
        foreach (var pair in arguments.Skip(1).Select(Split))
        {
            if (!host.Archive.Contains((pair.Package, pair.Version)) && host.Installed.GetValueOrDefault(pair.Package) != pair.Version)
                return new FakeReply(77, "", $"{pair.Package}={pair.Version} is not available");
        }
        return null;
    }

    private static FakeReply Apply(FakeHost host, IReadOnlyList<string> wanted)
    {
        if (Missing(host, ["apply", .. wanted]) is { } missing) return missing;
        if (host.DiskFull) return new FakeReply(100, "", "No space left on device");
        if (wanted.Any(w => host.HangingPackages.Contains(w) && host.Installed.GetValueOrDefault(Split(w).Package) != Split(w).Version))
            return new FakeReply(0) { Takes = TimeSpan.MaxValue };
        return new FakeReply(0)
        {
            Takes = host.ApplyTakes,
            AtEnd = () =>
            {
                foreach (var text in wanted)
                {
                    var (package, version) = Split(text);
                    if (host.Installed.GetValueOrDefault(package) == version && !host.Broken.Contains(package)) continue;
                    host.Change(package, version);
                    if (!host.FailingPackages.Contains(text)) continue;
                    host.Broken.Add(package);
                    return new FakeReply(100, "", $"{package}: post-installation script failed");
                }
                return new FakeReply(0);
            },
        };
    }

    private static FakeReply Revert(FakeHost host, IReadOnlyList<string> wanted)
    {
        if (host.RevertFails) return new FakeReply(100, "", "cannot return to the previous version");
        foreach (var (package, version) in wanted.Select(Split))
        {
            host.Change(package, version.Length == 0 ? null : version);
            host.Broken.Remove(package);
        }
        return new FakeReply(0);
    }

    private static FakeReply Restore(FakeHost host, string id)
    {
        if (!host.Snapshots.TryGetValue(id, out var packages)) return new FakeReply(1, "", $"no snapshot {id}");
        return new FakeReply(0)
        {
            AtEnd = () =>
            {
                foreach (var package in host.Installed.Keys.Union(packages.Keys).ToList()) host.Change(package, packages.GetValueOrDefault(package));
                host.Broken.Clear();
                return new FakeReply(0);
            },
        };
    }

    private static (string Package, string Version) Split(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return (text[..at], text[(at + 1)..]);
    }
}
