namespace PatchOps.Domain;

/// <summary>Something that is wrong with a policy file, or that its author should know.</summary>
public sealed record PolicyFault
{
    /// <summary>From 1; null where no line is to blame.</summary>
    public int? Line { get; init; }

    /// <summary>The key, such as <c>risk.kevFloor</c> or <c>planning.freezes[0].when</c>; empty where the text itself is damaged.</summary>
    public required string Key { get; init; }

    /// <summary>An error makes the file unusable, a warning does not.</summary>
    public FindingSeverity Severity { get; init; } = FindingSeverity.Error;

    public required string Message { get; init => field = Require.Text(value); }

    public override string ToString() => Line is { } line ? FormattableString.Invariant($"line {line}: {Message}") : Message;
}

/// <summary>Whether a policy file can be used.</summary>
public sealed record PolicyVerdict
{
    public required string Path { get; init; }

    public required bool Valid { get; init; }

    /// <summary>Every error with its line, one a line; null where the file is valid.</summary>
    public string? Fault { get; init; }

    /// <summary>Errors and warnings in order of their lines.</summary>
    public IReadOnlyList<PolicyFault> Faults { get; init; } = [];

    public override string ToString() => Valid ? $"{Path}: valid" : Fault ?? $"{Path}: not valid";
}
