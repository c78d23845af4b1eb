namespace PatchOps.Domain;

/// <summary>What sort of thing went wrong; decides the exit code and PowerShell's error category.</summary>
public enum FailureKind
{
    /// <summary>The caller's input cannot be used: a bad value, a malformed file, an unknown name in a parameter.</summary>
    InvalidInput,

    /// <summary>Something named does not exist.</summary>
    NotFound,

    /// <summary>Policy, an approval or a lease forbids it.</summary>
    Refused,

    /// <summary>The same key was used with other content, or the state does not allow the step.</summary>
    Conflict,

    /// <summary>A host, service or file cannot be reached now; trying later may help.</summary>
    Unavailable,

    /// <summary>A deadline passed.</summary>
    Timeout,

    /// <summary>A host or step was reached and failed.</summary>
    Failed,

    /// <summary>Stored data is damaged, or newer than this program.</summary>
    Corrupt,
}

/// <summary>An error as data: stable code, kind, the thing it concerns and what to do about it.</summary>
/// <remarks>"Problem" is never used for an error: in PatchOps it always means the ITIL record.</remarks>
public sealed record Failure
{
    /// <param name="code">Stable identifier such as <c>StoreNewer</c>; part of the public surface (PowerShell's ErrorId).</param>
    /// <param name="kind">The sort of failure.</param>
    /// <param name="message">One sentence that names the thing.</param>
    /// <param name="target">The file, host, plan … concerned, with line or position where known.</param>
    /// <param name="remedy">What the user can do; names a cmdlet where one helps.</param>
    /// <exception cref="ArgumentException"><paramref name="code"/> or <paramref name="message"/> is empty.</exception>
    public Failure(string code, FailureKind kind, string message, string? target = null, string? remedy = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(code);
        ArgumentException.ThrowIfNullOrWhiteSpace(message);
        Code = code;
        Kind = kind;
        Message = message;
        Target = target;
        Remedy = remedy;
    }

    public string Code { get; }

    public FailureKind Kind { get; }

    public string Message { get; }

    public string? Target { get; }

    public string? Remedy { get; }

    public override string ToString() => Remedy is null ? $"{Code}: {Message}" : $"{Code}: {Message} {Remedy}";
}

/// <summary>Carries a <see cref="Domain.Failure"/> up to the operation that reports it; never shown as a stack trace.</summary>
public sealed class FailureException : Exception
{
    public FailureException(Failure failure, Exception? inner = null) : base(failure.Message, inner) => Failure = failure;

    public FailureException(string code, FailureKind kind, string message, string? target = null, string? remedy = null)
        : this(new Failure(code, kind, message, target, remedy))
    {
    }

    public Failure Failure { get; }
}
