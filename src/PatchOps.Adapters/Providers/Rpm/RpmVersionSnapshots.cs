using PatchOps.Adapters.Hosts;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Providers.Rpm;

/// <summary>A list of every installed version, kept on the host: costs nothing, and every package can be led back to it.</summary>
public sealed class RpmVersionSnapshots(string tool) : ISnapshotProvider
{
    private const string Head = """
        folder=/var/lib/patchops/versions
        list() { rpm -qa --qf '%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' | sed 's/\t0:/\t/' | LC_ALL=C sort; }

        """;

    // Lists that no retention asked for are dropped after a quarter.
    private const string Take = Head + """
        mkdir -p "$folder" || exit 71
        find "$folder" -type f -mtime +90 -exec rm -f {} +
        [ ! -s "$folder/$1" ] || exit 0
        list >"$folder/.$1.$$" && mv "$folder/.$1.$$" "$folder/$1"
        """;

    // Arguments: id, tool, the revert script. Triples of package, version to return to, version now.
    private const string Restore = Head + """
        id=$1 tool=$2 script=$3
        [ -e "$folder/$id" ] || { echo "no list $id" >&2; exit 66; }
        now=$(mktemp) || exit 71
        trap 'rm -f "$now"' EXIT
        list >"$now"
        set --
        IFS='
        '
        for line in $(awk -F'\t' 'NR == FNR { had[$1] = $2; next } { if (!($1 in had)) print $1 "\t\t" $2; else if (had[$1] != $2) print $1 "\t" had[$1] "\t" $2 }' "$folder/$id" "$now"); do
            rest=${line#*	}
            set -- "$@" "${line%%	*}" "${rest%%	*}" "${rest#*	}"
        done
        unset IFS
        [ $# -gt 0 ] || exit 0
        options= root= tool=$tool sh -c "$script" patchops-rpm "$@"
        """;

    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    public string Name => "rpm-versions";

    /// <remarks>A list that is there is never written again, so that even a runner which lost the wave does no harm with it.</remarks>
    public Task<StepReport> TakeAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        PlainStep.RunAsync(host, key, new HostCommand(["sh", "-c", Take, "patchops-versions", Checked(snapshotId)], CallDeadline, elevated: true) { LeavesNothing = true }, cancellationToken);

    public async Task<SnapshotList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        const string Names = Head + "cd \"$folder\" 2>/dev/null || exit 0; for f in *; do [ ! -e \"$f\" ] || echo \"$f $(wc -l <\"$f\") packages\"; done";
        var result = await host.RunAsync(new HostCommand(["sh", "-c", Names], deadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            return new SnapshotList([], result.Failure ?? new Failure("HostNotRead", FailureKind.Failed, $"Host '{host.Host}' could not be read: {result.StandardError.Trim()}", host.Host));
        return new SnapshotList([.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).Select(p => new HostSnapshot(p[0], p[^1]))], null);
    }

    public Task<StepReport> RestoreAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, [Restore, "patchops-versions", Checked(snapshotId), tool, RpmScripts.Revert], key, cancellationToken);

    public Task<StepReport> RemoveAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, [Head + "rm -f -- \"$folder/$1\"", "patchops-versions", Checked(snapshotId)], key, cancellationToken);

    private static Task<StepReport> StepAsync(IHostTransport host, string[] script, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["sh", "-c", .. script], CallDeadline), key.TimeLimit, cancellationToken);

    private static string Checked(string id) => new StepReport(id, StepState.Missing).StepId;
}
