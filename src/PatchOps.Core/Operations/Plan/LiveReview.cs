using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

/// <summary>Asks the hosts of a plan whether they are fit to be changed: reachable, space, locks, half-installed packages, age of the backup. Changes nothing.</summary>
/// <param name="plan">The plan.</param>
/// <param name="hosts">The way to the hosts of a wave.</param>
/// <param name="throttle">Hosts asked at the same time, 1 or more.</param>
internal sealed class LiveReview(PatchPlan plan, Func<PlanWave, IHostServicesFactory> hosts, int throttle)
{
    // Prints the time of the marker's last change, or none, and the host's own time: its clock being wrong then does not matter.
    private const string BackupScript = "stat -c %Y -- \"$1\" 2>/dev/null || echo none; date +%s";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <param name="skipped">Hosts that need no look, by asset: done, or gone.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    public async IAsyncEnumerable<PlanFinding> FindingsAsync(Func<string, bool> skipped, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = Channel.CreateUnbounded<PlanFinding>();
        var asking = Task.Run(async () =>
        {
            try
            {
                foreach (var wave in plan.Waves)
                {
                    var factory = hosts(wave);
                    await Parallel.ForEachAsync(wave.Hosts.Where(h => !skipped(h.Asset)), new ParallelOptions { MaxDegreeOfParallelism = throttle, CancellationToken = cancellationToken }, async (host, token) =>
                    {
                        foreach (var finding in await AskAsync(factory, wave, host, token).ConfigureAwait(false)) found.Writer.TryWrite(finding);
                    }).ConfigureAwait(false);
                }
            }
            finally
            {
                found.Writer.TryComplete();
            }
        }, cancellationToken);
        await foreach (var finding in found.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return finding;
        await asking.ConfigureAwait(false);
    }

    private async Task<List<PlanFinding>> AskAsync(IHostServicesFactory factory, PlanWave wave, PlannedHost host, CancellationToken cancellationToken)
    {
        var findings = new List<PlanFinding>();
        try
        {
            await using var services = await factory.OpenAsync(host, cancellationToken).ConfigureAwait(false);
            PackageChange[] changes = [.. host.Patches.SelectMany(p => p.Packages.Count == 0
                ? [new PackageChange(p.Patch, p.Patch, null, WaveDefinition.InstalledVersion)]
                : p.Packages.Select(v => new PackageChange(p.Patch, v.Package, null, v.Version))).DistinctBy(c => c.Package, StringComparer.Ordinal)];
            var report = await services.Provider.PreCheckAsync(services.Transport, changes, Deadline, cancellationToken).ConfigureAwait(false);
            if (report.Failure is { } failure) Say(FindingSeverity.Error, failure.Code, failure.Message, failure.Remedy ?? "Make the host answer, then ask again with Test-PatchPlan -Live.");
            foreach (var check in report.Checks.Where(c => c.Status != PreCheckStatus.Passed && c.Name != "Backup"))
            {
                Say(check.Status == PreCheckStatus.Blocking ? FindingSeverity.Error : FindingSeverity.Warning, check.Name == "Disk" ? "DiskSpace" : "HostNotFit",
                    $"{host.Name}: {check.Name}{(check.Detail.Length == 0 ? " did not pass" : $": {check.Detail}")}.", "Correct this on the host before its window opens.");
            }
            if (report.Failure is not null) return findings;
            foreach (var backup in wave.Backups.Where(b => b.Assets.Count == 0 || b.Assets.Contains(host.Asset))) await BackupAsync(services.Transport, backup).ConfigureAwait(false);
        }
        catch (FailureException e)
        {
            Say(FindingSeverity.Error, e.Failure.Code, e.Failure.Message, e.Failure.Remedy);
        }
        return findings;

        void Say(FindingSeverity severity, string code, string message, string? remedy) =>
            findings.Add(new PlanFinding { PlanId = plan.Id, Severity = severity, Code = code, Message = message, Remedy = remedy, Asset = host.Asset, Wave = wave.Number });

        async Task BackupAsync(IHostTransport transport, BackupCheck backup)
        {
            const string Remedy = "Make a backup before the window opens.";
            var answer = await transport.RunAsync(new HostCommand(["sh", "-c", BackupScript, "patchops-backup", backup.Marker], Deadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
            var lines = answer.StandardOutput.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (!answer.Succeeded || lines.Length != 2 || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var now))
                Say(FindingSeverity.Error, "BackupUnknown", $"{host.Name}: the age of its backup '{backup.Name}' could not be read: {answer.Failure?.Message ?? answer.StandardError.Trim()}", "Ask again with Test-PatchPlan -Live.");
            else if (!long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var made))
                Say(FindingSeverity.Error, "BackupStale", $"{host.Name} has no backup '{backup.Name}': {backup.Marker} is not there.", Remedy);
            else if (TimeSpan.FromSeconds(now - made) > backup.MaxAge)
                Say(FindingSeverity.Error, "BackupStale", FormattableString.Invariant($"{host.Name}: its last backup '{backup.Name}' is {(now - made) / 3600.0:0.0} h old; at most {backup.MaxAge.TotalHours:0.0} h are allowed."), Remedy);
        }
    }
}
