namespace PatchOps.Core.Seams;

/// <summary>A lease's number, which travels with every step: the host refuses one lower than the highest it has seen in the same scope.</summary>
/// <remarks>A runner that slept through its lease still holds its old number, so it cannot change a host any more.</remarks>
public sealed record FencingToken
{
    /// <param name="scope">The lease's name, such as a plan's wave. Letters, digits, dot, dash, underscore; 1 to 100 characters.</param>
    /// <param name="value">Grows with every lease that is taken; 1 or more.</param>
    public FencingToken(string scope, long value)
    {
        StepKey.CheckName(scope, nameof(scope));
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        Scope = scope;
        Value = value;
    }

    public string Scope { get; }

    public long Value { get; }

    public override string ToString() => FormattableString.Invariant($"{Scope}#{Value}");
}
