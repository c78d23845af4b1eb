namespace PatchOps.Core.Seams;

/// <summary>What counting needs of one incident: times in UTC ticks, texts as numbers in the lists of its <see cref="IncidentTable"/>.</summary>
/// <param name="Resolved"><see cref="NotResolved"/> while it is open.</param>
/// <param name="Item">Number of its asset; <see cref="IncidentTable.None"/> where it names none. Likewise the others.</param>
/// <param name="Caused">It names the change that caused it.</param>
/// <param name="Flagged">It points to a vulnerability that was open on its item.</param>
public readonly record struct IncidentRow(long Opened, long Resolved, int Item, int Category, int Problem, bool Caused, bool Flagged)
{
    public const long NotResolved = long.MinValue;
}
