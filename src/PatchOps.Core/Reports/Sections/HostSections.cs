using PatchOps.Domain;

namespace PatchOps.Core.Reports.Sections;

/// <summary>One host's page of evidence: versions before and after, steps with their times, commands with exit codes and output, what checks and probes said.</summary>
internal static class HostSections
{
    public static ReportSection Evidence(PatchPlan plan, HostRun run)
    {
        var changes = plan.Waves.Where(w => w.Number == run.Wave).SelectMany(w => w.Hosts).FirstOrDefault(h => h.Asset == run.Asset)?.Patches ?? [];
        ReportTable?[] tables = [Versions(run, changes), Steps(run), Commands(run), Readings(run)];
        return new ReportSection
        {
            Title = FormattableString.Invariant($"{(run.IsFailure ? "What happened on" : "Evidence of")} {run.Name}, wave {run.Wave}"),
            Text = [run.Reason is null ? $"Ended as {run.State}." : $"Ended as {run.State}: {run.Reason}", Times(run)],
            Tables = [.. tables.OfType<ReportTable>()],
        };
    }

    private static string Times(HostRun run) => run switch
    {
        { Started: { } started, Ended: { } ended } => $"Begun {ReportCell.Second(started).Text} UTC, ended {ReportCell.Second(ended).Text} UTC, after {ReportCell.Of((ended - started).TotalSeconds, 1, "s").Text}.",
        { Started: { } started } => $"Begun {ReportCell.Second(started).Text} UTC, not ended.",
        _ => "Not begun.",
    };

    private static ReportTable? Versions(HostRun run, IReadOnlyList<PlannedPatch> patches)
    {
        var read = run.Evidence.Where(e => e is { Kind: EvidenceKind.Version, Package: not null }).ToLookup(e => e.Package!, StringComparer.Ordinal);
        var approved = patches.SelectMany(p => p.Packages.Select(v => (v.Package, v.Version, p.Patch))).DistinctBy(p => p.Package, StringComparer.Ordinal).ToDictionary(p => p.Package, StringComparer.Ordinal);
        var packages = approved.Keys.Concat(read.Select(r => r.Key)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (packages.Count == 0) return null;
        return new ReportTable($"Versions on {run.Name}", ["Package", "Patch", "Before", "Approved", "Afterwards", "Read (UTC)"],
            [.. packages.Select(package =>
            {
                var before = read[package].FirstOrDefault(e => e.Outcome == Waves.State.HostLedger.BeforeEvidence);
                var after = read[package].LastOrDefault(e => e.Outcome == Waves.State.HostLedger.VersionEvidence);
                approved.TryGetValue(package, out var wanted);
                return (IReadOnlyList<ReportCell>)
                [
                    ReportCell.Of(package), ReportCell.Of(wanted.Patch), Version(before), ReportCell.Of(wanted.Version), Version(after), ReportCell.Second(after?.At),
                ];
            })],
            "Afterwards is what was read on the host last, never what a command promised. A dash stands where nothing was read.");
    }

    private static ReportCell Version(Evidence? read) => read is null ? ReportCell.None : ReportCell.Of(read.Version ?? "not installed");

    private static ReportTable? Steps(HostRun run)
    {
        var steps = run.Evidence.Where(e => e.Kind == EvidenceKind.Step).ToList();
        if (steps.Count == 0) return null;
        return new ReportTable($"Steps on {run.Name}", ["Step", "Ended (UTC)", "Took", "Outcome", "Told"],
            [.. steps.Select(e => (IReadOnlyList<ReportCell>)[ReportCell.Of(e.Step), ReportCell.Second(e.At), Took(e), ReportCell.Of(e.Outcome), ReportCell.Of(e.Detail)])]);
    }

    private static ReportTable? Commands(HostRun run)
    {
        var commands = run.Evidence.Where(e => e.Kind == EvidenceKind.Command).ToList();
        if (commands.Count == 0) return null;
        return new ReportTable($"Commands on {run.Name}", ["Step", "Ended (UTC)", "Exit code", "Took", "Command", "Output"],
            [.. commands.Select(e => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(e.Step), ReportCell.Second(e.At), e.ExitCode is { } code ? ReportCell.Of(code) : ReportCell.Of("none"), Took(e), ReportCell.Lines(e.Command), ReportCell.Lines(e.Output),
            ])],
            "Output is its end, up to 4,000 characters. An exit code of none means that the host never told one.");
    }

    private static ReportTable? Readings(HostRun run)
    {
        var readings = run.Evidence.Where(e => e.Kind == EvidenceKind.Reading).ToList();
        if (readings.Count == 0) return null;
        return new ReportTable($"Checks and probes on {run.Name}", ["Check or probe", "Step", "Read (UTC)", "Said", "Told"],
            [.. readings.Select(e => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of(e.Probe), ReportCell.Of(e.Step), ReportCell.Second(e.At), ReportCell.Of(e.Status), ReportCell.Of(e.Detail),
            ])]);
    }

    private static ReportCell Took(Evidence evidence) => evidence.Elapsed is { } elapsed ? ReportCell.Of(elapsed.TotalSeconds, 1, "s") : ReportCell.None;
}
