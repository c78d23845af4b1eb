using System.Diagnostics;
using PatchOps.Adapters.Hosts;
using PatchOps.Adapters.Transports;
using PatchOps.Core.Seams;
using PatchOps.Lab.Tests.Waves;

namespace PatchOps.Lab.Tests;

/// <summary>What SSH alone can get wrong: keys, logins, lost connections, restarts, secrets.</summary>
[Collection(LabCollection.Name)]
public sealed class SshTests(LabFixture lab)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static int s_step;

    [SkippableFact]
    public async Task An_unknown_or_changed_host_key_is_refused_and_nothing_is_sent()
    {
        await lab.RequireAsync();
        var folder = Directory.CreateTempSubdirectory("po-known-");
        try
        {
            var known = Path.Combine(folder.FullName, "known_hosts");
            await File.WriteAllTextAsync(known, "");
            await using (var client = new SshClient(lab.Settings() with { KnownHostsFile = known }))
            {
                var unknown = await client.Open(lab.Endpoint("h1")).RunAsync(new HostCommand(["true"], Deadline), default);
                Assert.Equal((CommandFate.NotSent, "HostKeyUnknown"), (unknown.Fate, unknown.Failure!.Code));
            }
            await using (var client = new SshClient(lab.Settings() with { KnownHostsFile = known, HostKeyCheck = HostKeyCheck.AcceptNew }))
                Assert.True((await client.Open(lab.Endpoint("h1")).RunAsync(new HostCommand(["true"], Deadline), default)).Succeeded);
            var users = await File.ReadAllTextAsync(lab.KeyFile + ".pub");
            await File.WriteAllTextAsync(known, $"{lab.Addresses["h1"]} {string.Join(' ', users.Split(' ').Take(2))}\n");
            await using (var client = new SshClient(lab.Settings() with { KnownHostsFile = known }))
            {
                var changed = await client.Open(lab.Endpoint("h1")).RunAsync(new HostCommand(["true"], Deadline), default);
                Assert.Equal((CommandFate.NotSent, "HostKeyChanged"), (changed.Fate, changed.Failure!.Code));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public async Task An_agent_gives_the_key_where_no_file_is_named()
    {
        await lab.RequireAsync();
        var folder = Directory.CreateTempSubdirectory("po-agent-");
        var before = Environment.GetEnvironmentVariable("SSH_AUTH_SOCK");
        var socket = Path.Combine(folder.FullName, "agent");
        using var agent = Process.Start("ssh-agent", ["-D", "-a", socket])!;
        try
        {
            // No keys of the user's own, and no file: whoever gets in has it from the agent.
            var settings = lab.Settings() with { IdentityFiles = [] };
            await using (var client = new SshClient(settings))
                Assert.Equal("LoginRefused", (await client.Open(lab.Endpoint("h1")).RunAsync(new HostCommand(["true"], Deadline), default)).Failure?.Code);
            Environment.SetEnvironmentVariable("SSH_AUTH_SOCK", socket);
            for (var i = 0; i < 100 && !File.Exists(socket); i++) await Task.Delay(50);
            using (var add = Process.Start("ssh-add", ["-q", lab.KeyFile])) await add.WaitForExitAsync();
            await using (var client = new SshClient(settings))
                Assert.True((await client.Open(lab.Endpoint("h1")).RunAsync(new HostCommand(["true"], Deadline), default)).Succeeded);
        }
        finally
        {
            Environment.SetEnvironmentVariable("SSH_AUTH_SOCK", before);
            agent.Kill();
            await agent.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public async Task A_connection_whose_runner_is_dead_is_closed_by_whoever_comes_next()
    {
        await lab.RequireAsync();
        await using var client = new SshClient(lab.Settings());
        Assert.True((await client.Open(lab.Endpoint("h1")).RunAsync(new HostCommand(["true"], Deadline), default)).Succeeded);
        var folder = Directory.GetDirectories(Path.GetTempPath(), "po-*").Single(f => KilledRunnerTests.BelongsTo(f, Environment.ProcessId) && KilledRunnerTests.Connections(f).Count > 0);
        string owner;
        using (var gone = Process.Start("sleep", "60"))
        {
            owner = SshFolder.Owner(gone.Id);
            gone.Kill();
            await gone.WaitForExitAsync();
        }
        await File.WriteAllTextAsync(Path.Combine(folder, "owner"), owner);
        await SshFolder.SweepAsync(Path.GetTempPath(), "ssh");
        Assert.False(Directory.Exists(folder));
        for (var i = 0; i < 100 && KilledRunnerTests.Connections(folder).Count > 0; i++) await Task.Delay(50);
        Assert.Empty(KilledRunnerTests.Connections(folder));
    }

    [SkippableFact]
    public async Task What_does_not_get_through_says_why_and_was_not_sent()
    {
        await lab.RequireAsync();
        foreach (var (endpoint, code) in new[]
        {
            (new SshEndpoint("x", lab.Addresses["h1"]) { User = "nobody-here" }, "LoginRefused"),
            (new SshEndpoint("x", lab.Addresses["h1"]) { User = "root", Port = 2 }, "HostUnreachable"),
            (new SshEndpoint("x", "no-such-host.invalid"), "HostNameUnknown"),
        })
        {
            await using var host = lab.Open(endpoint);
            var result = await host.RunAsync(new HostCommand(["true"], Deadline), default);
            Assert.Equal((CommandFate.NotSent, code), (result.Fate, result.Failure!.Code));
            var step = await host.StartStepAsync(Key(), new HostCommand(["true"], Deadline), TimeSpan.Zero, default);
            Assert.Equal(StepState.NotSent, step.State);
        }
        Assert.Throws<ArgumentException>(() => new SshEndpoint("x", "-oProxyCommand=id"));
        Assert.Throws<ArgumentException>(() => new SshEndpoint("x", "host") { User = "$(id)" });
        Assert.Throws<ArgumentException>(() => new SshEndpoint("x", "host") { JumpHosts = ["a b"] });
    }

    [SkippableFact]
    public async Task A_server_that_accepts_and_says_nothing_is_given_up()
    {
        Skip.IfNot(File.Exists("/usr/bin/ssh"), "No ssh.");
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        try
        {
            await using var client = new SshClient(new SshSettings { ConfigFile = "none", ConnectTimeout = TimeSpan.FromSeconds(2) });
            var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
            var result = await client.Open(new SshEndpoint("silent", "127.0.0.1") { Port = port }).RunAsync(new HostCommand(["true"], Deadline), default);
            Assert.Equal((CommandFate.NotSent, "HostUnreachable"), (result.Fate, result.Failure!.Code));
            Assert.True(result.Elapsed < TimeSpan.FromSeconds(10));
        }
        finally
        {
            listener.Stop();
        }
    }

    [SkippableFact]
    public async Task A_jump_host_leads_to_the_target_and_its_key_is_checked_too()
    {
        await lab.RequireAsync();
        await using (var host = lab.Open(lab.Endpoint("h2") with { JumpHosts = [$"root@{lab.Addresses["h1"]}:22"] }))
        {
            var result = await host.RunAsync(new HostCommand(["sh", "-c", "hostname; echo $SSH_CONNECTION"], Deadline), default);
            Assert.StartsWith($"h2\n{lab.Addresses["h1"]} ", result.StandardOutput, StringComparison.Ordinal);
        }
        var folder = Directory.CreateTempSubdirectory("po-known-");
        try
        {
            var known = Path.Combine(folder.FullName, "known_hosts");
            await File.WriteAllLinesAsync(known, (await File.ReadAllLinesAsync(lab.KnownHosts)).Where(l => l.StartsWith(lab.Addresses["h2"] + " ", StringComparison.Ordinal)));
            await using var client = new SshClient(lab.Settings() with { KnownHostsFile = known });
            var refused = await client.Open(lab.Endpoint("h2") with { JumpHosts = [$"root@{lab.Addresses["h1"]}"] }).RunAsync(new HostCommand(["true"], Deadline), default);
            Assert.Equal((CommandFate.NotSent, "HostKeyUnknown"), (refused.Fate, refused.Failure!.Code));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public async Task Sudo_that_asks_or_refuses_is_named_and_the_password_stays_secret()
    {
        await lab.RequireAsync();
        Skip.IfNot(File.Exists("/usr/bin/sudo"), "sudo is not installed.");
        var who = new HostCommand(["id", "-un"], Deadline, elevated: true);
        await using (var host = lab.Open(User("ponopass", Elevation.Sudo))) Assert.Equal("root\n", (await host.RunAsync(who, default)).StandardOutput);
        await using (var host = lab.Open(User("popass", Elevation.Sudo)))
        {
            var asks = await host.RunAsync(who, default);
            Assert.Equal((CommandFate.NotSent, "SudoAsksPassword"), (asks.Fate, asks.Failure!.Code));
        }
        // A rule without password: the one that is sent all the same must not reach the command.
        await using (var host = lab.Open(User("ponopass", Elevation.SudoWithPassword, "never needed")))
            Assert.Equal("mine", (await host.RunAsync(new HostCommand(["cat"], Deadline, "mine", elevated: true), default)).StandardOutput);
        await using (var host = lab.Open(User("popass", Elevation.SudoWithPassword, "wrong secret")))
        {
            var refused = await host.RunAsync(who, default);
            Assert.Equal(CommandFate.NotSent, refused.Fate);
            Assert.DoesNotContain("wrong secret", refused.ToString() + refused.Failure, StringComparison.Ordinal);
        }
        await using (var host = lab.Open(User("popass", Elevation.SudoWithPassword, "lab secret")))
        {
            var seen = await host.RunAsync(new HostCommand(["sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '; id -un"], Deadline, elevated: true), default);
            Assert.EndsWith("root\n", seen.StandardOutput, StringComparison.Ordinal);
            Assert.DoesNotContain("lab secret", seen.StandardOutput, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task A_step_survives_the_loss_of_its_connection_and_is_found_again()
    {
        await lab.RequireAsync();
        var key = Key();
        var path = $"/tmp/{key.Id}";
        var command = new HostCommand(["sh", "-c", "echo begun; sleep 2; echo run >>\"$1\"; echo ended; exit 7", "sh", path], Deadline);
        await using (var first = lab.Open("h4"))
        {
            var waiting = first.StartStepAsync(key, command, TimeSpan.FromSeconds(15), default);
            await Task.Delay(700);
            // Every session of sshd's on the host ends at once, as a dead network would end them.
            await lab.EnterAsync("h4", "sh", "-c", "for p in $(ps axo pid,args | awk '/sshd: root/ && !/awk/ { print $1 }'); do kill -KILL $p; done");
            Assert.Equal(StepState.Unknown, (await waiting).State);
        }
        await using var second = lab.Open("h4");
        var found = await second.StartStepAsync(key, command, TimeSpan.FromSeconds(15), default);
        Assert.True(found.FoundEarlier);
        Assert.Equal((StepState.Finished, 7, "begun\nended\n"), (found.State, found.ExitCode, found.StandardOutput));
        Assert.Equal("run\n", (await second.RunAsync(new HostCommand(["cat", path], Deadline), default)).StandardOutput);
    }

    [SkippableFact]
    public async Task A_cut_network_is_unknown_while_it_lasts_and_the_step_goes_on()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h4");
        var key = Key();
        Assert.Equal(StepState.Running, (await host.StartStepAsync(key, new HostCommand(["sh", "-c", "sleep 2; echo done"], Deadline), TimeSpan.Zero, default)).State);
        await lab.SwitchAsync("cut", "h4");
        try
        {
            Assert.Equal(CommandFate.Unknown, (await host.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(1)), default)).Fate);
            await using var fresh = lab.Open("h4");
            Assert.Equal(CommandFate.NotSent, (await fresh.RunAsync(new HostCommand(["true"], TimeSpan.FromSeconds(2)), default)).Fate);
        }
        finally
        {
            await lab.SwitchAsync("mend", "h4");
        }
        await using var again = lab.Open("h4");
        var ended = await again.CollectStepAsync(key.Id, TimeSpan.FromSeconds(10), Deadline, default);
        Assert.Equal((StepState.Finished, "done\n"), (ended.State, ended.StandardOutput));
    }

    [SkippableFact]
    public async Task A_restarted_host_returns_with_another_boot_id_and_its_steps_are_lost()
    {
        await lab.RequireAsync();
        await using var host = lab.Open("h4");
        var restart = new PosixRestart();
        var before = (await restart.ReadBootIdAsync(host, Deadline, default)).StandardOutput;
        var running = Key();
        await host.StartStepAsync(running, new HostCommand(["sleep", "600"], Deadline), TimeSpan.Zero, default);
        var key = Key();
        Assert.Contains((await restart.RestartAsync(host, key, default)).State, new[] { StepState.Running, StepState.Finished, StepState.Unknown });
        var now = before;
        var until = DateTime.UtcNow.AddSeconds(20);
        while (now == before && DateTime.UtcNow < until)
        {
            await Task.Delay(100);
            var answer = await restart.ReadBootIdAsync(host, TimeSpan.FromSeconds(2), default);
            if (answer.Succeeded) now = answer.StandardOutput;
        }
        Assert.NotEqual(before, now);
        Assert.Equal(StepState.Lost, (await host.CollectStepAsync(running.Id, TimeSpan.Zero, Deadline, default)).State);
        // Asked again under the same key it does not restart a second time.
        Assert.True((await restart.RestartAsync(host, key, default)).FoundEarlier);
        await Task.Delay(800);
        Assert.Equal(now, (await restart.ReadBootIdAsync(host, Deadline, default)).StandardOutput);
    }

    [SkippableFact]
    public async Task What_was_quiesced_can_be_listed_and_put_back_by_another_runner()
    {
        await lab.RequireAsync();
        var first = new CommandQuiesce("drain", ["touch", "/tmp/po drained"], ["rm", "-f", "/tmp/po drained"]);
        await using var host = lab.Open("h4");
        Assert.Equal(0, (await first.QuiesceAsync(host, "wave-1", Key(), default)).ExitCode);
        Assert.Equal(0, (await first.QuiesceAsync(host, "wave-1", Key(), default)).ExitCode);
        // Another one, which knows the mark only.
        var second = new CommandQuiesce("drain", ["false"], ["false"]);
        Assert.Equal(["wave-1"], (await second.ListAsync(host, Deadline, default)).Marks.ToArray());
        Assert.Equal(0, (await second.UnquiesceAsync(host, "wave-1", Key(), default)).ExitCode);
        Assert.Equal(0, (await second.UnquiesceAsync(host, "wave-1", Key(), default)).ExitCode);
        Assert.Empty((await second.ListAsync(host, Deadline, default)).Marks);
        Assert.False((await host.RunAsync(new HostCommand(["test", "-e", "/tmp/po drained"], Deadline), default)).Succeeded);
        // A drain that fails leaves its mark: what it did by halves is put back too.
        Assert.NotEqual(0, (await second.QuiesceAsync(host, "wave-2", Key(), default)).ExitCode);
        Assert.Equal(["wave-2"], (await second.ListAsync(host, Deadline, default)).Marks.ToArray());
    }

    [SkippableFact]
    public async Task Commands_share_one_connection_and_leave_nothing_behind()
    {
        await lab.RequireAsync();
        var folders = Directory.GetDirectories(Path.GetTempPath(), "po-*").ToHashSet();
        var client = new SshClient(lab.Settings());
        var mine = Directory.GetDirectories(Path.GetTempPath(), "po-*").Single(f => !folders.Contains(f));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(mine));
        var host = client.Open(lab.Endpoint("h1"));
        var connections = new HashSet<string>();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 10; i++)
            connections.Add((await host.RunAsync(new HostCommand(["sh", "-c", "echo $SSH_CONNECTION"], Deadline), default)).StandardOutput);
        Assert.Single(connections);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
        await client.DisposeAsync();
        Assert.False(Directory.Exists(mine));
    }

    private SshEndpoint User(string user, Elevation elevation, string? password = null) => new("h1", lab.Addresses["h1"])
    {
        User = user,
        Elevation = elevation,
        SudoPassword = password is null ? null : _ => ValueTask.FromResult(password),
    };

    private static StepKey Key() => new(FormattableString.Invariant($"ssh-{Interlocked.Increment(ref s_step)}"), new FencingToken("ssh-tests", 1), TimeSpan.FromSeconds(30));
}
