using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Providers.Apt;

/// <summary>Reads from apt's and dpkg's own words (in the C locale) why a step ended badly, and whether anything was changed by then.</summary>
internal static class AptFailure
{
    private sealed record Sign(string[] Texts, string Code, bool Unchanged, string Message, string? Remedy);

    // In order: an early refusal explains what follows it.
    private static readonly Sign[] Signs =
    [
        new(["patchops-gate: "], "UnapprovedChange", true, "apt would change more than was approved", "Make the plan anew with New-PatchPlan and approve it."),
        new(["was not found", "Unable to locate package", "has no installation candidate"], "VersionNotAvailable", true,
            "an approved version is not in the archive any more", "Read the host again with Get-PatchInventory and make the plan anew with New-PatchPlan."),
        new(["dpkg was interrupted"], "PackageManagerInterrupted", true, "an earlier run of dpkg was cut off", "Run 'dpkg --configure -a' on the host."),
        new(["Could not get lock", "Unable to acquire the dpkg frontend lock", "Unable to lock", "locked by another process"], "PackageManagerLocked", true,
            "another package manager holds the lock", "Wait until it has ended, then run Invoke-PatchWave -RetryFailed."),
        new(["Held packages were changed"], "PackageHeld", true, "an administrator holds the package", "Release it with 'apt-mark unhold', or take it out of the plan."),
        new(["No space left on device", "enough free space"], "DiskFull", false, "there is no space left", "Make room on the host."),
        new(["Read-only file system"], "ReadOnlyFileSystem", false, "a file system is read-only", "See the kernel's log on the host: a disk may be failing."),
        new(["Failed to fetch", "Unable to fetch", "Could not resolve"], "ArchiveUnavailable", true, "the archive could not be read", "See the host's sources and network."),
        new(["unmet dependencies", "remove is disabled", "held broken packages"], "DependencyConflict", true, "the approved versions cannot be installed together",
            "See Test-PatchPlan; a package they need may not be approved."),
    ];

    public static ProviderReport Judge(StepReport step, string host, string verb)
    {
        switch (step.State)
        {
            case StepState.Fenced:
                return new ProviderReport(step, true, step.Failure);
            case StepState.Finished when step.ExitCode == 0:
            case StepState.Running:
                return new ProviderReport(step, false, null);
            case not StepState.Finished:
                return new ProviderReport(step, false, step.Failure
                    ?? new Failure("StepMissing", FailureKind.Failed, $"Host '{host}' knows nothing of step '{step.StepId}'.", host));
        }
        var sign = Array.Find(Signs, s => Lines(step).Any(l => Says(s, l)));
        if (sign is not null)
        {
            var lines = Lines(step).Where(l => Says(sign, l)).Select(Plain).Distinct(StringComparer.Ordinal).Take(5);
            return new ProviderReport(step, sign.Unchanged, new Failure(sign.Code, sign.Unchanged ? FailureKind.Refused : FailureKind.Failed,
                $"{verb} on host '{host}': {sign.Message}: {string.Join("; ", lines)}", host, sign.Remedy));
        }
        var broken = Broken([.. Lines(step)]);
        var last = broken ?? Lines(step).LastOrDefault() ?? "no reason given";
        return new ProviderReport(step, false, new Failure(broken is null ? CodeOf(verb) : "PackageScriptFailed", FailureKind.Failed,
            FormattableString.Invariant($"{verb} on host '{host}' ended with exit code {step.ExitCode}: {last}"), host, "See the step's output in the evidence."));
    }

    /// <summary>What dpkg says of the first package that it could not process, which its next line goes on with, and what the package's own script said last.</summary>
    private static string? Broken(string[] lines)
    {
        var at = Array.FindIndex(lines, l => l.StartsWith("dpkg: error processing", StringComparison.Ordinal));
        if (at < 0) return null;
        var why = at + 1 < lines.Length && lines[at + 1].StartsWith(' ') ? " " + Plain(lines[at + 1]) : "";
        var said = at > 0 && !lines[at - 1].StartsWith("dpkg", StringComparison.Ordinal) && !lines[at - 1].StartsWith("E: ", StringComparison.Ordinal) && !lines[at - 1].StartsWith("W: ", StringComparison.Ordinal)
            ? $" ({Plain(lines[at - 1])})" : "";
        return Plain(lines[at]) + why + said;
    }

    private static string CodeOf(string verb) => verb switch
    {
        "Stage" => "StageFailed",
        "Apply" => "ApplyFailed",
        "Revert" => "RevertFailed",
        "Arm" => "ArmFailed",
        _ => throw new ArgumentOutOfRangeException(nameof(verb), verb, "No step of this provider."),
    };

    // A maintainer script may print anything; only what apt and dpkg say themselves counts as their reason.
    private static bool Says(Sign sign, string line) =>
        (line.StartsWith("E: ", StringComparison.Ordinal) || line.StartsWith("dpkg", StringComparison.Ordinal)
            || line.StartsWith("patchops-gate: ", StringComparison.Ordinal) || line.StartsWith(' '))
        && sign.Texts.Any(t => line.Contains(t, StringComparison.Ordinal));

    private static string Plain(string line) => line.Trim().Replace("patchops-gate: ", "", StringComparison.Ordinal);

    private static IEnumerable<string> Lines(StepReport step) =>
        step.StandardError.Split('\n').Where(l => l.Trim().Length > 0);
}
