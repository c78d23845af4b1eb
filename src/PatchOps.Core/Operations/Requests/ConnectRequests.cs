using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("Send-PatchNotification", "notification send", "Sends what is due: notices and change tickets of approved plans, overdue reviews. For schedulers; safe to repeat.", Changes = true)]
public sealed record SendNotificationRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Tries again what was given up.")]
    public bool RetryFailed { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }
}

[Operation("Get-PatchOutbox", "outbox get", "Lists messages: waiting, delivered, given up, withdrawn.")]
public sealed record GetOutboxRequest : OperationRequest
{
    [ParameterHelp("Only messages of these plans; wildcards.", Position = 0)]
    public IReadOnlyList<string> PlanId { get; init; } = [];

    [ParameterHelp("Only messages in these states.")]
    public IReadOnlyList<OutboxState> State { get; init; } = [];
}
