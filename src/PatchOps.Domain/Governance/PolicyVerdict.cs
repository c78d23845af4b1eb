namespace PatchOps.Domain;

/// <summary>Whether a policy file can be used.</summary>
public sealed record PolicyVerdict
{
    public required string Path { get; init; }

    public required bool Valid { get; init; }

    /// <summary>What is wrong, with the line where it is known; null where the file is valid.</summary>
    public string? Fault { get; init; }

    public override string ToString() => Valid ? $"{Path}: valid" : Fault ?? $"{Path}: not valid";
}
