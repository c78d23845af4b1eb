using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PatchOps.Module.Sessions;

/// <summary>Runs a user's script in a runspace of its own and gives it up at its deadline, whatever it does.</summary>
internal static class BlockRunner
{
    /// <param name="Ended">False where it was given up.</param>
    /// <param name="Error">What it threw or wrote as its first error; null where it did neither.</param>
    public sealed record Outcome(bool Ended, Collection<PSObject> Output, string? Error);

    public static async Task<Outcome> RunAsync(string script, IReadOnlyDictionary<string, object?> variables, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var runspace = RunspaceFactory.CreateRunspace();
        var shell = PowerShell.Create();
        var call = Task.Run(() =>
        {
            try
            {
                runspace.Open();
                foreach (var (name, value) in variables) runspace.SessionStateProxy.SetVariable(name, value);
                shell.Runspace = runspace;
                shell.AddScript(script);
                var output = shell.Invoke();
                return new Outcome(true, output, shell.Streams.Error.FirstOrDefault()?.ToString());
            }
            catch (RuntimeException e)
            {
                return new Outcome(true, [], (e.ErrorRecord?.Exception ?? e).Message);
            }
            finally
            {
                shell.Dispose();
                runspace.Dispose();
            }
        }, CancellationToken.None);
        if (await Task.WhenAny(call, Task.Delay(deadline, cancellationToken)).ConfigureAwait(false) == call) return await call.ConfigureAwait(false);
        // Stopping may hang as well, where the script sits in native code: it is asked to, and not waited for.
        _ = Task.Run(() => shell.BeginStop(null, null), CancellationToken.None);
        _ = call.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        return new Outcome(false, [], FormattableString.Invariant($"it did not end within {deadline.TotalSeconds:0.#} s"));
    }
}
