using PatchOps.Core.Seams;
using PatchOps.Core.Waves.Running;
using PatchOps.Domain;

namespace PatchOps.Core.Waves;

/// <summary>Runs waves: leased, journaled, resumable.</summary>
public static class WaveRunner
{
    /// <summary>Takes the wave's lease and starts the run on a task of its own. A wave that an earlier runner left in the middle is taken up where the journal ends.</summary>
    /// <param name="definition">What to run.</param>
    /// <param name="services">The way to each host.</param>
    /// <param name="journal">Where everything is recorded before and after it happens.</param>
    /// <param name="time">The only clock.</param>
    /// <param name="options">How.</param>
    /// <exception cref="FailureException"><c>WaveLeased</c>: another runner works on it.</exception>
    public static async Task<WaveRun> StartAsync(
        WaveDefinition definition, IHostServicesFactory services, IJournal journal, TimeProvider time, WaveOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(options);
        var resource = LeaseNames.Wave(definition.PlanId, definition.Number);
        // A name of its own for every run: the same process asking twice is two runners.
        var owner = $"{options.Runner}/{Guid.NewGuid():N}";
        var lease = await journal.AcquireAsync(resource, owner, options.LeaseDuration, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if (lease is null)
        {
            var holder = await journal.HolderAsync(resource, cancellationToken).ConfigureAwait(false);
            var until = holder is null ? "" : FormattableString.Invariant($" (runner {holder.Owner}, lease until {holder.Expires:u})");
            throw new FailureException("WaveLeased", FailureKind.Refused, $"Wave {definition.Number} of plan {definition.PlanId} is being run by another runner{until}.", resource,
                "Watch it with Get-PatchWave; if that runner is dead, run Invoke-PatchWave again when its lease has lapsed.");
        }
        var keeper = new LeaseKeeper(journal, lease, options.LeaseDuration, time);
        return new WaveRun(new WaveSession(new WaveContext(definition, options, journal, services, time, keeper, new WaveFeed())));
    }
}
