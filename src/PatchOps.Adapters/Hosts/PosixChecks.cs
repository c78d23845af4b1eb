using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Hosts;

/// <summary>What keeps a POSIX host from being changed, read in one call: age of its backups, a pending restart, files that are not as they were installed.</summary>
internal sealed class PosixChecks(IReadOnlyList<BackupCheck> backups, bool pendingRestart, bool integrity) : IHostCheck
{
    // Arguments: number of markers, markers, then "yes" for integrity or "no", then packages.
    private const string Script = """
        export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        n=$1
        shift
        echo "now $(date +%s)"
        while [ "$n" -gt 0 ]; do
            echo "backup $(stat -c %Y -- "$1" 2>/dev/null || echo none)"
            shift
            n=$((n - 1))
        done
        if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ] || [ -e /run/reboot-needed ]; then echo 'restart pending'
        elif command -v needs-restarting >/dev/null; then needs-restarting -r >/dev/null 2>&1 || echo 'restart pending'; fi
        [ "$1" = yes ] || exit 0
        shift
        # Nine signs, a c for configuration files, the name. What is missing is told in words.
        if command -v dpkg >/dev/null && dpkg-query -W "$@" >/dev/null 2>&1; then dpkg --verify "$@" 2>/dev/null; else rpm -V --nomtime --noscripts "$@" 2>/dev/null; fi \
            | awk '$2 != "c" && ($1 == "missing" || ($1 ~ /^[.?A-Z0-9]+$/ && length($1) >= 8)) { print "changed " $0 }' | head -n 20
        exit 0
        """;

    public async Task<IReadOnlyList<PreCheck>> CheckAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, PreCheckReport report, TimeSpan deadline, CancellationToken cancellationToken)
    {
        // The provider has read the host as root by now: login and elevation are as they should be.
        var checks = new List<PreCheck> { new("Credentials", PreCheckStatus.Passed, "login and root") };
        if (backups.Count == 0 && !pendingRestart && !integrity) return checks;
        var installed = changes.Select(c => c.Package).Where(p => report.Installed.GetValueOrDefault(p) is not null).Distinct(StringComparer.Ordinal).ToList();
        string[] arguments =
        [
            "sh", "-c", Script, "patchops-checks", backups.Count.ToString(CultureInfo.InvariantCulture), .. backups.Select(b => b.Marker), integrity && installed.Count > 0 ? "yes" : "no", .. installed,
        ];
        var result = await host.RunAsync(new HostCommand(arguments, deadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            checks.Add(new PreCheck("HostChecks", PreCheckStatus.Blocking, result.Failure?.Message ?? FormattableString.Invariant($"could not be read (exit code {result.ExitCode}): {result.StandardError.Trim()}")));
            return checks;
        }
        var lines = result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        checks.AddRange(Backups(lines));
        var pending = lines.Contains("restart pending", StringComparer.Ordinal);
        if (pendingRestart) checks.Add(new PreCheck("PendingRestart", pending ? PreCheckStatus.Blocking : PreCheckStatus.Passed, pending ? "a restart is pending from before" : ""));
        if (integrity)
        {
            var changed = lines.Where(l => l.StartsWith("changed ", StringComparison.Ordinal)).Select(l => l[8..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1]).ToList();
            checks.Add(new PreCheck("Integrity", changed.Count > 0 ? PreCheckStatus.Blocking : PreCheckStatus.Passed, changed.Count > 0 ? $"not as they were installed: {string.Join(", ", changed.Take(5))}" : ""));
        }
        return checks;
    }

    private IEnumerable<PreCheck> Backups(string[] lines)
    {
        var now = lines.Where(l => l.StartsWith("now ", StringComparison.Ordinal)).Select(l => long.Parse(l[4..], CultureInfo.InvariantCulture)).FirstOrDefault();
        var times = lines.Where(l => l.StartsWith("backup ", StringComparison.Ordinal)).Select(l => l[7..]).ToList();
        for (var i = 0; i < backups.Count; i++)
        {
            var backup = backups[i];
            var name = $"Backup {backup.Name}";
            if (i >= times.Count || !long.TryParse(times[i], NumberStyles.None, CultureInfo.InvariantCulture, out var taken))
            {
                yield return new PreCheck(name, PreCheckStatus.Blocking, $"there is none: {backup.Marker} is not there");
                continue;
            }
            // Both times are the host's own, so its clock being wrong does not matter.
            var age = TimeSpan.FromSeconds(now - taken);
            yield return new PreCheck(name, age > backup.MaxAge ? PreCheckStatus.Blocking : PreCheckStatus.Passed,
                FormattableString.Invariant($"last one {age.TotalHours:0.0} h ago, at most {backup.MaxAge.TotalHours:0.0} h wanted"));
        }
    }
}

/// <summary>The installed versions must be those that the store knows: a host that drifted was not planned for.</summary>
internal sealed class DriftCheck(Func<IReadOnlyDictionary<string, string>> known) : IHostCheck
{
    public Task<IReadOnlyList<PreCheck>> CheckAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, PreCheckReport report, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var versions = known();
        // A package that stands at the approved version already needs nothing, however it came there.
        var drifted = changes.Where(c => report.Installed.GetValueOrDefault(c.Package) is var now && now != c.ToVersion && versions.TryGetValue(c.Package, out var then) && now != then)
            .Select(c => $"{c.Package} is {report.Installed.GetValueOrDefault(c.Package) ?? "not installed"}, the inventory has {versions[c.Package]}").Distinct(StringComparer.Ordinal).ToList();
        return Task.FromResult<IReadOnlyList<PreCheck>>([new PreCheck("Drift", drifted.Count > 0 ? PreCheckStatus.Blocking : PreCheckStatus.Passed, string.Join("; ", drifted))]);
    }
}
