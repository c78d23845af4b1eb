using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Tests.Waves;

/// <summary>Counts one runner's calls into journal and hosts, and kills or stops the runner at any of them.</summary>
internal sealed class SeamTap
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private volatile bool _dead;

    /// <summary>The runner dies at this call, before or after its effect; 0 for never.</summary>
    public int DiesAt { get; init; }

    /// <summary>The call at which it dies has had its effect, but the runner never hears of it.</summary>
    public bool AfterEffect { get; init; }

    /// <summary>The runner is stopped (SIGSTOP) before this call, until <see cref="Wake"/>; 0 for never.</summary>
    public int SleepsAt { get; init; }

    /// <summary>Count only the journal's appends.</summary>
    public bool AppendsOnly { get; init; }

    public int Calls => _calls;

    public bool Dead => _dead;

    public List<string> Names { get; } = [];

    /// <summary>Completes when the runner went to sleep.</summary>
    public Task Asleep => _arrived.Task;

    public void Wake() => _woken.TrySetResult();

    public void Kill() => _dead = true;

    public async Task<T> CallAsync<T>(string name, bool append, Func<Task<T>> effect)
    {
        if (_dead) throw Gone();
        int number;
        lock (_gate)
        {
            if (AppendsOnly && !append) number = -1;
            else
            {
                number = ++_calls;
                Names.Add(name);
            }
        }
        if (number > 0 && number == SleepsAt)
        {
            _arrived.TrySetResult();
            await _woken.Task;
        }
        if (number > 0 && number == DiesAt)
        {
            _dead = true;
            if (AfterEffect) await effect();
            throw Gone();
        }
        var result = await effect();
        return _dead ? throw Gone() : result;
    }

    public void DemandLife()
    {
        if (_dead) throw Gone();
    }

    private static FailureException Gone() => new("JournalUnavailable", FailureKind.Unavailable, "The runner is dead.");
}

/// <summary>One runner's view of the journal.</summary>
internal sealed class TappedJournal(IJournal inner, SeamTap tap) : IJournal
{
    public async ValueTask<IReadOnlyList<JournalEntry>> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) =>
        await tap.CallAsync("append " + string.Join(',', entries.Select(e => $"{e.Step}{(e.Phase == JournalPhase.Intent ? "?" : "!")}")), append: true,
            () => inner.AppendAsync(entries, cancellationToken).AsTask());

    public IAsyncEnumerable<JournalEntry> ReadAsync(string planId, int? wave, long after, CancellationToken cancellationToken) => inner.ReadAsync(planId, wave, after, cancellationToken);

    public ValueTask<Lease?> AcquireAsync(string resource, string owner, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) =>
        inner.AcquireAsync(resource, owner, duration, now, cancellationToken);

    public ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        tap.DemandLife();
        return inner.RenewAsync(lease, duration, now, cancellationToken);
    }

    public ValueTask ReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        tap.DemandLife();
        return inner.ReleaseAsync(lease, cancellationToken);
    }

    public ValueTask<Lease?> HolderAsync(string resource, CancellationToken cancellationToken) => inner.HolderAsync(resource, cancellationToken);

    public ValueTask SetControlAsync(string resource, string wish, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        inner.SetControlAsync(resource, wish, actor, now, cancellationToken);

    public ValueTask<(string Wish, string Actor, DateTimeOffset At)?> ControlAsync(string resource, CancellationToken cancellationToken)
    {
        tap.DemandLife();
        return inner.ControlAsync(resource, cancellationToken);
    }
}

/// <summary>One runner's way to a host.</summary>
internal sealed class TappedTransport(IHostTransport inner, SeamTap tap) : IHostTransport
{
    public string Host => inner.Host;

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    public Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken) =>
        tap.CallAsync($"{Host} {command.Arguments[0]}", append: false, () => inner.RunAsync(command, cancellationToken));

    public Task<StepReport> StartStepAsync(StepKey key, HostCommand command, TimeSpan wait, CancellationToken cancellationToken) =>
        tap.CallAsync($"{Host} start {command.Arguments[0]}", append: false, () => inner.StartStepAsync(key, command, wait, cancellationToken));

    public Task<StepReport> CollectStepAsync(string stepId, TimeSpan wait, TimeSpan deadline, CancellationToken cancellationToken) =>
        tap.CallAsync($"{Host} collect", append: false, () => inner.CollectStepAsync(stepId, wait, deadline, cancellationToken));

    public Task<CommandResult> PutFileAsync(string path, ReadOnlyMemory<byte> content, TimeSpan deadline, CancellationToken cancellationToken) =>
        tap.CallAsync($"{Host} put", append: false, () => inner.PutFileAsync(path, content, deadline, cancellationToken));

    public Task<FileResult> GetFileAsync(string path, TimeSpan deadline, CancellationToken cancellationToken) =>
        tap.CallAsync($"{Host} get", append: false, () => inner.GetFileAsync(path, deadline, cancellationToken));
}

/// <summary>The system's clock with an offset that a test can move, for all runners at once.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private long _offset;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));
}

/// <summary>What must be the same whatever happened in between.</summary>
internal sealed record WaveOutcome(string Text)
{
    /// <summary>States, changes of packages in order, boots, and what is still out of service.</summary>
    public static async Task<WaveOutcome> OfAsync(WaveRig rig, IJournal journal, Core.Waves.WaveDefinition definition)
    {
        var runs = await Core.Waves.State.WaveHistory.RunsAsync(journal, definition, null, CancellationToken.None);
        return new WaveOutcome(string.Join('\n', rig.Hosts.Zip(runs, (host, run) =>
            $"{host.Id}: {run.State}, [{string.Join("; ", host.PackageLog)}], boot {host.BootId}, quiesced [{string.Join(' ', host.QuiesceMarks)}], changes [{string.Join("; ", run.Changes)}]")));
    }
}
