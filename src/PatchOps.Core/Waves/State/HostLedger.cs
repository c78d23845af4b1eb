using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.State;

/// <summary>One step of the current round as the journal tells it.</summary>
public sealed record StepRecord(HostStep Step, int Ordinal, DateTimeOffset Began)
{
    /// <summary>Null while only the intent stands there.</summary>
    public StepOutcome? Outcome { get; init; }

    public StepDetail? Detail { get; init; }
}

/// <summary>Everything that one host's entries say, folded in order.</summary>
public sealed class HostLedger
{
    /// <summary>Outcome of the evidence that says which version was read; its detail is the package, a space and the version.</summary>
    internal const string VersionEvidence = "version";

    /// <summary>Outcome of the evidence that says which version a host had before anything changed.</summary>
    internal const string BeforeEvidence = "version before";

    /// <summary>Stands for the version of a package that is not there.</summary>
    internal const string NotInstalled = "(not installed)";

    private readonly List<StepRecord> steps = [];
    private readonly List<Evidence> evidence = [];
    private readonly bool keepEvidence;
    private bool applied;

    /// <summary>What the reason says of not knowing what the host is; gone as soon as somebody has read it.</summary>
    private string? unclear;

    /// <param name="asset">Asset id.</param>
    /// <param name="keepEvidence">False where only states are wanted, so that memory stays flat.</param>
    public HostLedger(string asset, bool keepEvidence = true)
    {
        Asset = asset;
        this.keepEvidence = keepEvidence;
    }

    public string Asset { get; }

    public HostState State { get; private set; } = HostState.Pending;

    /// <summary>1 for the first time a host is worked on; 0 before that.</summary>
    public int Round { get; private set; }

    public RoundKind Kind { get; private set; }

    /// <summary>Admitted and not finished: a runner works on it, or died doing so.</summary>
    public bool Open { get; private set; }

    /// <summary>Something was, or may have been, taken out of service and not put back.</summary>
    public bool LeftQuiesced { get; private set; }

    /// <summary>A revert was begun; what the host is now is for VerifyReverted to say.</summary>
    public bool RevertBegan { get; private set; }

    /// <summary>An apply was begun in some round.</summary>
    public bool ApplyBegan { get; private set; }

    /// <summary>What this host needed when it was read first.</summary>
    public IReadOnlyList<ChangeEvidence> Changes { get; private set; } = [];

    /// <summary>The host's start before anything was changed.</summary>
    public string BootId { get; private set; } = "";

    /// <summary>Snapshots were taken and not removed since.</summary>
    public bool HasSnapshots { get; private set; }

    /// <summary>Marks that probes left before the last change, in the order of the probes.</summary>
    public IReadOnlyList<ReadingEvidence> Baselines { get; private set; } = [];

    /// <summary>Why it is not done, with the remedy; null where it is.</summary>
    public string? Reason { get; private set; }

    public DateTimeOffset? Started { get; private set; }

    public DateTimeOffset? Ended { get; private set; }

    /// <summary>Sequence of the last entry.</summary>
    public long Sequence { get; private set; }

    public bool IsFailure => State is HostState.Failed or HostState.RollingBack or HostState.RolledBack or HostState.RollbackFailed or HostState.Unknown;

    /// <summary>A person has answered for its failure; ends with the next round.</summary>
    public bool Acknowledged { get; private set; }

    /// <summary>Takes a failure out of the halt rule's count.</summary>
    public void Acknowledge() => Acknowledged = !Open && IsFailure;

    /// <summary>True when the approved versions are on the host as far as anybody has read.</summary>
    public bool Changed => ApplyBegan && Changes.Count > 0 && State is not (HostState.RolledBack or HostState.Pending or HostState.Skipped);

    public StepRecord? Find(HostStep step, int ordinal) => steps.Find(s => s.Step == step && s.Ordinal == ordinal);

    public int Count(HostStep step) => steps.Count(s => s.Step == step);

    /// <summary>Takes one entry in; entries must come in the journal's order.</summary>
    public void Take(JournalEntry entry)
    {
        if (!Enum.TryParse<HostStep>(entry.Step, out var step))
            throw new FailureException("JournalNewer", FailureKind.Conflict, $"The journal has a step '{entry.Step}' that this version does not know.", entry.Key, "Update PatchOps.");
        StepOutcome? outcome = entry.Phase == JournalPhase.Outcome && Enum.TryParse<StepOutcome>(entry.Outcome, out var parsed) ? parsed : null;
        var detail = StepDetail.Parse(entry.Detail, entry.Key);
        Sequence = entry.Sequence;
        Started ??= entry.At;

        if (step == HostStep.Admit) Begin(detail?.Round ?? RoundKind.Patch);
        Note(step, entry, outcome, detail);
        State = StateTable.Next(State, step, entry.Phase, outcome);
        if (entry.Phase == JournalPhase.Intent) Announced(step);
        else Came(step, outcome, detail);
        if (step is HostStep.Finish or HostStep.Skip) End(entry.At);
        if (keepEvidence && entry.Phase == JournalPhase.Outcome && step is not (HostStep.Admit or HostStep.Finish)) AddEvidence(entry, step, detail);
    }

    /// <summary>Forgets the evidence once the host's run has been handed out.</summary>
    public void DropEvidence()
    {
        evidence.Clear();
        evidence.TrimExcess();
    }

    /// <summary>The host's run for people and pipelines.</summary>
    public HostRun ToRun(string planId, int wave, string name) => new()
    {
        PlanId = planId,
        Wave = wave,
        Asset = Asset,
        Name = name,
        State = State,
        // What was put back, or never verified, is not a change; the evidence tells of the attempt.
        Changes = State is HostState.Done or HostState.Healthy or HostState.Verified or HostState.Restarted or HostState.Applied || (State == HostState.Failed && applied)
            ? [.. Changes.Select(c => new Domain.AppliedChange { Patch = c.Patch, Package = c.Package, FromVersion = c.From, ToVersion = c.To })]
            : [],
        Started = Started,
        Ended = Ended,
        Reason = Reason,
        Evidence = [.. evidence],
    };

    private void Begin(RoundKind kind)
    {
        Round++;
        Kind = kind;
        Open = true;
        steps.Clear();
        // Removing snapshots is housekeeping: when the host's run ended, and who answered for it, stays.
        if (kind == RoundKind.Release) return;
        Acknowledged = false;
        Ended = null;
        if (kind == RoundKind.Patch) Reason = null;
    }

    private void Note(HostStep step, JournalEntry entry, StepOutcome? outcome, StepDetail? detail)
    {
        if (entry.Phase == JournalPhase.Intent)
        {
            steps.Add(new StepRecord(step, Count(step) + 1, entry.At) { Detail = detail });
            return;
        }
        var last = steps.FindLastIndex(s => s.Step == step && s.Outcome is null);
        if (last < 0) steps.Add(new StepRecord(step, Count(step) + 1, entry.At) { Outcome = outcome, Detail = detail });
        else steps[last] = steps[last] with { Outcome = outcome, Detail = detail };
    }

    private void Announced(HostStep step)
    {
        switch (step)
        {
            case HostStep.Quiesce: LeftQuiesced = true; break;
            case HostStep.Revert: RevertBegan = true; break;
            case HostStep.Apply: (ApplyBegan, RevertBegan) = (true, false); break;
        }
    }

    private void Came(HostStep step, StepOutcome? outcome, StepDetail? detail)
    {
        if (step == HostStep.PreCheck && detail?.Changes is { } changes && !ApplyBegan) Changes = changes;
        if (step == HostStep.PreCheck && detail?.BootId is { } boot) BootId = boot;
        if (step == HostStep.Baseline && outcome == StepOutcome.Succeeded) Baselines = detail?.Readings ?? [];
        if (step == HostStep.Snapshot && outcome == StepOutcome.Succeeded) HasSnapshots = true;
        if (step == HostStep.Release && outcome == StepOutcome.Succeeded) HasSnapshots = false;
        if (step == HostStep.Unquiesce && outcome == StepOutcome.Succeeded) LeftQuiesced = false;
        if (step == HostStep.Verify) applied = outcome is StepOutcome.Succeeded or StepOutcome.RestartNeeded;
        if (step == HostStep.VerifyReverted && outcome is StepOutcome.Succeeded or StepOutcome.RestartNeeded) applied = false;
        var bad = outcome is StepOutcome.Failed or StepOutcome.Unknown or StepOutcome.Refused or StepOutcome.NotSent or StepOutcome.Unchanged;
        if (step is HostStep.ProbeReverted or HostStep.TestBefore or HostStep.Release || Kind == RoundKind.Release) return;

        if (step is HostStep.Verify or HostStep.VerifyReverted && outcome is not (null or StepOutcome.Unknown) && unclear is not null)
        {
            var left = Reason?.Replace(unclear, "", StringComparison.Ordinal).Trim();
            (Reason, unclear) = (string.IsNullOrEmpty(left) ? null : left, null);
        }

        // The first thing that went wrong is the reason; a failing way back, or a host left out of service, adds to it.
        if (bad && detail?.Summary is { } summary)
        {
            var sentence = summary.TrimEnd() is [.., '.' or '!' or '?'] whole ? whole : summary.TrimEnd() + ".";
            var text = detail.Remedy is null ? sentence : $"{sentence} {detail.Remedy}";
            if (step is HostStep.Verify or HostStep.VerifyReverted && outcome == StepOutcome.Unknown) unclear = text;
            var adds = step is HostStep.Verify or HostStep.Revert or HostStep.RestartReverted or HostStep.VerifyReverted or HostStep.Unquiesce;
            if (Reason is null) Reason = text;
            else if (adds && !Reason.Contains(text, StringComparison.Ordinal)) Reason = $"{Reason} {text}";
        }
        if (step == HostStep.Skip) Reason = detail?.Summary;
        if (step == HostStep.Finish && State == HostState.Done) Reason = null;
        if (step == HostStep.Finish && detail?.Summary is { } final && Reason is null && State != HostState.Done) Reason = final;
    }

    private void End(DateTimeOffset at)
    {
        Open = false;
        if (Kind != RoundKind.Release) Ended = at;
        steps.Clear();
    }

    private void AddEvidence(JournalEntry entry, HostStep step, StepDetail? detail)
    {
        Evidence Piece(EvidenceKind kind, string outcome, string? told) => new() { At = entry.At, Step = entry.Step, Kind = kind, Outcome = outcome, Detail = told };
        // A step that was taken up by another runner took as long as it took, the pause between them included.
        var elapsed = steps.FindLast(s => s.Step == step) is { Outcome: not null } known && known.Began <= entry.At ? entry.At - known.Began : (TimeSpan?)null;
        evidence.Add(Piece(EvidenceKind.Step, entry.Outcome ?? "", detail?.Summary) with { Elapsed = elapsed });
        foreach (var change in step == HostStep.PreCheck ? detail?.Changes ?? [] : [])
            evidence.Add(Piece(EvidenceKind.Version, BeforeEvidence, $"{change.Package} {change.From ?? NotInstalled}") with { Package = change.Package, Version = change.From });
        foreach (var command in detail?.Commands ?? [])
        {
            var exit = command.Exit is { } code ? FormattableString.Invariant($"exit {code}") : "no exit code";
            var text = FormattableString.Invariant($"{command.Line} ({command.Seconds:0.###} s)");
            evidence.Add(Piece(EvidenceKind.Command, exit, command.Output.Length == 0 ? text : $"{text}\n{command.Output}") with
            {
                Command = command.Line, ExitCode = command.Exit, Elapsed = TimeSpan.FromSeconds(command.Seconds), Output = command.Output,
            });
        }
        foreach (var reading in detail?.Readings ?? [])
            evidence.Add(Piece(EvidenceKind.Reading, $"{reading.Probe}: {reading.Status}", reading.Detail) with { Probe = reading.Probe, Status = reading.Status, Value = reading.Value });
        foreach (var (package, version) in detail?.Versions ?? new Dictionary<string, string?>(StringComparer.Ordinal))
            evidence.Add(Piece(EvidenceKind.Version, VersionEvidence, $"{package} {version ?? NotInstalled}") with { Package = package, Version = version });
    }
}
