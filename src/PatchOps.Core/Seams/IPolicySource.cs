using PatchOps.Core.Governance;

namespace PatchOps.Core.Seams;

/// <summary>Reads the policy file.</summary>
public interface IPolicySource
{
    /// <param name="path">File; null for the environment's, then the built-in policy.</param>
    /// <exception cref="Domain.FailureException"><c>PathNotFound</c>, <c>PolicyInvalid</c> or a check's own code; names the line where it is known.</exception>
    PatchPolicy Read(string? path);

    /// <summary>Every fault and warning of a file, in order of lines; empty for a sound one.</summary>
    /// <exception cref="Domain.FailureException"><c>PathNotFound</c>, <c>PathNotReadable</c>.</exception>
    IReadOnlyList<Domain.PolicyFault> Examine(string path);
}
