namespace PatchOps.Core.Waves.Pacing;

/// <summary>How the hosts of a wave fared so far.</summary>
/// <param name="Good">Changed, and well.</param>
/// <param name="Harmed">Failed, rolled back, unreachable or unknown.</param>
/// <param name="Neutral">Finished without a change, so that they say nothing.</param>
public readonly record struct PaceCounts(int Good, int Harmed, int Neutral)
{
    public int Finished => Good + Harmed + Neutral;
}

/// <summary>Limits how many hosts may be at risk at once, as the evidence so far allows.</summary>
public interface IPace
{
    /// <summary>Hosts that may be in flight now; 0 where the evidence allows no more. Counts never fall from call to call.</summary>
    int MaxInFlight(PaceCounts counts);
}
