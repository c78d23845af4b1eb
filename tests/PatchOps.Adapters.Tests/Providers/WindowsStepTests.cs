using System.Diagnostics;
using System.Text;
using PatchOps.Adapters.Composition;
using PatchOps.Adapters.Transports;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Providers;

/// <summary>The scripts of detached steps on Windows, run in a real PowerShell: the task scheduler is a stand-in that starts a process.</summary>
public sealed class WindowsStepTests : IDisposable
{
    private const string Scheduler = """
        function icacls.exe { }
        function taskkill.exe { Stop-Process -Id $args[3] -Force }
        function New-ScheduledTaskAction { param($Execute, $Argument) @{ Argument = $Argument } }
        function New-ScheduledTaskPrincipal { param($UserId, $LogonType, $RunLevel) if ($UserId -ne 'S-1-5-18') { throw 'not SYSTEM' } }
        function New-ScheduledTaskSettingsSet { param($ExecutionTimeLimit, [switch]$AllowStartIfOnBatteries, [switch]$DontStopIfGoingOnBatteries) if (-not $ExecutionTimeLimit) { throw 'no deadline' } }
        function Register-ScheduledTask { param($TaskPath, $TaskName, $Action, $Principal, $Settings, [switch]$Force) Set-Content "$env:ProgramData/$TaskName.task" $Action.Argument }
        function Start-ScheduledTask {
            param($TaskPath, $TaskName)
            $run = [regex]::Match((Get-Content "$env:ProgramData/$TaskName.task"), '-File "([^"]+)"').Groups[1].Value
            $p = Start-Process (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-NonInteractive', '-Command', ('function taskkill.exe { Stop-Process -Id $args[3] -Force }; & ''' + $run + '''') -PassThru -RedirectStandardOutput "$env:ProgramData/$TaskName.o" -RedirectStandardError "$env:ProgramData/$TaskName.e"
            Set-Content "$env:ProgramData/$TaskName.pid" $p.Id
        }
        function Get-ScheduledTask {
            param($TaskPath, $TaskName)
            $id = Get-Content "$env:ProgramData/$TaskName.pid" -ErrorAction SilentlyContinue
            [pscustomobject]@{ State = $(if ($id -and (Get-Process -Id $id -ErrorAction SilentlyContinue)) { 'Running' } else { 'Ready' }) }
        }
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("patchops-steps-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableFact]
    public async Task A_step_runs_once_is_found_again_and_an_older_lease_is_refused()
    {
        Skip.If(StandIn.PowerShell is null || OperatingSystem.IsWindows(), "No PowerShell (pwsh) is installed, or this is Windows.");
        await using var host = new WindowsSessionTransport("win1", new LocalChannel(folder, Scheduler));
        var log = Path.Combine(folder, "log");
        var command = new HostCommand(["/bin/sh", "-c", $"cat; echo ran >>{log}; echo bad >&2; exit 7"], TimeSpan.FromSeconds(60), "input");
        var first = await host.StartStepAsync(Key("once", 2), command, TimeSpan.FromSeconds(60), default);
        Assert.True(first.State == StepState.Finished, first.Failure?.Message);
        Assert.Equal((7, "input", "bad\n", false), (first.ExitCode, first.StandardOutput, first.StandardError, first.FoundEarlier));
        var again = await host.StartStepAsync(Key("once", 2), command, TimeSpan.FromSeconds(60), default);
        Assert.Equal((StepState.Finished, 7, true), (again.State, again.ExitCode, again.FoundEarlier));
        Assert.Equal("ran\n", await File.ReadAllTextAsync(log));
        var older = await host.StartStepAsync(Key("other", 1), command, TimeSpan.Zero, default);
        Assert.Equal((StepState.Fenced, 2L), (older.State, older.HighestToken));
        Assert.Equal(StepState.Missing, (await host.CollectStepAsync("never", TimeSpan.Zero, TimeSpan.FromSeconds(60), default)).State);
    }

    [SkippableFact]
    public async Task A_step_that_hangs_is_ended_at_its_limit_and_one_that_was_killed_is_lost()
    {
        Skip.If(StandIn.PowerShell is null || OperatingSystem.IsWindows(), "No PowerShell (pwsh) is installed, or this is Windows.");
        await using var host = new WindowsSessionTransport("win1", new LocalChannel(folder, Scheduler));
        var hanging = new HostCommand(["/bin/sleep", "600"], TimeSpan.FromSeconds(60));
        var late = await host.StartStepAsync(Key("late", 1, 2), hanging, TimeSpan.FromSeconds(60), default);
        Assert.Equal((StepState.TimedOut, "StepTimedOut"), (late.State, late.Failure!.Code));

        Assert.Equal(StepState.Running, (await host.StartStepAsync(Key("dead", 1), hanging, TimeSpan.Zero, default)).State);
        using (var process = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "dead.pid")))))
            process.Kill(entireProcessTree: true);
        Assert.Equal(StepState.Lost, (await host.CollectStepAsync("dead", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), default)).State);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData("C:\\path\\", "C:\\path\\")]
    [InlineData("C:\\my path\\", "\"C:\\my path\\\\\"")]
    [InlineData("a\\\"b", "\"a\\\\\\\"b\"")]
    public void Arguments_are_quoted_as_the_C_runtime_splits_them(string argument, string text) => Assert.Equal(text, WindowsQuoting.Quote(argument));

    private static StepKey Key(string id, long token, int seconds = 60) => new(id, new FencingToken("scope", token), TimeSpan.FromSeconds(seconds));

    /// <summary>Runs a session's scripts in a process of this machine's PowerShell.</summary>
    private sealed class LocalChannel(string folder, string standIns) : ISessionChannel
    {
        public async Task<SessionAnswer> InvokeAsync(string script, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellationToken)
        {
            var file = Path.Combine(folder, $"{Guid.NewGuid():N}.ps1");
            var given = string.Join(',', arguments.Select(a => $"'{a.Replace("'", "''", StringComparison.Ordinal)}'"));
            await File.WriteAllTextAsync(file, $"{standIns}\n$given = @({given})\n& {{\n{script}\n}} @given\n", Encoding.UTF8, cancellationToken);
            var start = new ProcessStartInfo(StandIn.PowerShell!) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["ProgramData"] = folder;
            foreach (var argument in new[] { "-NoProfile", "-NonInteractive", "-File", file }) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? new SessionAnswer(CommandFate.Finished, output, null) : SessionAnswer.Of(CommandFate.Finished, new Failure("SessionFailed", FailureKind.Failed, await error));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
