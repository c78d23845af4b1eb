using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PatchOps.Core.Governance.Notices;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Notices;

/// <summary>Makes ways out from the policy's rules. Every way carries the same JSON.</summary>
internal static class NoticeSinks
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new JsonStringEnumConverter() } };

    public static INoticeSink Make(NoticeSinkRule rule) => rule.Kind switch
    {
        NoticeSinkKind.File => new FileSink(rule.Target[0]),
        NoticeSinkKind.Webhook => new WebhookSink(rule),
        NoticeSinkKind.Command => new CommandSink(rule.Target),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Kind, "No such sink."),
    };

    public static string Write(OutboxMessage message) =>
        JsonSerializer.Serialize(new { message.Key, message.Kind, message.PlanId, message.Audience, message.Recipients, message.Subject, message.Text, message.NotBefore }, Json) + "\n";
}

/// <summary>One file a message, whole or not at all; delivered again it is the same file.</summary>
internal sealed class FileSink(string folder) : INoticeSink
{
    public async Task<DeliveryResult> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Names of people's making stay inside the folder; the hash keeps two that look alike apart.
            var plain = new string([.. message.Key.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_').Take(120)]);
            var path = Path.Combine(folder, $"{plain}-{Core.Governance.AuditChain.HashOf(message.Key)[..8]}.json");
            var draft = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
            await File.WriteAllTextAsync(draft, NoticeSinks.Write(message), cancellationToken).ConfigureAwait(false);
            File.Move(draft, path, overwrite: true);
            return DeliveryResult.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DeliveryResult.Later(e.Message.TrimEnd('.'));
        }
    }
}

/// <summary>HTTP POST; the key goes along as <c>Idempotency-Key</c>. Redirects are not followed.</summary>
internal sealed class WebhookSink(NoticeSinkRule rule) : INoticeSink
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(30) };

    public async Task<DeliveryResult> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(rule.Target[0], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return DeliveryResult.Refused($"the sink '{rule.Name}' has no http or https URL");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(NoticeSinks.Write(message), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", Uri.EscapeDataString(message.Key));
        if (rule.TokenVariable is { } variable)
        {
            if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } token) return DeliveryResult.Later($"the environment variable {variable} with the token of '{rule.Name}' is not set");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        try
        {
            using var response = await Client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var reason = FormattableString.Invariant($"{rule.Name} answered {(int)response.StatusCode} {response.ReasonPhrase}");
            return response.IsSuccessStatusCode ? DeliveryResult.Done
                : (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? DeliveryResult.Later(reason)
                : DeliveryResult.Refused(reason);
        }
        catch (HttpRequestException e)
        {
            return DeliveryResult.Later(e.Message.TrimEnd('.'));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryResult.Later($"{rule.Name} did not answer within 30 s");
        }
    }
}

/// <summary>A program that gets the JSON on its standard input and the key in <c>PATCHOPS_MESSAGE_KEY</c>; exit code 0 means that it has it.</summary>
internal sealed class CommandSink(IReadOnlyList<string> command) : INoticeSink
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public async Task<DeliveryResult> DeliverAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        start.Environment["PATCHOPS_MESSAGE_KEY"] = message.Key;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Deadline);
        Process? process = null;
        try
        {
            process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            await FeedAsync(process, NoticeSinks.Write(message)).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            await output.ConfigureAwait(false);
            var said = (await error.ConfigureAwait(false)).Trim();
            return process.ExitCode == 0 ? DeliveryResult.Done : DeliveryResult.Later(FormattableString.Invariant($"'{command[0]}' ended with exit code {process.ExitCode}{(said.Length == 0 ? "" : ": " + said[..Math.Min(said.Length, 300)])}"));
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return DeliveryResult.Later($"'{command[0]}' could not be started: {e.Message.TrimEnd('.')}");
        }
        catch (OperationCanceledException)
        {
            process?.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return DeliveryResult.Later($"'{command[0]}' did not end within {Deadline.TotalSeconds:0} s");
        }
        finally
        {
            process?.Dispose();
        }
    }

    private static async Task FeedAsync(Process process, string text)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text)).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says what that means.
        }
    }
}
