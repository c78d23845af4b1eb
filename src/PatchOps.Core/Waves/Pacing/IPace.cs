namespace PatchOps.Core.Waves.Pacing;

/// <summary>Limits how many hosts may be at risk at once, as the evidence so far allows.</summary>
public interface IPace
{
    /// <summary>Hosts that may be in flight now, given what finished.</summary>
    /// <param name="good">Hosts of this wave that were changed and are well.</param>
    /// <param name="harmed">Hosts of this wave that failed.</param>
    int MaxInFlight(int good, int harmed);
}
