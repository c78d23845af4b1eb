using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Tests.Waves;

/// <summary>Runs a wave with a runner that dies or sleeps at a chosen call, lets others finish it, and tells the outcome.</summary>
internal sealed class CrashTrial
{
    private CrashTrial(WaveRig rig, IJournal journal, JumpingTime time, WaveDefinition? definition = null)
    {
        Rig = rig;
        Journal = journal;
        Time = time;
        Definition = definition ?? rig.Definition();
    }

    public WaveRig Rig { get; }

    public IJournal Journal { get; }

    public JumpingTime Time { get; }

    public WaveDefinition Definition { get; }

    /// <param name="prepare">Sets the hosts' switches; called on a fresh rig.</param>
    public static CrashTrial On(int hosts, int throttle, Action<WaveRig> prepare, IJournal? journal = null)
    {
        var time = new JumpingTime();
        var rig = new WaveRig(hosts, time);
        rig.Options = rig.Options with { Throttle = throttle, ControlInterval = TimeSpan.FromSeconds(5), LeaseDuration = TimeSpan.FromSeconds(60) };
        prepare(rig);
        return new CrashTrial(rig, journal ?? rig.Journal, time);
    }

    /// <summary>The same hosts and clock with the journal opened again.</summary>
    public CrashTrial With(IJournal journal) => new(Rig, journal, Time, Definition);

    /// <summary>Starts a runner behind a tap.</summary>
    public async Task<Task> StartAsync(SeamTap tap)
    {
        // Each runner has its own way to the hosts, since each is a process of its own.
        var services = new TappedServices(Rig, tap);
        var run = await WaveRunner.StartAsync(Definition, services, new TappedJournal(Journal, tap), Time, Rig.Options);
        return EndAsync(run);
    }

    /// <summary>Lets the lease of whoever died lapse.</summary>
    public void Lapse() => Time.Jump(TimeSpan.FromSeconds(61));

    /// <summary>Runs to the end without disturbance.</summary>
    public async Task FinishAsync() => await await StartAsync(new SeamTap());

    /// <summary>A runner falls asleep at a call, another takes over and ends the wave, and then the first wakes.</summary>
    /// <returns>Where it slept.</returns>
    public async Task<string> OversleepAsync(int at)
    {
        var sleeper = new SeamTap { SleepsAt = at };
        var first = await StartAsync(sleeper);
        await sleeper.Asleep;
        Lapse();
        await FinishAsync();
        sleeper.Wake();
        await first;
        return $"asleep at {at} ({sleeper.Names[at - 1]})";
    }

    public Task<WaveOutcome> OutcomeAsync() => WaveOutcome.OfAsync(Rig, Journal, Definition);

    private static async Task EndAsync(WaveRun run)
    {
        await foreach (var _ in run.ReadAsync())
        {
            // A reader that pulls everything and keeps nothing.
        }
        try
        {
            await run.Completion;
        }
        catch (FailureException e) when (e.Failure.Code is "JournalUnavailable" or "LeaseLost" or "StepFenced")
        {
            // The ways in which a dead or superseded runner ends.
        }
    }

    private sealed class TappedServices(WaveRig rig, SeamTap tap) : IHostServicesFactory
    {
        public async ValueTask<HostServices> OpenAsync(PlannedHost host, CancellationToken cancellationToken)
        {
            tap.DemandLife();
            var services = await rig.OpenAsync(host, cancellationToken);
            return new HostServices
            {
                Transport = new TappedTransport(services.Transport, tap),
                Provider = services.Provider,
                Restart = services.Restart,
                Probes = services.Probes,
                Tests = services.Tests,
                Quiesces = services.Quiesces,
                Snapshots = services.Snapshots,
            };
        }
    }
}
