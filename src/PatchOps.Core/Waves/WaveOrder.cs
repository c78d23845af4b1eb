using PatchOps.Domain;

namespace PatchOps.Core.Waves;

/// <summary>Whether a wave's turn has come: the waves before it are complete, and the last of them has baked.</summary>
public static class WaveOrder
{
    /// <param name="plan">The plan.</param>
    /// <param name="wave">Number of the wave that shall run.</param>
    /// <param name="earlier">Status and time of the end of each earlier wave; a wave that is missing has not run.</param>
    /// <returns>Null when it may run, else <c>WaveOutOfOrder</c> or <c>WaveBaking</c>.</returns>
    public static Failure? Check(PatchPlan plan, int wave, IReadOnlyDictionary<int, (WaveStatus Status, DateTimeOffset? Ended)> earlier, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(earlier);
        foreach (var before in plan.Waves.Where(w => w.Number < wave).OrderBy(w => w.Number))
        {
            var (status, ended) = earlier.GetValueOrDefault(before.Number);
            if (status?.State != WaveState.Completed)
            {
                return new Failure("WaveOutOfOrder", FailureKind.Refused, $"Wave {wave} of plan {plan.Id} comes after wave {before.Number}, which is {status?.State ?? WaveState.NotStarted}.", plan.Id,
                    $"Run Invoke-PatchWave {plan.Id} -Wave {before.Number} first, or see Get-PatchWave {plan.Id} for what stopped it.");
            }
            if (ended is { } end && now < end + before.BakeTime)
                return new Failure("WaveBaking", FailureKind.Refused, $"Wave {before.Number} of plan {plan.Id} bakes until {end + before.BakeTime:u}.", plan.Id, "Run Invoke-PatchWave after that time, or with -Due from a scheduler.");
        }
        return null;
    }
}
