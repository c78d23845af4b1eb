using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions;

/// <summary>One platform's order of versions: total, antisymmetric and transitive over the versions it accepts.</summary>
public interface IVersionScheme
{
    VersionScheme Scheme { get; }

    /// <summary>Compares two versions; allocates nothing except under Maven.</summary>
    /// <returns>-1, 0 or 1.</returns>
    /// <exception cref="Domain.FailureException">Code <c>VersionInvalid</c>: one of them is no version of this scheme.</exception>
    int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right);

    /// <summary>Whether the text is a version that this scheme can order, and if not, why.</summary>
    bool TryValidate(ReadOnlySpan<char> version, out string? reason);

    /// <summary>Checks and prepares a version once, so that it can be compared many times.</summary>
    /// <exception cref="Domain.FailureException">Code <c>VersionInvalid</c>.</exception>
    ParsedVersion Parse(string version);
}
