using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Operations;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Notices;

/// <summary>
/// Reads what is to be sent from approved plans, missing approvals, overdue reviews and, for sinks that ask for it, running waves and patches that failed. It is derived from what the store holds, with keys that follow from it: however
/// often this runs, and wherever it was interrupted, each message exists once.
/// </summary>
/// <param name="approvals">Plans and decisions.</param>
/// <param name="policy">Ways out, escalation, and who holds which role.</param>
public sealed class NoticeCollector(StoredApprovals approvals, PatchPolicy policy)
{
    private static readonly TimeSpan OldNews = TimeSpan.FromDays(1);

    public async Task<IReadOnlyList<OutboxMessage>> CollectAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var messages = new List<OutboxMessage>();
        if (policy.Notifications.Sinks.Count == 0) return messages;
        foreach (var plan in approvals.Catalogue.Plans())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (plan.End > now && approvals.Check(plan, now) is null)
            {
                if (plan.Waves.Count > 0) Add(OutboxKind.ChangeTicket, plan, "change management", [], now, $"Change: {plan.Name}", Ticket(plan), "");
                foreach (var notice in plan.Notices) Add(OutboxKind.PlanNotice, plan, notice.Audience, notice.Recipients, notice.At, notice.Subject, notice.Text, "");
            }
            foreach (var missing in approvals.Missing(plan, now))
            {
                var starts = plan.Waves.Min(w => w.Start);
                var (reminder, escalation) = (plan.Created + policy.Approvals.Escalation.RemindAfter, starts - policy.Approvals.Escalation.Before);
                var subject = FormattableString.Invariant($"Approval missing: {plan.Name} by {missing.Role}, first start {starts:u}");
                var text = FormattableString.Invariant($"Plan {plan.Id} of {plan.Author} waits for {missing.Quorum - missing.Given} of {missing.Quorum} approvals by {missing.Role}: {missing.Because}. Its first host starts at {starts:u}; without them it does not run.\nSee it with Get-PatchApproval {plan.Id}; approve it with Approve-PatchPlan {plan.Id} -As {missing.Role}, or Deny-PatchPlan.\n");
                if (reminder <= now) Add(OutboxKind.ApprovalMissing, plan, missing.Role, Holders(missing.Role), now, subject, text, $"{missing.Role}/reminder");
                if (escalation <= now && policy.Approvals.Escalation.To.Count > 0) Add(OutboxKind.ApprovalMissing, plan, "escalation", policy.Approvals.Escalation.To, now, subject, text, $"{missing.Role}/escalation");
            }
            foreach (var status in await approvals.StatusAsync(plan, now, cancellationToken).ConfigureAwait(false))
            {
                if (status.State != ApprovalState.ReviewOverdue) continue;
                Add(OutboxKind.ReviewOverdue, plan, status.Role, [], now, FormattableString.Invariant($"Overdue since {status.Due:u}: review of {plan.Name} by {status.Role}"),
                    FormattableString.Invariant($"Plan {plan.Id} changed hosts on the emergency path. Its review by {status.Role} was due at {status.Due:u}: {status.Because}.\n"), status.Role);
            }
            if (!policy.Notifications.Sinks.Any(s => s.Takes(OutboxKind.WaveUpdate))) continue;
            await foreach (var update in WaveUpdates.OfAsync(approvals.Journal, plan, now, cancellationToken).ConfigureAwait(false))
                Add(OutboxKind.WaveUpdate, plan, "operations", [], update.At, update.Subject, update.Text, FormattableString.Invariant($"{update.Wave}/{update.Sequence}"));
        }
        if (policy.Notifications.Sinks.Any(s => s.Takes(OutboxKind.VendorNotice)))
        {
            foreach (var notice in VendorNotices.Of(approvals.Catalogue, now))
                Put(OutboxKind.VendorNotice, notice.About, notice.Vendor, policy.Notifications.ManagersOf(notice.Vendor), notice.At, notice.Subject, notice.Text, notice.Vendor);
        }
        return messages;

        void Add(OutboxKind kind, PatchPlan plan, string audience, IReadOnlyList<string> recipients, DateTimeOffset at, string subject, string text, string part)
            => Put(kind, plan.Id, audience, recipients, at, subject, text, kind == OutboxKind.PlanNotice ? audience : part);

        void Put(OutboxKind kind, string about, string audience, IReadOnlyList<string> recipients, DateTimeOffset at, string subject, string text, string part)
        {
            foreach (var sink in policy.Notifications.Sinks.Where(s => s.Takes(kind)))
            {
                messages.Add(new OutboxMessage
                {
                    Key = $"{kind}/{about}/{part}/{sink.Name}", Kind = kind, Sink = sink.Name, PlanId = about, Audience = audience, Recipients = recipients,
                    Subject = subject, Text = text, NotBefore = at, Next = at,
                });
            }
        }
    }

    /// <summary>Why a message must not be sent any more; null where it may.</summary>
    public string? WhyWithdrawn(OutboxMessage message, DateTimeOffset now)
    {
        if (message.Kind == OutboxKind.ReviewOverdue) return null;
        if (message.Kind == OutboxKind.WaveUpdate) return message.NotBefore + OldNews < now ? "it is a day old" : null;
        if (message.Kind == OutboxKind.VendorNotice)
            return message.NotBefore + VendorNotices.Fresh < now ? "it is old" : approvals.Catalogue.Investigations().FirstOrDefault(i => i.Id == message.PlanId) is { IsOpen: false } ? "its investigation is closed" : null;
        if (approvals.Catalogue.Plan(message.PlanId) is not { } plan) return "its plan is no longer in the store";
        if (plan.End <= now) return "its plan is over";
        if (message.Kind == OutboxKind.ApprovalMissing) return approvals.Missing(plan, now).Any(m => message.Key.Contains($"/{m.Role}/", StringComparison.Ordinal)) ? null : "the approval is no longer missing";
        return approvals.Check(plan, now)?.Message;
    }

    /// <summary>Accounts that hold a role; certificates cannot be written to.</summary>
    private IReadOnlyList<string> Holders(string role) =>
        [.. policy.Planning.Roles.Where(r => r.Key.Equals(role, StringComparison.OrdinalIgnoreCase)).SelectMany(r => r.Value).Where(h => !h.Contains('=', StringComparison.Ordinal) && !h.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase))];

    /// <summary>A plan as a change record in the canonical columns.</summary>
    private static string Ticket(PatchPlan plan) => CanonicalJson.Of(
        ("Id", plan.Id), ("Type", "Patch"), ("Category", plan.Category?.ToString() ?? (plan.Emergency ? "Emergency" : "Normal")), ("Status", "Approved"), ("Risk", plan.Risk?.ToString()),
        ("ConfigurationItems", plan.Waves.SelectMany(w => w.Hosts).Select(h => h.Asset).Distinct(StringComparer.Ordinal).ToList()),
        ("PlannedStart", plan.Waves.Min(w => w.Start)), ("PlannedEnd", plan.Waves.Max(w => w.End)),
        ("Patches", plan.Waves.SelectMany(w => w.Hosts).SelectMany(h => h.Patches).Select(p => p.Patch).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()), ("Problem", null));
}
