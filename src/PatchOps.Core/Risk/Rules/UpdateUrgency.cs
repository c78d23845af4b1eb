using PatchOps.Domain;

namespace PatchOps.Core.Risk.Rules;

/// <summary>How urgent one kind of update must and may be, whatever its score.</summary>
public sealed record UpdateUrgency
{
    /// <summary>Least decision.</summary>
    public PatchDecision AtLeast { get; init; } = PatchDecision.Accept;

    /// <summary>Greatest decision, the floors of SSVC included.</summary>
    public PatchDecision AtMost { get; init; } = PatchDecision.Emergency;

    /// <summary>Days to the due date at most; null where the service levels alone count.</summary>
    public int? Days { get; init; }
}
