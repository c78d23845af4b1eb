using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Domain;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>Gets documents over HTTP into files: conditional, resumed where they broke off, tried again where that may help, and never without a bound.</summary>
internal sealed class HttpFetch : IDisposable
{
    private readonly FetchSettings settings;
    private readonly TimeProvider clock;
    private readonly HttpClient client;

    public HttpFetch(FetchSettings settings, TimeProvider clock)
    {
        this.settings = settings;
        this.clock = clock;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = settings.Silence, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        if (settings.Proxy is not null) handler.Proxy = new WebProxy(settings.Proxy);
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("PatchOps/0.1");
    }

    public void Dispose() => client.Dispose();

    /// <param name="address">What to get.</param>
    /// <param name="etag">Entity tag that is known: the same again is not sent.</param>
    /// <param name="since">Modification that is known, where there is no entity tag.</param>
    /// <param name="headers">Further headers; they are sent to this host only.</param>
    /// <exception cref="FailureException"><c>FeedUnavailable</c>, <c>FeedRefused</c>, <c>FeedNotFound</c>, <c>FeedTooLarge</c>.</exception>
    public async Task<Fetched> GetAsync(Uri address, string? etag, DateTimeOffset? since, IReadOnlyDictionary<string, string>? headers, CancellationToken cancellationToken)
    {
        Tidy();
        var part = new PartialFile(Path.Combine(settings.Folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri)))[..32] + ".part"));
        using var deadline = new CancellationTokenSource(settings.Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        string reason;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                using var response = await SendAsync(address, part, etag, since, headers, either.Token).ConfigureAwait(false);
                if (response.StatusCode == HttpStatusCode.NotModified) return new Fetched(null, etag, since);
                if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    // What lies here is not a part of what is there now.
                    part.Delete();
                    reason = "the part that was kept does not fit";
                }
                else if (response.IsSuccessStatusCode)
                {
                    await SaveAsync(response, part, address, either.Token).ConfigureAwait(false);
                    return new Fetched(part.Finish(), response.Headers.ETag?.ToString(), response.Content.Headers.LastModified);
                }
                else
                {
                    reason = string.Create(CultureInfo.InvariantCulture, $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
                    asked = Retry(response);
                    if (!IsTransient(response.StatusCode) || asked > settings.LongestWait) throw Refused(address, response.StatusCode, reason, asked);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException && e is not FileNotFoundException)
            {
                reason = (e.InnerException ?? e).Message;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                if (deadline.IsCancellationRequested)
                    throw Unavailable(address, string.Create(CultureInfo.InvariantCulture, $"it was not complete after {settings.Deadline.TotalMinutes:0.#} minutes"), "Repeat Update-PatchFeed: it goes on where it stopped. Or give a longer -TimeLimit.");
                reason = string.Create(CultureInfo.InvariantCulture, $"the server was silent for {settings.Silence.TotalSeconds:0} s");
            }
            if (attempt >= settings.Attempts) throw Unavailable(address, $"{reason} ({attempt} tries)", "Check the network and -Proxy, then repeat Update-PatchFeed: it goes on where it stopped.");
            await Task.Delay(asked ?? Wait(attempt), clock, either.Token).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Uri address, PartialFile part, string? etag, DateTimeOffset? since, IReadOnlyDictionary<string, string>? headers, CancellationToken cancellationToken)
    {
        var to = address;
        for (var hop = 0; ; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, to);
            request.Headers.AcceptEncoding.ParseAdd("gzip, identity;q=0.5");
            request.Headers.Accept.ParseAdd("application/json, */*;q=0.5");
            if (part.Validator is { } validator && part.Length > 0)
            {
                request.Headers.Range = new RangeHeaderValue(part.Length, null);
                request.Headers.TryAddWithoutValidation("If-Range", validator);
            }
            else if (etag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", etag);
            else if (since is not null) request.Headers.IfModifiedSince = since;
            // A key is for the host that it was given for.
            if (headers is not null && to.Authority == address.Authority)
                foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            silence.CancelAfter(settings.Silence);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location) return response;
            response.Dispose();
            var next = location.IsAbsoluteUri ? location : new Uri(to, location);
            if (hop >= settings.Redirects) throw Unavailable(address, $"it is redirected more than {settings.Redirects} times", "Name the right address with -BaseUri.");
            if (next.Scheme != "https" && (to.Scheme == "https" || next.Scheme != "http"))
                throw Unavailable(address, $"it is redirected to '{next.GetLeftPart(UriPartial.Authority)}', which is not encrypted", "Name the right address with -BaseUri.");
            to = next;
        }
    }

    private async Task SaveAsync(HttpResponseMessage response, PartialFile part, Uri address, CancellationToken cancellationToken)
    {
        var goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == part.Length && part.Length > 0;
        if (response.StatusCode == HttpStatusCode.PartialContent && !goesOn)
        {
            part.Delete();
            throw new IOException("the server sent another part than was asked for");
        }
        // Only a strong validator says that two parts are of one whole.
        var etag = response.Headers.ETag is { IsWeak: false } strong ? strong.ToString() : null;
        await using var file = part.Open(goesOn, etag ?? response.Content.Headers.LastModified?.ToString("R", CultureInfo.InvariantCulture));
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[128 << 10];
        while (true)
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            silence.CancelAfter(settings.Silence);
            var read = await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
            if (read == 0) return;
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            if (file.Length <= settings.MaximumBytes) continue;
            await file.DisposeAsync().ConfigureAwait(false);
            part.Delete();
            throw new FailureException("FeedTooLarge", FailureKind.InvalidInput, $"'{address}' is larger than {settings.MaximumBytes} bytes; downloading stopped.", address.AbsoluteUri, "Check the address.");
        }
    }

    /// <summary>What nobody came back for within a week is not worth its place.</summary>
    private void Tidy()
    {
        foreach (var file in Directory.CreateDirectory(settings.Folder).EnumerateFiles())
            if (clock.GetUtcNow() - file.LastWriteTimeUtc > TimeSpan.FromDays(7)) file.Delete();
    }

    private TimeSpan Wait(int attempt) => settings.FirstWait * Math.Pow(2, attempt - 1) * (0.5 + Random.Shared.NextDouble());

    private TimeSpan? Retry(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } wait } => wait,
        { Date: { } date } => date > clock.GetUtcNow() ? date - clock.GetUtcNow() : TimeSpan.Zero,
        _ => null,
    };

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static FailureException Refused(Uri address, HttpStatusCode status, string reason, TimeSpan? asked) => status switch
    {
        HttpStatusCode.NotFound or HttpStatusCode.Gone => new("FeedNotFound", FailureKind.NotFound, $"'{address}': {reason}.", address.AbsoluteUri, "Check -Source and -BaseUri."),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired =>
            new("FeedRefused", FailureKind.Refused, $"'{address}': {reason}.", address.AbsoluteUri, "Check the key in $NVD_API_KEY, the proxy and its rights, then repeat Update-PatchFeed."),
        _ => Unavailable(address, asked is null ? reason : string.Create(CultureInfo.InvariantCulture, $"{reason} and asks to wait for {asked.Value.TotalMinutes:0.#} minutes"), "Repeat Update-PatchFeed later."),
    };

    private static FailureException Unavailable(Uri address, string reason, string remedy) =>
        new("FeedUnavailable", FailureKind.Unavailable, $"'{address}' could not be fetched: {reason}.", address.AbsoluteUri, remedy);
}
