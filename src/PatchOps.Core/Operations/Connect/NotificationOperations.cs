using System.Runtime.CompilerServices;
using PatchOps.Core.Governance.Notices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Connect;

/// <summary>Writes what is to be sent into the outbox, and delivers what is due.</summary>
/// <param name="collector">What is to be sent.</param>
/// <param name="outbox">Where it waits.</param>
/// <param name="sinks">The way out for a rule of the policy.</param>
/// <param name="audit">Who sent what.</param>
/// <param name="policy">Sinks and tries.</param>
/// <param name="clock">Time.</param>
/// <param name="caller">Who asks.</param>
/// <param name="sender">Name of this sender, for others to see who has a message.</param>
public sealed class SendNotificationOperation(NoticeCollector collector, IOutbox outbox, Func<NoticeSinkRule, INoticeSink> sinks, IAuditLog audit, NotificationPolicy policy, TimeProvider clock, Caller caller, string sender)
    : IOperation<SendNotificationRequest>
{
    private const int Batch = 20;
    private static readonly TimeSpan ClaimTime = TimeSpan.FromMinutes(30);

    public async IAsyncEnumerable<OperationEvent> RunAsync(SendNotificationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (policy.Sinks.Count == 0)
        {
            yield return new FailedEvent(new Failure("NoSink", FailureKind.InvalidInput, "Policy names no sink, so nothing can be sent.", "notifications.sinks", "Add a sink to the section notifications of the policy; docs/policy.md has the keys."), Terminating: true);
            yield break;
        }
        var found = await collector.CollectAsync(clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var known = outbox.Messages().ToDictionary(m => m.Key, StringComparer.Ordinal);
        // What stands in the outbox stays as it was written: a changed address is for the next message.
        var added = found.Where(m => !known.ContainsKey(m.Key)).ToList();
        var now = clock.GetUtcNow();
        var due = known.Values.Concat(added).Count(m => m.Next <= now && (m.State == OutboxState.Waiting || (request.RetryFailed && m.State == OutboxState.Failed)));
        var ask = new AskEvent(FormattableString.Invariant($"{added.Count} new and {due} due messages"), "Send");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.WhatIf)
            foreach (var message in added) yield return new ResultEvent(message);
        if (answer != Answer.Yes) yield break;

        await outbox.AddAsync(added, cancellationToken).ConfigureAwait(false);
        if (request.RetryFailed) await outbox.RetryFailedAsync(now, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            now = clock.GetUtcNow();
            var claimed = await outbox.ClaimAsync(sender, Batch, now, now + ClaimTime, cancellationToken).ConfigureAwait(false);
            if (claimed.Count == 0) yield break;
            foreach (var message in claimed)
            {
                var after = await DeliverAsync(message, cancellationToken).ConfigureAwait(false);
                if (!await outbox.RecordAsync(sender, after, CancellationToken.None).ConfigureAwait(false)) continue;
                await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, $"Message{after.State}", after.PlanId,
                    CanonicalJson.Of(("key", after.Key), ("audience", after.Audience), ("recipients", after.Recipients), ("subject", after.Subject), ("text", after.Text), ("reason", after.Reason))), clock.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
                if (after.State == OutboxState.Failed)
                    yield return new FailedEvent(new Failure("MessageFailed", FailureKind.Failed, $"The message '{after.Subject}' to {after.Audience} was given up: {after.Reason}.", after.Key, "Correct the sink in the policy, then run Send-PatchNotification -RetryFailed."));
                else if (after.State == OutboxState.Waiting)
                    yield return new WarningEvent(FormattableString.Invariant($"The message '{after.Subject}' to {after.Audience} did not go out ({after.Reason}); next try after {after.Next:u}."));
                yield return new ResultEvent(after);
            }
        }
    }

    private async Task<OutboxMessage> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (collector.WhyWithdrawn(message, now) is { } gone) return message with { State = OutboxState.Withdrawn, Next = null, Reason = gone };
        var rule = policy.Sinks.FirstOrDefault(s => s.Name.Equals(message.Sink, StringComparison.OrdinalIgnoreCase));
        var result = rule is null ? DeliveryResult.Refused($"policy no longer has a sink '{message.Sink}'") : await sinks(rule).DeliverAsync(message, cancellationToken).ConfigureAwait(false);
        var attempts = message.Attempts + 1;
        now = clock.GetUtcNow();
        if (result.Delivered) return message with { State = OutboxState.Delivered, Attempts = attempts, Delivered = now, Next = null, Reason = null };
        return result.Final || attempts >= policy.MaxAttempts
            ? message with { State = OutboxState.Failed, Attempts = attempts, Next = null, Reason = result.Reason }
            : message with { Attempts = attempts, Next = policy.NextAfter(attempts, now), Reason = result.Reason };
    }
}

/// <summary>Lists the outbox.</summary>
public sealed class GetOutboxOperation(IOutbox outbox) : IOperation<GetOutboxRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetOutboxRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plans = new Wildcard(request.PlanId);
        foreach (var message in outbox.Messages().Where(m => plans.Matches(m.PlanId) && (request.State.Count == 0 || request.State.Contains(m.State))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ResultEvent(message);
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
