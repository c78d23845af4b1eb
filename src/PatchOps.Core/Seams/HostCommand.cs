using System.Collections.Immutable;

namespace PatchOps.Core.Seams;

/// <summary>One command for a host: a program and its arguments as data, never shell text.</summary>
public sealed record HostCommand
{
    /// <param name="arguments">Program first. Any text without NUL is allowed: quotes, newlines, leading dashes, empty strings.</param>
    /// <param name="deadline">Time after which the caller stops waiting; the outcome is then <see cref="CommandFate.Unknown"/>.</param>
    /// <param name="standardInput">Text for standard input (UTF-8); null gives an empty one.</param>
    /// <param name="elevated">Run as root, by sudo where the transport's user is another one.</param>
    /// <exception cref="ArgumentException">No program, or an argument or the input's program name holds NUL.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="deadline"/> is not positive.</exception>
    public HostCommand(IEnumerable<string> arguments, TimeSpan deadline, string? standardInput = null, bool elevated = false)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Arguments = [.. arguments];
        if (Arguments.Length == 0 || Arguments[0].Length == 0) throw new ArgumentException("A command needs a program.", nameof(arguments));
        if (Arguments.Any(a => a is null || a.Contains('\0', StringComparison.Ordinal)))
            throw new ArgumentException("No argument may be null or hold a NUL character.", nameof(arguments));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        Deadline = deadline;
        StandardInput = standardInput;
        Elevated = elevated;
    }

    public ImmutableArray<string> Arguments { get; }

    public TimeSpan Deadline { get; }

    public string? StandardInput { get; }

    public bool Elevated { get; }

    /// <summary>
    /// Whether nothing is left running behind it that still writes to its streams. Such a command may share a channel with the next one,
    /// which would take what is written later for its own.
    /// </summary>
    public bool LeavesNothing { get; init; }
}
