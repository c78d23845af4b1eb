namespace PatchOps.Core.Operations;

/// <summary>One use case's input. It owns defaults and validation; cmdlets and command-line verbs only fill it.</summary>
public abstract record OperationRequest
{
    /// <summary>Path of the store, connection string, or null for the session's default.</summary>
    public string? Store { get; init; }

    /// <summary>Checks what the types cannot.</summary>
    /// <exception cref="Domain.FailureException">A value cannot be used; the failure names it.</exception>
    public virtual void Validate()
    {
    }
}

/// <summary>A request whose outcome depends on policy.</summary>
public interface IFollowsPolicy
{
    /// <summary>Policy file; null for $PATCHOPS_POLICY, then the built-in policy.</summary>
    string? Policy { get; }
}

/// <summary>Names a use case on both faces: <c>Verb-PatchNoun</c> in PowerShell, <c>patchops noun verb</c> on the command line.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class OperationAttribute(string cmdlet, string command, string summary) : Attribute
{
    /// <summary>Cmdlet name, such as <c>Get-PatchRisk</c>.</summary>
    public string Cmdlet { get; } = cmdlet;

    /// <summary>Command-line words, such as <c>risk get</c>; empty where the use case needs PowerShell.</summary>
    public string Command { get; } = command;

    /// <summary>One line of help.</summary>
    public string Summary { get; } = summary;

    /// <summary>True where the operation asks before it changes something.</summary>
    public bool Changes { get; init; }
}

/// <summary>Help text of one property, and its place where it is positional (0, 1 …).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ParameterHelpAttribute(string text) : Attribute
{
    public string Text { get; } = text;

    /// <summary>Place among the positional arguments; −1 where it is an option.</summary>
    public int Position { get; init; } = -1;
}

/// <summary>The property names files: PowerShell resolves it against the current location, wildcards included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilePathAttribute : Attribute
{
    /// <summary>False where the file will be written and need not exist.</summary>
    public bool Exists { get; init; } = true;
}

/// <summary>The property carries objects and exists in PowerShell only; the parity list shows it with its reason.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PowerShellOnlyAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}

/// <summary>Properties that one tab-separated line of standard input fills, where the command line's only argument is <c>-</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class InputLineAttribute(params string[] properties) : Attribute
{
    public IReadOnlyList<string> Properties { get; } = properties;
}

/// <summary>A use case.</summary>
public interface IOperation<in TRequest> where TRequest : OperationRequest
{
    /// <summary>Runs while the reader pulls. Expected failures are events; a <see cref="Domain.FailureException"/> ends the operation.</summary>
    IAsyncEnumerable<OperationEvent> RunAsync(TRequest request, CancellationToken cancellationToken);
}

/// <summary>Who is asking, and how questions are answered.</summary>
public sealed record Caller
{
    /// <summary>Account that the audit trail names.</summary>
    public required string Account { get; init; }

    /// <summary>True where a change is only described.</summary>
    public bool WhatIf { get; init; }
}
