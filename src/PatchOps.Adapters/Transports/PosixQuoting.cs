namespace PatchOps.Adapters.Transports;

/// <summary>Turns arguments into text that a POSIX shell splits back into exactly these arguments (POSIX.1-2024, XCU 2.2.2).</summary>
internal static class PosixQuoting
{
    /// <summary>One argument. Within single quotes every character stands for itself; a single quote itself is put outside of them.</summary>
    public static string Quote(string argument)
    {
        if (argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=' or ',' or '+' or '@' or '%'))
            return argument;
        return "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }

    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));
}
