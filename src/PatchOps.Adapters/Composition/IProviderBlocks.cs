using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>What came of a script block: its lines in the protocol of docs/providers.md, or why there are none.</summary>
/// <param name="Ended">False where it was given up at its deadline, so that it may still work.</param>
public sealed record BlockAnswer(bool Ended, string Output, Failure? Failure);

/// <summary>Script blocks of a user's that run where PatchOps runs, as a face that has PowerShell runs them.</summary>
public interface IProviderBlocks
{
    /// <summary>SHA-256 over the blocks' text, lower-case hexadecimal.</summary>
    string Hash { get; }

    bool Has(string verb);

    /// <summary>Runs a block in a session of its own. Never throws for what the block does; ends at the deadline whatever it does.</summary>
    Task<BlockAnswer> InvokeAsync(string verb, Asset asset, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken);
}
