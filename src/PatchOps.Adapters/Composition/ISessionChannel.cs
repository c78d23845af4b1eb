using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>What came of a script in a session. Its output is text, whatever the far side's objects were.</summary>
public sealed record SessionAnswer(CommandFate Fate, string Output, Failure? Failure)
{
    public static SessionAnswer Of(CommandFate fate, Failure failure) => new(fate, "", failure);
}

/// <summary>A PowerShell session to one host, as a face that has PowerShell opens it.</summary>
/// <remarks>Law: no call outlives its deadline by more than a moment, whatever the session does; NotSent only where the script certainly did not run.</remarks>
public interface ISessionChannel : IAsyncDisposable
{
    /// <summary>Runs a script block's text on the host with arguments as data, and gives what it wrote, lines joined.</summary>
    Task<SessionAnswer> InvokeAsync(string script, IReadOnlyList<string> arguments, TimeSpan deadline, CancellationToken cancellationToken);
}
