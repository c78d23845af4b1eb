using System.Diagnostics;
using System.Text;
using PatchOps.Adapters.Transports;
using PatchOps.Core.Seams;
using PatchOps.Tests.Fakes;

namespace PatchOps.Lab.Tests;

/// <summary>The laws of <see cref="IHostTransport"/>, the same for every implementation.</summary>
public abstract class TransportLaws
{
    private protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static int s_number;
    private readonly string _scope = FormattableString.Invariant($"laws-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}");

    /// <summary>A way to a host; the same host each time within one test.</summary>
    protected abstract Task<IHostTransport> OpenAsync();

    /// <summary>A command that adds one to the number in a file and prints it.</summary>
    protected virtual string[] Count(string path) =>
        ["sh", "-c", "n=$(cat \"$1\" 2>/dev/null || echo 0); n=$((n + 1)); printf %s $n | tee \"$1\"", "sh", path];

    protected virtual string NewPath() => $"/tmp/patchops-laws-{Guid.NewGuid():N}";

    [SkippableFact]
    public async Task A_command_tells_its_exit_code_and_output()
    {
        await using var host = await OpenAsync();
        var good = await host.RunAsync(new HostCommand(["printf", "%s\\n", "a", "b"], Deadline), default);
        Assert.True(good.Succeeded, good.ToString());
        Assert.Equal("a\nb\n", good.StandardOutput);
        foreach (var code in new[] { 1, 3, 77, 255 })
        {
            var bad = await host.RunAsync(new HostCommand(["sh", "-c", $"exit {code}"], Deadline), default);
            Assert.Equal((CommandFate.Finished, code, ""), (bad.Fate, bad.ExitCode, bad.StandardError));
        }
        Assert.Equal(127, (await host.RunAsync(new HostCommand(["no-such-program-here"], Deadline), default)).ExitCode);
    }

    [SkippableFact]
    public async Task Hostile_arguments_arrive_as_they_are()
    {
        string[] hostile = ["", " ", "-n", "--", "'", "\"", "a'b\"c", "$(touch /tmp/owned)", "`id`", "a\nb\n", "*", "~", "\\", "\\n", "ünïcödé 漢字 🙂", "a;b&c|d", "!!", "%s", "#x", "\t", "=", "a=b", "[z]", "{a,b}", "\u001b[31m"];
        await using var host = await OpenAsync();
        var result = await host.RunAsync(new HostCommand(["printf", "%s\\n", .. hostile], Deadline), default);
        Assert.Equal(string.Concat(hostile.Select(h => h + "\n")), result.StandardOutput);
        var step = await host.StartStepAsync(Key("hostile"), new HostCommand(["printf", "%s\\n", .. hostile], Deadline), Deadline, default);
        Assert.Equal(string.Concat(hostile.Select(h => h + "\n")), step.StandardOutput);
    }

    [SkippableFact]
    public async Task Standard_input_arrives_whole()
    {
        await using var host = await OpenAsync();
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i} 'ü' $x\n"));
        Assert.Equal(text, (await host.RunAsync(new HostCommand(["cat"], Deadline, text), default)).StandardOutput);
        Assert.Equal("x y", (await host.RunAsync(new HostCommand(["cat"], Deadline, "x y", elevated: true), default)).StandardOutput);
        var step = await host.StartStepAsync(Key("input"), new HostCommand(["cat"], Deadline, "first\nlast"), Deadline, default);
        Assert.Equal("first\nlast", step.StandardOutput);
    }

    [SkippableFact]
    public async Task A_call_ends_at_its_own_deadline_and_says_that_the_outcome_is_unknown()
    {
        await using var host = await OpenAsync();
        await host.RunAsync(new HostCommand(["true"], Deadline), default);
        var watch = Stopwatch.StartNew();
        var late = await host.RunAsync(new HostCommand(["sleep", "30"], TimeSpan.FromMilliseconds(500)), default);
        Assert.Equal(CommandFate.Unknown, late.Fate);
        Assert.Equal("DeadlinePassed", late.Failure!.Code);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(5));
        Assert.True((await host.RunAsync(new HostCommand(["true"], Deadline), default)).Succeeded);
    }

    [SkippableFact]
    public async Task A_step_started_twice_runs_once()
    {
        await using var host = await OpenAsync();
        var path = NewPath();
        var first = await host.StartStepAsync(Key("once"), new HostCommand(Count(path), Deadline), Deadline, default);
        var second = await host.StartStepAsync(Key("once"), new HostCommand(Count(path), Deadline), Deadline, default);
        Assert.Equal((StepState.Finished, 0, "1", false), (first.State, first.ExitCode, first.StandardOutput, first.FoundEarlier));
        Assert.Equal((StepState.Finished, 0, "1", true), (second.State, second.ExitCode, second.StandardOutput, second.FoundEarlier));
    }

    [SkippableFact]
    public async Task A_step_started_by_many_at_once_runs_once()
    {
        await using var host = await OpenAsync();
        var path = NewPath();
        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.StartStepAsync(Key("race"), new HostCommand(Count(path), Deadline), Deadline, default)));
        Assert.All(all, r => Assert.Equal((StepState.Finished, "1"), (r.State, r.StandardOutput)));
        Assert.Single(all, r => !r.FoundEarlier);
    }

    [SkippableFact]
    public async Task A_step_is_collected_later_with_exit_code_and_output()
    {
        await using var host = await OpenAsync();
        var key = Key("later");
        Assert.Equal(StepState.Missing, (await host.CollectStepAsync(key.Id, TimeSpan.Zero, Deadline, default)).State);
        var started = await host.StartStepAsync(key, new HostCommand(["sleep", "1"], Deadline), TimeSpan.Zero, default);
        Assert.Equal(StepState.Running, started.State);
        Assert.Equal(StepState.Running, (await host.CollectStepAsync(key.Id, TimeSpan.Zero, Deadline, default)).State);
        var ended = await host.CollectStepAsync(key.Id, TimeSpan.FromSeconds(10), Deadline, default);
        Assert.Equal((StepState.Finished, 0), (ended.State, ended.ExitCode));
        var failed = await host.StartStepAsync(Key("failed"), new HostCommand(["sh", "-c", "exit 9"], Deadline), Deadline, default);
        Assert.Equal((StepState.Finished, 9), (failed.State, failed.ExitCode));
    }

    [SkippableFact]
    public async Task The_host_ends_a_step_at_its_time_limit()
    {
        await using var host = await OpenAsync();
        var step = await host.StartStepAsync(Key("limit", TimeSpan.FromSeconds(1)), new HostCommand(["sleep", "60"], Deadline), TimeSpan.FromSeconds(10), default);
        Assert.Equal(StepState.TimedOut, step.State);
        Assert.Null(step.ExitCode);
    }

    [SkippableFact]
    public async Task A_lower_token_starts_nothing_and_finds_nothing()
    {
        await using var host = await OpenAsync();
        var path = NewPath();
        Assert.Equal("1", (await host.StartStepAsync(Key("five", token: 5), new HostCommand(Count(path), Deadline), Deadline, default)).StandardOutput);
        var asleep = await host.StartStepAsync(Key("four", token: 4), new HostCommand(Count(path), Deadline), Deadline, default);
        Assert.Equal((StepState.Fenced, 5L), (asleep.State, asleep.HighestToken));
        Assert.Equal("StepFenced", asleep.Failure!.Code);
        Assert.Equal(StepState.Fenced, (await host.StartStepAsync(Key("five", token: 4), new HostCommand(Count(path), Deadline), Deadline, default)).State);
        Assert.Equal(StepState.Missing, (await host.CollectStepAsync(Key("four").Id, TimeSpan.Zero, Deadline, default)).State);
        Assert.Equal("2", (await host.StartStepAsync(Key("ten", token: 10), new HostCommand(Count(path), Deadline), Deadline, default)).StandardOutput);
        // Each lease has its own numbers.
        var other = new StepKey(_scope + "-other", new FencingToken(_scope + "-o", 1), Deadline);
        Assert.Equal("3", (await host.StartStepAsync(other, new HostCommand(Count(path), Deadline), Deadline, default)).StandardOutput);
    }

    [SkippableFact]
    public async Task A_file_arrives_whole_and_comes_back()
    {
        await using var host = await OpenAsync();
        var path = NewPath();
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        Assert.True((await host.PutFileAsync(path, bytes, Deadline, default)).Succeeded);
        var back = await host.GetFileAsync(path, Deadline, default);
        Assert.True(back.Succeeded, back.Failure?.Message);
        Assert.True(back.Content!.Value.Span.SequenceEqual(bytes));
        Assert.True((await host.PutFileAsync(path, Encoding.UTF8.GetBytes("short"), Deadline, default)).Succeeded);
        Assert.Equal("short", Encoding.UTF8.GetString((await host.GetFileAsync(path, Deadline, default)).Content!.Value.Span));
        Assert.Equal("HostFileNotRead", (await host.GetFileAsync(path + "-none", Deadline, default)).Failure!.Code);
    }

    [SkippableFact]
    public async Task Cancelling_ends_the_call()
    {
        await using var host = await OpenAsync();
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(400));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.RunAsync(new HostCommand(["sleep", "30"], Deadline), source.Token));
    }

    private protected StepKey Key(string id, TimeSpan? limit = null, long token = 1) =>
        new($"{_scope}-{id}", new FencingToken(_scope, token), limit ?? Deadline);
}

public sealed class LocalTransportLaws : TransportLaws, IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("po-laws-");

    public void Dispose() => _state.Delete(recursive: true);

    protected override string NewPath() => Path.Combine(_state.FullName, Guid.NewGuid().ToString("N"));

    protected override Task<IHostTransport> OpenAsync()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Detached steps need Linux.");
        return Task.FromResult<IHostTransport>(new LocalTransport("here", new LocalSettings { StateFolder = _state.FullName, Elevation = Elevation.None }));
    }
}

public sealed class FakeTransportLaws : TransportLaws
{
    private readonly FakeHost _host = new("fake");

    protected override string[] Count(string path) => ["count", path];

    protected override Task<IHostTransport> OpenAsync() => Task.FromResult<IHostTransport>(new FakeTransport(_host));
}

[Collection(LabCollection.Name)]
public sealed class SshTransportLaws(LabFixture lab) : TransportLaws
{
    protected override async Task<IHostTransport> OpenAsync()
    {
        await lab.RequireAsync();
        return lab.Open("h2");
    }

    [SkippableFact]
    public async Task The_limit_ends_what_made_a_session_of_its_own_as_well()
    {
        await using var host = await OpenAsync();
        // One that ends when it is asked to, and one that does not listen.
        const string Script = "setsid sh -c 'echo $$ >\"$0\"; sleep 61' \"$1\" & setsid sh -c 'trap \"\" TERM; echo $$ >\"$0\"; sleep 62; sleep 62' \"$1.deaf\" & wait";
        var path = NewPath();
        var step = await host.StartStepAsync(Key("sessions", TimeSpan.FromSeconds(2)), new HostCommand(["sh", "-c", Script, "x", path], Deadline), TimeSpan.FromSeconds(20), default);
        Assert.Equal(StepState.TimedOut, step.State);
        foreach (var file in new[] { path, path + ".deaf" })
        {
            var alive = await host.RunAsync(new HostCommand(["sh", "-c", "read -r pid <\"$1\" || exit 9; state=$(sed \"s/.*) //; s/ .*//\" \"/proc/$pid/stat\" 2>/dev/null); [ \"${state:-Z}\" = Z ] && echo gone || echo \"alive $state\"", "x", file], Deadline), default);
            Assert.Equal("gone", alive.StandardOutput.Trim());
        }
    }
}

/// <summary>The same again as a user who becomes root by sudo with a password.</summary>
[Collection(LabCollection.Name)]
public sealed class SudoTransportLaws(LabFixture lab) : TransportLaws
{
    protected override async Task<IHostTransport> OpenAsync()
    {
        await lab.RequireAsync();
        Skip.IfNot(File.Exists("/usr/bin/sudo"), "sudo is not installed.");
        return lab.Open(new SshEndpoint("h2-popass", lab.Addresses["h2"])
        {
            User = "popass",
            Elevation = Elevation.SudoWithPassword,
            SudoPassword = _ => ValueTask.FromResult("lab secret"),
        });
    }
}

/// <summary>The same again over the shell that commands share, which is what most of a wave's go over.</summary>
[Collection(LabCollection.Name)]
public sealed class SharedSshTransportLaws(LabFixture lab) : TransportLaws
{
    protected override async Task<IHostTransport> OpenAsync()
    {
        await lab.RequireAsync();
        return new SharingTransport(lab.Open("h2"));
    }

    [SkippableFact]
    public async Task Each_command_gets_its_own_output_whatever_the_one_before_did()
    {
        await using var host = await OpenAsync();
        // Input that is not read, no end of line, both streams, more than a pipe holds, a directory and a mask of its own, and an end by a signal.
        Assert.True((await host.RunAsync(new HostCommand(["true"], Deadline, new string('x', 300_000)), default)).Succeeded);
        var both = await host.RunAsync(new HostCommand(["sh", "-c", "printf out; printf err >&2; cd /; umask 777; exit 4"], Deadline), default);
        Assert.Equal((4, "out", "err"), (both.ExitCode, both.StandardOutput, both.StandardError));
        var much = await host.RunAsync(new HostCommand(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' a; head -c 200000 /dev/zero | tr '\\0' b >&2"], Deadline), default);
        Assert.Equal((3_000_000, 200_000), (much.StandardOutput.Length, much.StandardError.Length));
        Assert.Equal(137, (await host.RunAsync(new HostCommand(["sh", "-c", "kill -KILL $$"], Deadline), default)).ExitCode);
        var where = await host.RunAsync(new HostCommand(["sh", "-c", "pwd; umask"], Deadline), default);
        Assert.Equal("/root\n0022\n", where.StandardOutput);
    }

    [SkippableFact]
    public async Task While_one_command_runs_another_one_need_not_wait_for_it()
    {
        await using var host = await OpenAsync();
        await host.RunAsync(new HostCommand(["true"], Deadline), default);
        var slow = host.RunAsync(new HostCommand(["sh", "-c", "sleep 3; echo slow"], Deadline), default);
        var watch = Stopwatch.StartNew();
        Assert.Equal("quick\n", (await host.RunAsync(new HostCommand(["echo", "quick"], Deadline), default)).StandardOutput);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
        Assert.Equal("slow\n", (await slow).StandardOutput);
    }

    [SkippableFact]
    public async Task A_connection_that_the_host_ends_is_unknown_for_what_ran_and_opened_anew_for_what_comes()
    {
        await using var host = await OpenAsync();
        // The nearest sshd above the command is the one that serves this connection.
        const string Cut = "p=$$; while [ \"$p\" -gt 1 ]; do read -r n <\"/proc/$p/comm\"; [ \"$n\" != sshd ] || { kill -KILL \"$p\"; sleep 5; exit; }; p=$(sed 's/.*) //' \"/proc/$p/stat\" | cut -d' ' -f2); done";
        var cut = await host.RunAsync(new HostCommand(["sh", "-c", Cut], Deadline), default);
        Assert.Equal((CommandFate.Unknown, "ConnectionLost"), (cut.Fate, cut.Failure?.Code));
        Assert.True((await host.RunAsync(new HostCommand(["true"], Deadline), default)).Succeeded);
    }
}

/// <summary>And as a user who becomes root by sudo with a password.</summary>
[Collection(LabCollection.Name)]
public sealed class SharedSudoTransportLaws(LabFixture lab) : TransportLaws
{
    protected override async Task<IHostTransport> OpenAsync()
    {
        await lab.RequireAsync();
        Skip.IfNot(File.Exists("/usr/bin/sudo"), "sudo is not installed.");
        return new SharingTransport(lab.Open(new SshEndpoint("h2-popass", lab.Addresses["h2"])
        {
            User = "popass",
            Elevation = Elevation.SudoWithPassword,
            SudoPassword = _ => ValueTask.FromResult("lab secret"),
        }));
    }
}

/// <summary>Says of every command that it leaves nothing behind.</summary>
internal sealed class SharingTransport(IHostTransport inner) : IHostTransport
{
    public string Host => inner.Host;

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) => inner.RunAsync(command with { LeavesNothing = true }, cancellationToken);

    public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) => inner.StartStepAsync(key, command, wait, cancellationToken);

    public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) => inner.CollectStepAsync(stepId, wait, deadline, cancellationToken);

    public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) => inner.PutFileAsync(path, content, deadline, cancellationToken);

    public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) => inner.GetFileAsync(path, deadline, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
