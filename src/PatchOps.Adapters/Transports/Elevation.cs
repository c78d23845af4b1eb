using System.Text;
using PatchOps.Domain;

namespace PatchOps.Adapters.Transports;

/// <summary>How a transport's user becomes root.</summary>
public enum Elevation
{
    /// <summary>The user is root already, or nothing that needs root is done.</summary>
    None,

    /// <summary>By sudo, which must not ask for a password.</summary>
    Sudo,

    /// <summary>By sudo with a password, which is resolved late and travels through standard input only.</summary>
    SudoWithPassword,
}

/// <summary>Wraps a command in sudo. The password never becomes an argument, a log line or part of an error.</summary>
internal static class SudoCommand
{
    // sudo may or may not take the password from standard input (a rule without a password, a cached ticket). So a mark follows it there,
    // and the elevated shell drops everything up to the mark; what comes after is the command's own input. The mark on standard error
    // says that sudo let us through: without it a failure is sudo's, and the command never ran.
    private const string Script = """
        while IFS= read -r line; do [ "$line" != "$1" ] || break; done
        printf '%s\n' "$1" >&2
        shift
        exec "$@"
        """;

    /// <summary>Resolves the password late. A failure says why there is none; a password that is not one line is refused without being shown.</summary>
    public static async Task<(string? Password, Failure? Failure)> ResolveAsync(
        string host, Func<CancellationToken, ValueTask<string>>? source, CancellationToken cancellationToken)
    {
        if (source is null)
            return (null, new Failure("SudoPasswordMissing", FailureKind.InvalidInput, $"No sudo password was given for host '{host}'.", host, "Pass one with Invoke-PatchWave -Credential."));
        try
        {
            var password = await source(cancellationToken).ConfigureAwait(false);
            return password.AsSpan().IndexOfAny('\n', '\r', '\0') < 0
                ? (password, null)
                : (null, new Failure("SudoPasswordInvalid", FailureKind.InvalidInput, $"The sudo password for host '{host}' is not one line of text.", host));
        }
        catch (FailureException error)
        {
            return (null, error.Failure);
        }
    }

    public static (IReadOnlyList<string> Arguments, byte[] Input) Wrap(
        IReadOnlyList<string> arguments, ReadOnlySpan<byte> input, string mark, string? password)
    {
        string[] sudo = password is null ? ["sudo", "-n"] : ["sudo", "-S", "-p", ""];
        string[] wrapped = [.. sudo, "--", "sh", "-c", Script, "patchops", mark, .. arguments];
        var head = Encoding.UTF8.GetBytes((password is null ? "" : password + "\n") + mark + "\n");
        return (wrapped, [.. head, .. input]);
    }

    /// <summary>Takes the mark out of standard error; false where it is not there.</summary>
    public static bool TakeMark(string mark, ref byte[] error)
    {
        var line = Encoding.ASCII.GetBytes(mark + "\n");
        var at = error.AsSpan().IndexOf(line);
        if (at < 0) return false;
        // What precedes it is sudo's own talk (a lecture, an unresolvable host name), not the command's.
        error = error[(at + line.Length)..];
        return true;
    }

    public static Failure Refused(string host, byte[] error, string? password)
    {
        var said = Encoding.UTF8.GetString(error);
        if (!string.IsNullOrEmpty(password)) said = said.Replace(password, "***", StringComparison.Ordinal);
        var line = said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no reason given";
        var asks = line.Contains("password is required", StringComparison.Ordinal) || line.Contains("terminal is required", StringComparison.Ordinal);
        return asks
            ? new Failure("SudoAsksPassword", FailureKind.Refused, $"sudo on host '{host}' asks for a password.", host,
                "Pass one with Invoke-PatchWave -Credential, or allow the user sudo without one.")
            : new Failure("SudoRefused", FailureKind.Refused, $"sudo on host '{host}' refused: {line}", host, "See the user's rules with 'sudo -l' on the host.");
    }
}
