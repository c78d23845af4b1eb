using System.Net;
using System.Text.Json;
using PatchOps.Adapters.Store;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Tests.Plans;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Notices;

public sealed class OutboxTests : IAsyncLifetime
{
    private readonly StandingClock clock = new(NoonClock.Now);
    private PlanEstate estate = null!;
    private string policy = "";
    private string Folder => estate.Test.PathOf("spool");

    public async Task InitializeAsync()
    {
        estate = await PlanEstate.MakeAsync(clock);
        policy = Policy($"{{ name: spool, kind: File, target: [{JsonSerializer.Serialize(Folder)}] }}");
    }

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    private string Policy(string sinks) => estate.Test.Write("policy.yaml",
        $"planning: {{ notices: {{ ahead: 02:00:00, recipients: {{ Shop: [shop@example.org] }} }} }}\nnotifications: {{ sinks: [{sinks}], maxAttempts: 3, retryAfter: 00:10:00 }}\n");

    private Task<PatchPlan> PlanAsync(bool emergency = false) => estate.PlanAsync(new NewPlanRequest { Name = "November", Patch = [PlanEstate.Patch], Policy = policy, Start = clock.Now.AddDays(3), Emergency = emergency, TimeLimit = TimeSpan.Zero });

    private Task ApproveAsync(PatchPlan plan) => estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id, Policy = policy });

    private async Task<(List<OutboxMessage> Sent, List<FailedEvent> Failures, List<string> Warnings)> SendAsync(bool retry = false, Answer answer = Answer.Yes)
    {
        var (results, failures, warnings) = await estate.Test.RunAsync(new SendNotificationRequest { Policy = policy, RetryFailed = retry }, answer);
        return ([.. results.Cast<OutboxMessage>()], failures, warnings);
    }

    private async Task<List<OutboxMessage>> OutboxAsync() => [.. (await estate.Test.RunAsync(new GetOutboxRequest())).Results.Cast<OutboxMessage>()];

    [Fact]
    public async Task An_approved_plan_sends_its_ticket_at_once_and_its_notice_in_time_each_once()
    {
        var plan = await PlanAsync();
        Assert.Empty((await SendAsync()).Sent);
        await ApproveAsync(plan);
        Assert.Empty((await SendAsync(answer: Answer.WhatIf)).Failures);
        Assert.Empty(await OutboxAsync());

        Assert.Equal([OutboxKind.ChangeTicket], (await SendAsync()).Sent.Select(m => m.Kind));
        Assert.Equal([OutboxState.Delivered, OutboxState.Waiting], (await OutboxAsync()).Select(m => m.State));
        clock.Now = plan.Notices[0].At;
        var notice = Assert.Single((await SendAsync()).Sent);
        Assert.Equal(("Shop", OutboxState.Delivered), (notice.Audience, notice.State));
        Assert.Empty((await SendAsync()).Sent);

        var files = Directory.GetFiles(Folder).Select(f => JsonDocument.Parse(File.ReadAllText(f)).RootElement).ToDictionary(f => f.GetProperty("Kind").GetString()!);
        Assert.Equal(2, files.Count);
        Assert.Contains("host-1", files["PlanNotice"].GetProperty("Text").GetString());
        Assert.Equal("shop@example.org", files["PlanNotice"].GetProperty("Recipients")[0].GetString());
        using var ticket = JsonDocument.Parse(files["ChangeTicket"].GetProperty("Text").GetString()!);
        Assert.Equal(3, ticket.RootElement.GetProperty("ConfigurationItems").GetArrayLength());

        // The ticket is a change record that our own import reads, and the trail holds what was said.
        var imported = await estate.Test.RunAsync(new ImportChangeRequest { Path = [estate.Test.Write("change.json", $"[{ticket.RootElement.GetRawText()}]")] });
        Assert.Equal((1, 0), imported.Results.OfType<ImportResult>().Select(r => ((int)r.Added, (int)r.Rejected)).Single());
        var trail = (await estate.Test.RunAsync(new GetAuditRequest { Subject = plan.Id })).Results.Cast<AuditEntry>().ToList();
        Assert.Equal(2, trail.Count(e => e.Action == "MessageDelivered"));
        Assert.Contains("Fallback", trail[^1].Payload);
    }

    [Fact]
    public async Task An_outage_is_tried_again_with_growing_pauses_and_then_given_up()
    {
        // A file stands where the folder should be.
        await File.WriteAllTextAsync(Folder, "");
        await ApproveAsync(await PlanAsync());
        var first = await SendAsync();
        Assert.Equal((OutboxState.Waiting, 1, clock.Now.AddMinutes(10)), (first.Sent[0].State, first.Sent[0].Attempts, first.Sent[0].Next));
        Assert.Single(first.Warnings);
        Assert.Empty((await SendAsync()).Sent);
        clock.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(clock.Now.AddMinutes(20), Assert.Single((await SendAsync()).Sent).Next);
        clock.Now += TimeSpan.FromMinutes(20);
        var last = await SendAsync();
        Assert.Equal(OutboxState.Failed, Assert.Single(last.Sent).State);
        Assert.Equal("MessageFailed", Assert.Single(last.Failures).Failure.Code);

        File.Delete(Folder);
        clock.Now += TimeSpan.FromHours(1);
        Assert.Empty((await SendAsync()).Sent);
        Assert.Equal(OutboxState.Delivered, Assert.Single((await SendAsync(retry: true)).Sent).State);
    }

    [Fact]
    public async Task What_lost_its_ground_is_withdrawn_and_not_sent()
    {
        var plan = await PlanAsync();
        await ApproveAsync(plan);
        await SendAsync();
        await estate.Test.RunAsync(new DenyPlanRequest { PlanId = plan.Id, Policy = policy, Comment = "not now" });
        clock.Now = plan.Notices[0].At;
        var message = Assert.Single((await SendAsync()).Sent);
        Assert.Equal(OutboxState.Withdrawn, message.State);
        Assert.Contains("not now", message.Reason);
        Assert.Single(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task An_overdue_review_is_told_to_its_role()
    {
        var plan = await PlanAsync(emergency: true);
        await ApproveAsync(plan);
        await estate.RunAsync(plan, "host-1");
        clock.Now += TimeSpan.FromDays(3.1);
        Assert.Equal("ChangeManager", Assert.Single((await SendAsync()).Sent, m => m.Kind == OutboxKind.ReviewOverdue).Audience);
    }

    [Fact]
    public async Task A_missing_approval_is_told_to_its_role_and_before_the_first_start_to_those_above_each_once()
    {
        policy = estate.Test.Write("policy.yaml",
            $$"""
            planning: { roles: { ChangeManager: [tester, bob, "CN=Carol"] } }
            approvals: { escalation: { remindAfter: 1.00:00:00, before: 12:00:00, to: [cab@example.org] } }
            notifications: { sinks: [{ name: spool, kind: File, target: [{{JsonSerializer.Serialize(Folder)}}], for: [ApprovalMissing] }] }
            """);
        var plan = await PlanAsync();
        Assert.Empty((await SendAsync()).Sent);
        clock.Now += TimeSpan.FromDays(1);
        var reminder = Assert.Single((await SendAsync()).Sent);
        Assert.Equal(("ChangeManager", OutboxState.Delivered), (reminder.Audience, reminder.State));
        Assert.Equal(["tester", "bob"], reminder.Recipients);
        Assert.Contains($"Approve-PatchPlan {plan.Id}", reminder.Text);
        clock.Now = plan.Waves[0].Start.AddHours(-12).AddSeconds(-1);
        Assert.Empty((await SendAsync()).Sent);
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(["cab@example.org"], Assert.Single((await SendAsync()).Sent).Recipients);
        Assert.Empty((await SendAsync()).Sent);

        // What was decided, either way, is missing no more: also where the message waits already.
        var (approved, denied) = (await PlanAsync(), await estate.PlanAsync(new NewPlanRequest { Name = "December", Patch = [PlanEstate.Patch], Policy = policy, Start = clock.Now.AddDays(4), TimeLimit = TimeSpan.Zero }));
        await ApproveAsync(approved);
        clock.Now += TimeSpan.FromDays(1);
        Directory.Delete(Folder, recursive: true);
        await File.WriteAllTextAsync(Folder, "");
        Assert.Equal((denied.Id, OutboxState.Waiting), (await SendAsync()).Sent.Where(m => m.PlanId != plan.Id).Select(m => (m.PlanId, m.State)).Single());
        await estate.Test.RunAsync(new DenyPlanRequest { PlanId = denied.Id, Policy = policy });
        clock.Now += TimeSpan.FromHours(1);
        Assert.Equal(OutboxState.Withdrawn, Assert.Single((await SendAsync()).Sent, m => m.PlanId == denied.Id).State);
    }

    [Fact]
    public async Task A_webhook_gets_json_with_its_key_and_answers_decide()
    {
        using var server = new HttpListener();
        var port = Enumerable.Range(0, 50).Select(_ => Random.Shared.Next(20_000, 60_000)).First(p => TryStart(server, p));
        var (codes, seen) = (new Queue<int>([503, 400, 200]), new List<(string? Key, string? Token, string Body)>());
        var serving = Task.Run(async () =>
        {
            while (codes.TryDequeue(out var code))
            {
                var context = await server.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, System.Text.Encoding.UTF8);
                seen.Add((context.Request.Headers["Idempotency-Key"], context.Request.Headers["Authorization"], await reader.ReadToEndAsync()));
                context.Response.StatusCode = code;
                context.Response.Close();
            }
        });
        Environment.SetEnvironmentVariable("PATCHOPS_TEST_HOOK", "t0ken");
        policy = Policy($"{{ name: hook, kind: Webhook, target: [\"http://127.0.0.1:{port}/in\"], for: [ChangeTicket], tokenVariable: PATCHOPS_TEST_HOOK }}");
        await ApproveAsync(await PlanAsync());
        Assert.Contains("503", Assert.Single((await SendAsync()).Sent).Reason);
        clock.Now += TimeSpan.FromHours(1);
        Assert.Equal(OutboxState.Failed, Assert.Single((await SendAsync()).Sent).State);
        Assert.Equal(OutboxState.Delivered, Assert.Single((await SendAsync(retry: true)).Sent).State);
        await serving.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(seen.Select(s => s.Key).Distinct());
        Assert.All(seen, s => Assert.Equal("Bearer t0ken", s.Token));
        Assert.Equal("ChangeTicket", JsonDocument.Parse(seen[0].Body).RootElement.GetProperty("Kind").GetString());
    }

    [SkippableFact]
    public async Task A_program_reads_the_message_and_its_exit_code_decides()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs sh");
        var got = estate.Test.PathOf("got");
        policy = Policy($"{{ name: own, kind: Command, target: [sh, -c, 'cat >\"$0\"; printf %s \"$PATCHOPS_MESSAGE_KEY\" >>\"$0\"', {JsonSerializer.Serialize(got)}] }}, {{ name: bad, kind: Command, target: [sh, -c, 'echo no disk >&2; exit 3'] }}, {{ name: none, kind: Command, target: [/nonexistent] }}");
        await ApproveAsync(await PlanAsync());
        var sent = (await SendAsync()).Sent.ToDictionary(m => m.Sink);
        Assert.Equal(OutboxState.Delivered, sent["own"].State);
        Assert.EndsWith(sent["own"].Key, await File.ReadAllTextAsync(got), StringComparison.Ordinal);
        Assert.Contains("exit code 3: no disk", sent["bad"].Reason);
        Assert.Contains("could not be started", sent["none"].Reason);
    }

    [Fact]
    public async Task Without_a_sink_sending_says_so() =>
        Assert.Equal("NoSink", (await estate.Test.FailAsync(new SendNotificationRequest())).Code);

    [Fact]
    public async Task Nothing_added_is_lost_taken_twice_or_changed()
    {
        var database = Database.Open(estate.Test.PathOf("own.db"), "runs", JournalSchema.Migrations, durable: true);
        var outbox = new SqliteOutbox(database);
        OutboxMessage Message(string key, string text = "t") => new() { Key = key, Kind = OutboxKind.PlanNotice, Sink = "s", PlanId = "p", Audience = "a", Subject = "s", Text = text, NotBefore = clock.Now, Next = clock.Now };
        Assert.Equal(2, await outbox.AddAsync([Message("a"), Message("b")], default));
        Assert.Equal(1, await outbox.AddAsync([Message("a"), Message("c")], default));
        Assert.Equal("KeyConflict", (await Assert.ThrowsAsync<FailureException>(async () => await outbox.AddAsync([Message("d"), Message("a", "other")], default))).Failure.Code);
        Assert.Equal(["a", "b", "c"], outbox.Messages().Select(m => m.Key));

        var one = await outbox.ClaimAsync("one", 2, clock.Now, clock.Now.AddMinutes(1), default);
        Assert.Equal(["a", "b"], one.Select(m => m.Key));
        Assert.Equal(["c"], (await outbox.ClaimAsync("two", 9, clock.Now, clock.Now.AddMinutes(1), default)).Select(m => m.Key));
        // The first sender fell asleep; the second takes over, and the first one's word no longer counts.
        Assert.Equal(3, (await outbox.ClaimAsync("two", 9, clock.Now.AddMinutes(1), clock.Now.AddMinutes(2), default)).Count);
        Assert.False(await outbox.RecordAsync("one", one[0] with { State = OutboxState.Delivered, Next = null }, default));
        Assert.True(await outbox.RecordAsync("two", one[0] with { State = OutboxState.Delivered, Next = null }, default));
        Assert.Equal([OutboxState.Delivered, OutboxState.Waiting, OutboxState.Waiting], outbox.Messages().Select(m => m.State));
    }

    private static bool TryStart(HttpListener server, int port)
    {
        try
        {
            server.Prefixes.Clear();
            server.Prefixes.Add($"http://127.0.0.1:{port}/");
            server.Start();
            return true;
        }
        catch (HttpListenerException)
        {
            return false;
        }
    }
}
