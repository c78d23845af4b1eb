using System.Collections.Immutable;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Hosts;

/// <summary>Quiesces by two commands of the user's: one takes out of service, the other puts back.</summary>
/// <remarks>
/// The mark is a folder on the host, made before the first command runs and removed after the second one ended well. It holds the
/// second command, so that what a crash left quiesced can be put back from the host's own memory.
/// </remarks>
public sealed class CommandQuiesce : IQuiesce
{
    private const string Folder = "/var/lib/patchops/quiesced";

    // Arguments: folder, mark, the command that puts back as one line for sh, then the command that takes out.
    private const string Take = """
        d=$1/$2
        mkdir -p "$1" || exit 71
        [ ! -e "$d/done" ] || { echo 'quiesced already'; exit 0; }
        mkdir -p "$d" && printf '%s\n' "$3" >"$d/back" || exit 71
        shift 3
        "$@" || exit $?
        : >"$d/done"
        """;

    // Arguments: folder, mark.
    private const string Return = """
        d=$1/$2
        [ -e "$d/back" ] || { echo 'not quiesced'; exit 0; }
        sh "$d/back" || exit $?
        rm -rf "$d"
        """;

    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);
    private readonly ImmutableArray<string> _take;
    private readonly ImmutableArray<string> _putBack;

    /// <param name="name">The policy's name for it.</param>
    /// <param name="take">Program and arguments that take out of service. Run as root on the host.</param>
    /// <param name="putBack">Program and arguments that put back; may run twice, and after a crash even though <paramref name="take"/> did not end.</param>
    public CommandQuiesce(string name, IEnumerable<string> take, IEnumerable<string> putBack)
    {
        Name = name;
        _take = [.. take];
        _putBack = [.. putBack];
        if (_take.Length == 0 || _putBack.Length == 0) throw new ArgumentException("Quiescing needs both commands.", nameof(take));
    }

    public string Name { get; }

    public Task<StepReport> QuiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken)
    {
        string[] arguments = ["sh", "-c", Take, "patchops-quiesce", Folder, Checked(mark), Transports.PosixQuoting.Join(_putBack), .. _take];
        return host.StartStepAsync(key, new HostCommand(arguments, CallDeadline), key.TimeLimit, cancellationToken);
    }

    public Task<StepReport> UnquiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["sh", "-c", Return, "patchops-unquiesce", Folder, Checked(mark)], CallDeadline), key.TimeLimit, cancellationToken);

    public async Task<QuiesceList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        const string List = "cd \"$1\" 2>/dev/null || exit 0; for m in *; do [ ! -e \"$m/back\" ] || printf '%s\\n' \"$m\"; done";
        var result = await host.RunAsync(new HostCommand(["sh", "-c", List, "patchops-list", Folder], deadline, elevated: true), cancellationToken).ConfigureAwait(false);
        if (result.Succeeded) return new QuiesceList([.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)], null);
        return new QuiesceList([], result.Failure ?? new Failure("HostNotRead", FailureKind.Failed, $"Host '{host.Host}' could not be read: {result.StandardError.Trim()}", host.Host));
    }

    private static string Checked(string mark) => new StepReport(mark, StepState.Missing).StepId;
}
