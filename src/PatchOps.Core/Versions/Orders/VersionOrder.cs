using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>What the orders share: check first, then compare.</summary>
internal abstract class VersionOrder : IVersionScheme
{
    private const int QuotedLength = 80;

    public abstract VersionScheme Scheme { get; }

    public int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (Fault(left) is { } leftFault) throw Invalid(left, leftFault);
        if (Fault(right) is { } rightFault) throw Invalid(right, rightFault);
        return CompareValid(left, right);
    }

    public bool TryValidate(ReadOnlySpan<char> version, out string? reason) => (reason = Fault(version)) is null;

    public ParsedVersion Parse(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (Fault(version) is { } fault) throw Invalid(version, fault);
        return new ParsedVersion(this, version, Prepare(version));
    }

    internal virtual int CompareParsed(ParsedVersion left, ParsedVersion right) => CompareValid(left.Text, right.Text);

    /// <summary>Why the text is no version of this scheme, or null. Reasons are constants, so that checking allocates nothing.</summary>
    protected abstract string? Fault(ReadOnlySpan<char> version);

    /// <summary>Compares two versions that <see cref="Fault"/> has passed.</summary>
    protected abstract int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right);

    /// <summary>What comparing many times needs parsed, or null when the text serves.</summary>
    protected virtual object? Prepare(string version) => null;

    private FailureException Invalid(ReadOnlySpan<char> version, string reason)
    {
        var quoted = version.Length <= QuotedLength ? version.ToString() : $"{version[..QuotedLength]}…";
        return new FailureException(
            "VersionInvalid",
            FailureKind.InvalidInput,
            $"'{quoted}' is not a {Scheme} version: {reason}.",
            quoted,
            "Correct the version, or name the scheme that it follows with Compare-PatchVersion -Scheme.");
    }
}
