using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Running;

/// <summary>What a step came to.</summary>
internal sealed record StepResult(StepOutcome Outcome, StepDetail Detail)
{
    public bool Succeeded => Outcome == StepOutcome.Succeeded;

    /// <summary>The same with the commands that were run for it.</summary>
    public StepResult With(IReadOnlyList<CommandEvidence>? commands) => commands is null or [] ? this : this with { Detail = Detail with { Commands = commands } };

    public static StepResult Of(StepOutcome outcome, string? summary = null) => new(outcome, new StepDetail { Summary = summary });

    public static StepResult Of(StepOutcome outcome, Failure failure) => new(outcome, StepDetail.Of(failure));
}

/// <summary>How a step's body is called.</summary>
/// <param name="Ordinal">1 for the first step of this kind in the round.</param>
/// <param name="Observe">The intent stands in the journal since an earlier run: look before doing anything.</param>
/// <param name="Began">When the intent was journaled.</param>
internal sealed record StepCall(int Ordinal, bool Observe, DateTimeOffset Began);

/// <summary>
/// Runs a host's steps against the journal. A step whose outcome stands there is not run again; one whose intent stands there is observed;
/// any other is announced durably before it runs. So the same straight-line procedure serves the first run and every resumed one.
/// </summary>
/// <remarks>An outcome is written in one transaction with the next step's intent: durable before the next effect, at half the commits.</remarks>
internal sealed class HostScript(WaveContext wave, PlannedHost host, HostLedger ledger)
{
    private readonly Dictionary<HostStep, int> asked = [];
    private readonly List<JournalEntry> held = [];
    private readonly int round = ledger.Open ? ledger.Round : ledger.Round + 1;

    public HostLedger Ledger => ledger;

    public int Round => round;

    /// <summary>Begins a round; durable with the first step's intent.</summary>
    public void Begin(RoundKind kind) => held.Add(Entry(HostStep.Admit, 1, JournalPhase.Outcome, StepOutcome.Succeeded, new StepDetail { Round = kind }));

    /// <summary>Whether the step was announced in this round, by this run or an earlier one.</summary>
    public bool Began(HostStep step) => asked.GetValueOrDefault(step) > 0 || ledger.Count(step) > 0;

    /// <summary>Whether the journal knows more of this step than was asked for yet.</summary>
    public bool Knows(HostStep step) => ledger.Find(step, asked.GetValueOrDefault(step) + 1) is not null;

    public async Task<StepResult> RunAsync(HostStep step, Func<StepCall, Task<StepResult>> body)
    {
        var ordinal = asked[step] = asked.GetValueOrDefault(step) + 1;
        var known = ledger.Find(step, ordinal);
        if (known?.Outcome is { } outcome) return new StepResult(outcome, known.Detail ?? new StepDetail());
        if (known is null)
        {
            held.Add(Entry(step, ordinal, JournalPhase.Intent, null, null));
            await FlushAsync().ConfigureAwait(false);
        }

        StepResult result;
        try
        {
            result = await body(new StepCall(ordinal, known is not null, known?.Began ?? wave.Now)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or WaveAbortedException))
        {
            // Whatever a provider, probe or script throws is this host's outcome; the others go on.
            var failure = (e as FailureException)?.Failure ?? new Failure("StepThrew", FailureKind.Failed, $"{step} on '{host.Name}' threw {e.GetType().Name}: {e.Message}", host.Asset,
                "Correct the provider, probe or script that is named, then run Invoke-PatchWave again.");
            result = StepResult.Of(StepOutcome.Unknown, failure);
        }
        held.Add(Entry(step, ordinal, JournalPhase.Outcome, result.Outcome, result.Detail));
        return result;
    }

    /// <summary>Closes the round.</summary>
    public Task EndAsync(HostStep step, StepOutcome outcome, string? summary)
    {
        held.Add(Entry(step, 1, JournalPhase.Outcome, outcome, summary is null ? null : new StepDetail { Summary = summary }));
        return FlushAsync();
    }

    /// <summary>Lets hosts go that were never begun, all of them in one transaction.</summary>
    public static async Task SkipAsync(WaveContext wave, IReadOnlyList<(PlannedHost Host, string Reason)> hosts)
    {
        var scripts = hosts.Select(h => new HostScript(wave, h.Host, wave.Ledger[h.Host.Asset])).ToList();
        for (var i = 0; i < scripts.Count; i++)
        {
            scripts[i].Begin(RoundKind.Patch);
            scripts[i].held.Add(scripts[i].Entry(HostStep.Skip, 1, JournalPhase.Outcome, StepOutcome.Succeeded, new StepDetail { Summary = hosts[i].Reason }));
        }
        await wave.AppendAsync([.. scripts.SelectMany(s => s.held)]).ConfigureAwait(false);
        foreach (var script in scripts) script.Announce(script.held);
    }

    /// <summary>Records that nothing could be done with the host at all, and closes the round.</summary>
    public Task GiveUpAsync(Failure failure)
    {
        // Before an apply nothing can have changed; after it nobody knows.
        var step = ledger.ApplyBegan ? HostStep.Verify : HostStep.PreCheck;
        var outcome = ledger.ApplyBegan ? StepOutcome.Unknown : StepOutcome.NotSent;
        held.Add(Entry(step, ledger.Count(step) + 1, JournalPhase.Outcome, outcome, StepDetail.Of(failure)));
        return EndAsync(HostStep.Finish, StepOutcome.Failed, null);
    }

    /// <summary>Writes what is held; a run that is being stopped leaves no evidence behind.</summary>
    public async Task FlushAsync()
    {
        if (held.Count == 0) return;
        var entries = held.ToArray();
        await wave.AppendAsync(entries).ConfigureAwait(false);
        held.Clear();
        Announce(entries);
    }

    private void Announce(IReadOnlyCollection<JournalEntry> entries)
    {
        HostStep? next = entries.LastOrDefault() is { Phase: JournalPhase.Intent } begun ? Enum.Parse<HostStep>(begun.Step) : null;
        foreach (var entry in entries)
        {
            if (entry.Phase == JournalPhase.Intent || entry.Step is nameof(HostStep.Finish) or nameof(HostStep.Admit)) continue;
            wave.Feed.Write(new HostStepped(entry.At, host.Asset, host.Name, Enum.Parse<HostStep>(entry.Step), Enum.Parse<StepOutcome>(entry.Outcome!), ledger.State,
                StepDetail.Parse(entry.Detail, entry.Key)?.Summary) { Next = next });
        }
    }

    /// <summary>Name of an effect on the host; the same in every run.</summary>
    public StepKey Key(HostStep step, int ordinal, int part, TimeSpan limit) =>
        new(StepNames.Step(wave.Definition.PlanId, wave.Definition.Number, host.Asset, round, step, ordinal, part), wave.Fence, limit);

    private JournalEntry Entry(HostStep step, int ordinal, JournalPhase phase, StepOutcome? outcome, StepDetail? detail) => new()
    {
        // The token is part of the key, so that a runner that lost the wave can never take another's entry for its own.
        Key = string.Create(CultureInfo.InvariantCulture,
            $"{wave.Definition.PlanId}/{wave.Definition.Number}/{host.Asset}/{round}/{step}/{ordinal}/{(phase == JournalPhase.Intent ? 'i' : 'o')}@{wave.Lease.Token}"),
        PlanId = wave.Definition.PlanId,
        Wave = wave.Definition.Number,
        Asset = host.Asset,
        Step = step.ToString(),
        Phase = phase,
        Outcome = outcome?.ToString(),
        At = wave.Now,
        Token = wave.Lease.Token,
        Detail = detail?.ToJson(),
    };
}
