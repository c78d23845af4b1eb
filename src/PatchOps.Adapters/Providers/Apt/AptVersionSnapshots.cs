using System.Collections.Immutable;
using System.Globalization;
using PatchOps.Adapters.Hosts;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Providers.Apt;

/// <summary>dpkg's record of every installed version, kept on the host: a copy of one file, always possible, and every package can be led back to it.</summary>
public sealed class AptVersionSnapshots(AptSettings? settings = null) : ISnapshotProvider
{
    private const string Folder = "folder=/var/lib/patchops/versions\n";

    // dpkg writes its record anew as a whole, so a copy is never half of one. Only where it was cut off does more stand beside it; then dpkg merges.
    private const string Take = Folder + """
        [ -d "$folder" ] || mkdir -p "$folder" || exit 71
        find "$folder" -type f -mtime +90 -exec rm -f {} +
        [ ! -s "$folder/$1" ] || exit 0
        for f in /var/lib/dpkg/updates/[0-9]*; do [ ! -e "$f" ] || { echo 'an earlier run of dpkg was cut off' >&2; exit 1; }; done
        cp /var/lib/dpkg/status "$folder/.$1.$$" && [ -s "$folder/.$1.$$" ] && mv "$folder/.$1.$$" "$folder/$1"
        """;

    private const string List = """
        list() { dpkg-query "$@" -W -f '${binary:Package}=${Version} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | LC_ALL=C sort; }
        """;

    // Arguments: id, seconds to wait for the lock, the revert script. Names hold no blanks, so words may be split.
    private const string Restore = Folder + List + "\n" + """
        id=$1 lock=$2 script=$3
        [ -s "$folder/$id" ] || { echo "no list $id" >&2; exit 66; }
        work=$(mktemp -d) || exit 71
        trap 'rm -rf "$work"' EXIT
        # dpkg reads its kept record as it reads the present one.
        mkdir "$work/dpkg" "$work/dpkg/updates" "$work/dpkg/info" && cp "$folder/$id" "$work/dpkg/status" || exit 71
        [ ! -e /var/lib/dpkg/arch ] || cp /var/lib/dpkg/arch "$work/dpkg/arch"
        list --admindir="$work/dpkg" >"$work/then" && [ -s "$work/then" ] && list >"$work/now" && [ -s "$work/now" ] || { echo "the list $id cannot be read" >&2; exit 65; }
        back=$(LC_ALL=C comm -23 "$work/then" "$work/now")
        gone=$(awk -F= 'NR == FNR { had[$1] = 1; next } !($1 in had) { print $1 "=" }' "$work/then" "$work/now")
        [ -n "$back$gone" ] || exit 0
        sh -c "$script" patchops-apt "$lock" $back $gone
        """;

    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);
    private readonly AptSettings _settings = settings ?? new AptSettings();

    public string Name => "apt-versions";

    /// <remarks>A list that is there is never written again, so that even a runner which lost the wave does no harm with it.</remarks>
    public Task<StepReport> TakeAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        PlainStep.RunAsync(host, key, new HostCommand(["sh", "-c", Take, "patchops-versions", Checked(snapshotId)], CallDeadline, elevated: true) { LeavesNothing = true }, cancellationToken);

    public async Task<SnapshotList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        const string Names = Folder + "cd \"$folder\" 2>/dev/null || exit 0; for f in *; do [ ! -s \"$f\" ] || echo \"$f $(grep -c '^Status: .* installed$' \"$f\") packages\"; done";
        var result = await host.RunAsync(new HostCommand(["sh", "-c", Names], deadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            return new SnapshotList([], result.Failure ?? new Failure("HostNotRead", FailureKind.Failed, $"Host '{host.Host}' could not be read: {result.StandardError.Trim()}", host.Host));
        return new SnapshotList(
            [.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).Select(p => new HostSnapshot(p[0], p[^1]))],
            null);
    }

    public Task<StepReport> RestoreAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host,
            [Restore, "patchops-versions", Checked(snapshotId), ((long)_settings.LockWait.TotalSeconds).ToString(CultureInfo.InvariantCulture), AptScripts.Revert],
            key, cancellationToken);

    public Task<StepReport> RemoveAsync(IHostTransport host, string snapshotId, StepKey key, CancellationToken cancellationToken) =>
        StepAsync(host, [Folder + "rm -f -- \"$folder/$1\"", "patchops-versions", Checked(snapshotId)], key, cancellationToken);

    private static Task<StepReport> StepAsync(IHostTransport host, string[] script, StepKey key, CancellationToken cancellationToken) =>
        host.StartStepAsync(key, new HostCommand(["sh", "-c", .. script], CallDeadline), key.TimeLimit, cancellationToken);

    private static string Checked(string id) => new StepReport(id, StepState.Missing).StepId;
}
