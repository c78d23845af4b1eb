using System.Collections.Immutable;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Providers.Apt;

/// <summary>Judges what the pre-check script read.</summary>
internal static class AptPreChecks
{
    public static ImmutableArray<PreCheck> Judge(AptState state, AptSettings settings)
    {
        var checks = ImmutableArray.CreateBuilder<PreCheck>();
        var least = Fields(state, "disk").Where(f => f.Length == 4).OrderBy(f => AptState.Number(f[2])).FirstOrDefault();
        if (least is null) checks.Add(new PreCheck("Disk", PreCheckStatus.Warning, "free space was not read"));
        else
        {
            var free = AptState.Number(least[2]) / 1024;
            checks.Add(new PreCheck("Disk", free < settings.MinimumFreeMebibytes ? PreCheckStatus.Blocking : PreCheckStatus.Passed,
                FormattableString.Invariant($"{free} MiB free on {least[3]}, {settings.MinimumFreeMebibytes} wanted")));
        }

        var unwritable = Fields(state, "unwritable").Select(f => f[1]).ToList();
        checks.Add(unwritable.Count == 0
            ? new PreCheck("Writable", PreCheckStatus.Passed, "")
            : new PreCheck("Writable", PreCheckStatus.Blocking, "cannot write below " + string.Join(", ", unwritable)));

        var locks = Fields(state, "lock").Select(f => f[1]).Distinct(StringComparer.Ordinal).ToList();
        // Apply waits for the lock; by then the other one may well be done.
        checks.Add(locks.Count == 0
            ? new PreCheck("Lock", PreCheckStatus.Passed, "")
            : new PreCheck("Lock", PreCheckStatus.Warning, "another package manager holds " + string.Join(", ", locks)));

        var broken = Fields(state, "audit").Select(f => string.Join(' ', f.Skip(1))).ToList();
        checks.Add(broken.Count == 0
            ? new PreCheck("Audit", PreCheckStatus.Passed, "")
            : new PreCheck("Audit", PreCheckStatus.Blocking, "not fully installed: " + string.Join(", ", broken.Take(10))));

        checks.Add(state.RestartReasons.Any(r => r.StartsWith("host", StringComparison.Ordinal))
            ? new PreCheck("Restart", PreCheckStatus.Warning, "a restart is pending from before")
            : new PreCheck("Restart", PreCheckStatus.Passed, ""));

        if (settings.BackupMarker is not null) checks.Add(Backup(state, settings));
        return checks.ToImmutable();
    }

    private static PreCheck Backup(AptState state, AptSettings settings)
    {
        var backup = Fields(state, "backup").FirstOrDefault()?[1];
        var now = Fields(state, "now").FirstOrDefault()?[1];
        if (backup is null or "none" || now is null) return new PreCheck("Backup", PreCheckStatus.Blocking, $"no backup: {settings.BackupMarker} is not there");
        // Both times are the host's own, so its clock being wrong does not matter.
        var age = TimeSpan.FromSeconds(AptState.Number(now) - AptState.Number(backup));
        var text = FormattableString.Invariant($"last backup {age.TotalHours:0.0} h ago, at most {settings.MaximumBackupAge.TotalHours:0.0} wanted");
        return new PreCheck("Backup", age > settings.MaximumBackupAge ? PreCheckStatus.Blocking : PreCheckStatus.Passed, text);
    }

    private static IEnumerable<string[]> Fields(AptState state, string word) => state.Rest.Where(f => f[0] == word && f.Length > 1);
}
