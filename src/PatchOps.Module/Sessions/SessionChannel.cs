using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Module.Sessions;

/// <summary>A PowerShell session over WinRM or SSH with deadlines of its own: PowerShell's SSH remoting waits for ever when its host restarts.</summary>
/// <remarks>
/// Every call runs on a pipeline of its own and is given up at its deadline, and its session with it: what hangs inside is never waited for.
/// WinRM is used for Windows hosts and wherever a credential is given; SSH (keys, agent, the user's configuration) otherwise.
/// </remarks>
internal sealed class SessionChannel(Asset asset, SessionAccess access) : ISessionChannel
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private Runspace? local;
    private PSObject? session;

    public async Task<SessionAnswer> InvokeAsync(string script, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellationToken)
    {
        // Not by the time of day, which may be set while a host works.
        var began = TimeProvider.System.GetTimestamp();
        TimeSpan Left() => deadline - TimeProvider.System.GetElapsedTime(began);
        if (!await gate.WaitAsync(deadline, cancellationToken).ConfigureAwait(false)) return SessionAnswer.Of(CommandFate.NotSent, Late(deadline));
        try
        {
            if (await ConnectAsync(Left(), cancellationToken).ConfigureAwait(false) is { } failure) return SessionAnswer.Of(CommandFate.NotSent, failure);
            var (end, output, error) = await CallAsync(
                shell => shell.AddCommand("Invoke-Command").AddParameter("Session", session).AddParameter("ScriptBlock", ScriptBlock.Create(script)).AddParameter("ArgumentList", arguments.Cast<object>().ToArray()),
                Left(), cancellationToken).ConfigureAwait(false);
            if (end == CallEnd.Late)
            {
                Drop();
                return SessionAnswer.Of(CommandFate.Unknown, Late(deadline));
            }
            if (end == CallEnd.Threw || !IsOpen())
            {
                var lost = !IsOpen();
                if (lost) Drop();
                var failed = new Failure(lost ? "ConnectionLost" : "SessionFailed", lost ? FailureKind.Unavailable : FailureKind.Failed, $"The session to host '{asset.Name}' {(lost ? "broke" : "failed")}: {error}", asset.Name);
                return SessionAnswer.Of(lost ? CommandFate.Unknown : CommandFate.Finished, failed);
            }
            return new SessionAnswer(CommandFate.Finished, string.Join('\n', output.Select(o => o?.ToString(null, CultureInfo.InvariantCulture) ?? "")), null);
        }
        finally
        {
            gate.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        Drop();
        gate.Dispose();
        return ValueTask.CompletedTask;
    }

    private enum CallEnd
    {
        Done,
        Threw,
        Late,
    }

    private async Task<Failure?> ConnectAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        if (session is not null && IsOpen()) return null;
        Drop();
        local = RunspaceFactory.CreateRunspace();
        local.Open();
        var most = access.ConnectTimeout + TimeSpan.FromSeconds(5);
        var (end, output, error) = await CallAsync(Open, left < most ? left : most, cancellationToken).ConfigureAwait(false);
        session = end == CallEnd.Done ? output.FirstOrDefault() : null;
        if (session is not null) return null;
        if (end == CallEnd.Late) error = "it does not answer";
        Drop();
        return Judge(error);
    }

    private void Open(PowerShell shell)
    {
        var address = asset.Address ?? asset.Name;
        shell.AddCommand("New-PSSession");
        if (IsWinRm())
        {
            shell.AddParameter("ComputerName", address);
            if (asset.Port is { } port) shell.AddParameter("Port", port);
            if (asset.Port == 5986) shell.AddParameter("UseSSL");
            if (access.Credential?.Native is PSCredential credential) shell.AddParameter("Credential", credential);
        }
        else
        {
            shell.AddParameter("HostName", address).AddParameter("ConnectingTimeout", (int)access.ConnectTimeout.TotalMilliseconds);
            if (asset.Port is { } port) shell.AddParameter("Port", port);
            if ((asset.User ?? access.Credential?.UserName) is { } user) shell.AddParameter("UserName", user);
            if (access.KeyFile is { } key) shell.AddParameter("KeyFilePath", key);
            // Nobody is there to type a password or to accept a key; without these ssh would wait for one.
            var options = new System.Collections.Hashtable { ["BatchMode"] = "yes", ["StrictHostKeyChecking"] = "yes", ["ServerAliveInterval"] = "5", ["ServerAliveCountMax"] = "3" };
            if (access.KnownHostsFile is { } known) options["UserKnownHostsFile"] = known;
            shell.AddParameter("Options", options);
        }
        shell.AddParameter("ErrorAction", "Stop");
    }

    private bool IsWinRm() => asset.Port is 5985 or 5986 || (asset.Port is null && (access.Credential is not null || asset.OperatingSystem?.Contains("windows", StringComparison.OrdinalIgnoreCase) == true
        || asset.Provider?.ToUpperInvariant() is "WINDOWSUPDATE" or "WINGET"));

    // By the class, not by the property of that name: that one is a script, which needs a runspace on this thread.
    private bool IsOpen() => session?.BaseObject is PSSession { Runspace.RunspaceStateInfo.State: RunspaceState.Opened };

    /// <summary>Runs one pipeline, and leaves it alone when its time is over: stopping may hang as well.</summary>
    private async Task<(CallEnd End, Collection<PSObject> Output, string Error)> CallAsync(Action<PowerShell> build, TimeSpan left, CancellationToken cancellationToken)
    {
        if (left <= TimeSpan.Zero) return (CallEnd.Late, [], "");
        var shell = PowerShell.Create();
        shell.Runspace = local;
        build(shell);
        var call = Task.Run(() =>
        {
            try
            {
                var output = shell.Invoke();
                var error = shell.Streams.Error.FirstOrDefault();
                return (error is null ? CallEnd.Done : CallEnd.Threw, output, error?.ToString() ?? "");
            }
            catch (RuntimeException e)
            {
                return (CallEnd.Threw, new Collection<PSObject>(), (e.InnerException ?? e).Message);
            }
            finally
            {
                shell.Dispose();
            }
        }, CancellationToken.None);
        if (await Task.WhenAny(call, Task.Delay(left, cancellationToken)).ConfigureAwait(false) == call) return await call.ConfigureAwait(false);
        _ = Task.Run(() => shell.BeginStop(null, null), CancellationToken.None);
        _ = call.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        return (CallEnd.Late, [], "");
    }

    /// <summary>Closes in the background: closing a session to a host that is gone may take minutes.</summary>
    private void Drop()
    {
        var (old, runspace) = (session, local);
        (session, local) = (null, null);
        if (runspace is null) return;
        _ = Task.Run(() =>
        {
            try
            {
                (old?.BaseObject as PSSession)?.Runspace.Dispose();
                runspace.Dispose();
            }
            catch (Exception e) when (e is RuntimeException or InvalidOperationException)
            {
                // It is gone; there is nothing to close.
            }
        });
    }

    private Failure Judge(string error)
    {
        bool Says(params string[] texts) => Array.Exists(texts, t => error.Contains(t, StringComparison.OrdinalIgnoreCase));
        var said = string.Join(' ', error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (Says("host key", "Host key verification")) return new Failure("HostKeyUnknown", FailureKind.Refused, $"Host '{asset.Name}' presents a key that is not known: {said}", asset.Name, "Add it to known_hosts after comparing its fingerprint.");
        if (Says("access is denied", "permission denied", "logon failure", "authentication")) return new Failure("LoginRefused", FailureKind.Refused, $"Host '{asset.Name}' refuses the login: {said}", asset.Name, "Pass another account with -Credential, or see user and key.");
        if (Says("subsystem request failed")) return new Failure("PowerShellSubsystemMissing", FailureKind.NotFound, $"sshd on host '{asset.Name}' has no PowerShell subsystem: {said}", asset.Name, "Add 'Subsystem powershell /usr/bin/pwsh -sshs -NoLogo' to its sshd_config, or set the asset's transport to Ssh.");
        return new Failure("HostUnreachable", FailureKind.Unavailable, $"Host '{asset.Name}' was not reached by a PowerShell session: {said}", asset.Name, "See that WinRM or sshd with the PowerShell subsystem runs there, and the asset's Address and Port.");
    }

    private Failure Late(TimeSpan deadline) =>
        new("DeadlinePassed", FailureKind.Timeout, FormattableString.Invariant($"Host '{asset.Name}' did not finish within {deadline.TotalSeconds:0.#} s."), asset.Name);
}
