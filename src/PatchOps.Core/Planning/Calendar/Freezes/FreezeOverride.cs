using PatchOps.Core.Planning.Calendar.Windows;

namespace PatchOps.Core.Planning.Calendar.Freezes;

/// <summary>An approved exception that opens a freeze for some time; approvals and the assets it holds for are the caller's to check.</summary>
public sealed record FreezeOverride
{
    /// <param name="id">The exception's id, which every window opened by it names.</param>
    /// <param name="freeze">The freeze's name in any case, or <c>*</c> for every freeze.</param>
    /// <param name="slot">The time it opens.</param>
    public FreezeOverride(string id, string freeze, TimeSlot slot)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(freeze);
        Id = id;
        Freeze = freeze;
        Slot = slot;
    }

    public string Id { get; }

    public string Freeze { get; }

    public TimeSlot Slot { get; }

    public bool AppliesTo(string freeze) => Freeze == "*" || string.Equals(Freeze, freeze, StringComparison.OrdinalIgnoreCase);
}
