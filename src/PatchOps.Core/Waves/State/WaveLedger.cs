using PatchOps.Core.Seams;
using PatchOps.Core.Waves.Pacing;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.State;

/// <summary>A wave's journal folded: its own state, and every host's.</summary>
public sealed class WaveLedger
{
    private readonly Dictionary<string, HostLedger> hosts;
    private readonly List<PaceCounts> finishes = [];
    private int failures;
    private int open;
    private int done;
    private bool tripped;

    /// <param name="definition">The wave as planned; hosts it does not name are ignored.</param>
    /// <param name="keepEvidence">Whether a host's evidence is kept in memory.</param>
    public WaveLedger(WaveDefinition definition, Func<string, bool>? keepEvidence = null)
    {
        Definition = definition;
        keepEvidence ??= static _ => true;
        hosts = definition.Hosts.ToDictionary(h => h.Asset, h => new HostLedger(h.Asset, keepEvidence(h.Asset)), StringComparer.Ordinal);
    }

    /// <summary>Code of a suspension that the halt rule, not a person, asked for.</summary>
    public const string HaltedCode = "FailureLimit";

    /// <summary>Code of a resumption that asks for failed hosts to be worked on again.</summary>
    public const string RetryCode = "RetryFailed";

    public WaveDefinition Definition { get; }

    public WaveState State { get; private set; } = WaveState.NotStarted;

    public string? Reason { get; private set; }

    public DateTimeOffset? Started { get; private set; }

    /// <summary>When the wave last came to an end: completed, halted or undone.</summary>
    public DateTimeOffset? Ended { get; private set; }

    /// <summary>UTC ticks of the last wish that was answered.</summary>
    public long AnsweredWish { get; private set; }

    /// <summary>The wave was taken back, and nobody has resumed it since.</summary>
    public bool Undone { get; private set; }

    /// <summary>A person or the rule paused it, and nobody has resumed it since.</summary>
    public bool Paused { get; private set; }

    /// <summary>Failed hosts at the end of the row of those that finished.</summary>
    public int ConsecutiveFailures { get; private set; }

    /// <summary>Failed hosts that no person has answered for by resuming a halted wave.</summary>
    public int Failures => failures;

    /// <summary>How the hosts fared, after each one that finished, in order.</summary>
    public IReadOnlyList<PaceCounts> Finishes => finishes;

    /// <summary>Hosts that are done.</summary>
    public int Done => done;

    /// <summary>Hosts admitted and not finished, whoever admitted them: each holds a reservation.</summary>
    public int Open => open;

    public IReadOnlyCollection<HostLedger> Hosts => hosts.Values;

    public HostLedger this[string asset] => hosts[asset];

    public static async Task<WaveLedger> ReadAsync(IJournal journal, WaveDefinition definition, Func<string, bool>? keepEvidence, CancellationToken cancellationToken)
    {
        var ledger = new WaveLedger(definition, keepEvidence);
        await foreach (var entry in journal.ReadAsync(definition.PlanId, definition.Number, 0, cancellationToken).ConfigureAwait(false)) ledger.Take(entry);
        return ledger;
    }

    /// <summary>Takes one entry in, in the journal's order.</summary>
    public void Take(JournalEntry entry)
    {
        if (entry.Asset is not null)
        {
            if (!hosts.TryGetValue(entry.Asset, out var host)) return;
            var (failed, worked, well) = (Counts(host), host.Open, IsDone(host));
            host.Take(entry);
            failures += (Counts(host) ? 1 : 0) - (failed ? 1 : 0);
            done += (IsDone(host) ? 1 : 0) - (well ? 1 : 0);
            open += (host.Open ? 1 : 0) - (worked ? 1 : 0);
            if (entry.Step is nameof(HostStep.Finish) or nameof(HostStep.Skip) && host.Kind == RoundKind.Patch) Finished(host);
            // A rollback that a person asked for says nothing about the hosts in a row.
            if (entry.Step == nameof(HostStep.Finish) && host.Kind is not (RoundKind.Undo or RoundKind.Release)) ConsecutiveFailures = host.IsFailure ? ConsecutiveFailures + 1 : 0;
            return;
        }
        if (!Enum.TryParse<WaveStep>(entry.Step, out var step)) return;
        var detail = StepDetail.Parse(entry.Detail, entry.Key);
        if (detail?.WishAt is { } wish) AnsweredWish = Math.Max(AnsweredWish, wish);
        switch (step)
        {
            case WaveStep.Started:
                Started ??= entry.At;
                // A run of a paused wave brings to an end what is open, and leaves it paused.
                State = Paused ? WaveState.Suspended : WaveState.Running;
                break;
            case WaveStep.Suspended or WaveStep.Stopped:
                State = WaveState.Suspended;
                Paused |= step == WaveStep.Suspended;
                tripped |= detail?.Code == HaltedCode;
                break;
            case WaveStep.Resumed:
                // Resuming a wave that its rule stopped answers for the failures so far; resuming a pause does not.
                if (tripped || detail?.Code == RetryCode) Acknowledge();
                (State, Undone, Paused) = (WaveState.Running, false, false);
                break;
            case WaveStep.Halted:
                (State, Ended, tripped) = (WaveState.Halted, entry.At, true);
                break;
            case WaveStep.Undone:
                (State, Ended, Undone) = (WaveState.Halted, entry.At, true);
                break;
            case WaveStep.Completed:
                (State, Ended) = (WaveState.Completed, entry.At);
                break;
        }
        if (step == WaveStep.Started && Paused) return;
        Reason = step is WaveStep.Started or WaveStep.Resumed ? null : detail?.Summary;
    }

    public WaveStatus ToStatus() => new()
    {
        PlanId = Definition.PlanId,
        Wave = Definition.Number,
        Ring = Definition.Wave.Ring,
        Stage = Definition.Wave.Stage,
        State = State,
        Hosts = hosts.Count,
        Done = done,
        Failed = hosts.Values.Count(h => h.IsFailure),
        Pending = hosts.Values.Count(h => !h.Open && h.State is HostState.Pending or HostState.Skipped),
        Reason = Reason,
    };

    private void Finished(HostLedger host)
    {
        var so = finishes.Count == 0 ? default : finishes[^1];
        var changed = host is { ApplyBegan: true, State: HostState.Done };
        finishes.Add(host.IsFailure ? so with { Harmed = so.Harmed + 1 } : changed ? so with { Good = so.Good + 1 } : so with { Neutral = so.Neutral + 1 });
    }

    private void Acknowledge()
    {
        foreach (var host in hosts.Values) host.Acknowledge();
        (failures, ConsecutiveFailures, tripped) = (0, 0, false);
    }

    private static bool Counts(HostLedger host) => host is { Open: false, IsFailure: true, Acknowledged: false };

    private static bool IsDone(HostLedger host) => host is { Open: false, State: HostState.Done };
}
