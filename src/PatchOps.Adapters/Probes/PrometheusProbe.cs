using System.Globalization;
using System.Text.RegularExpressions;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Probes;

/// <summary>What a Prometheus probe asks and what it expects, as policy writes it: <c>SERVER QUERY =&gt; below 0.05</c>, <c>… =&gt; at most 1.2 x before</c>.</summary>
public sealed partial record PrometheusExpectation
{
    private PrometheusExpectation(Uri server, string query, bool highest, double limit, bool before) =>
        (Server, Query, Highest, Limit, Before) = (server, query, highest, limit, before);

    public Uri Server { get; }

    /// <summary>PromQL.</summary>
    public string Query { get; }

    /// <summary>True: the limit may not be exceeded. False: it may not be missed.</summary>
    public bool Highest { get; }

    /// <summary>In the metric's own measure, or as a factor where <see cref="Before"/>.</summary>
    public double Limit { get; }

    /// <summary>Compare the mean since the change with the mean before it.</summary>
    public bool Before { get; }

    /// <exception cref="FormatException">The text is not of that form; the message says what lacks.</exception>
    public static PrometheusExpectation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.LastIndexOf("=>", StringComparison.Ordinal);
        if (at < 0) throw new FormatException("write SERVER QUERY => below N, above N, at most N x before, or at least N x before");
        var words = text[..at].Trim().Split(' ', 2);
        if (words.Length != 2 || words[1].Trim().Length == 0 || !Uri.TryCreate(words[0], UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            throw new FormatException("before => stand the server's http address and the query");
        var rule = Rule().Match(text[(at + 2)..].Trim());
        if (!rule.Success) throw new FormatException("after => stands below N, above N, at most N x before, or at least N x before");
        var relative = rule.Groups["factor"].Success;
        var number = double.Parse(rule.Groups[relative ? "factor" : "limit"].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
        return new PrometheusExpectation(server, words[1].Trim(), rule.Groups["high"].Success, number, relative);
    }

    [GeneratedRegex(@"^(?:(?:(?<high>below)|above) (?<limit>-?[0-9.]+(?:e-?[0-9]+)?)|at (?:(?<high>most)|least) (?<factor>[0-9.]+) x before)$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Rule();
}

/// <summary>Asks a metric: its present value against a limit, or its mean since the change against the mean before it.</summary>
/// <remarks>The worst of several series counts. No series, or too few points, is unknown and so not healthy.</remarks>
public sealed class PrometheusProbe : IBaselineProbe, IDisposable
{
    private static readonly TimeSpan Past = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    private readonly PrometheusExpectation _expect;
    private readonly IMetricSource _source;
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private DateTimeOffset? _changed;

    /// <param name="name">The policy's name for it.</param>
    /// <param name="expect">What is asked and expected.</param>
    /// <param name="source">Where; disposed with the probe where it can be.</param>
    /// <param name="time">The clock that says what is before and after.</param>
    /// <param name="deadline">Bounds one reading.</param>
    public PrometheusProbe(string name, PrometheusExpectation expect, IMetricSource source, TimeProvider time, TimeSpan deadline)
    {
        Name = name;
        _expect = expect ?? throw new ArgumentNullException(nameof(expect));
        _source = source ?? throw new ArgumentNullException(nameof(source));
        _time = time;
        _deadline = deadline;
    }

    /// <summary>Points on either side below which nothing is compared.</summary>
    public int MinimumPoints { get; init; } = 3;

    public string Name { get; }

    public void Dispose() => (_source as IDisposable)?.Dispose();

    public async Task<BaselineMark> MarkAsync(IHostTransport host, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (_expect.Before)
        {
            // A comparison that cannot be made afterwards is better known before anything is changed.
            var past = await _source.RangeAsync(_expect.Query, now - Past, now, Step, cancellationToken).ConfigureAwait(false);
            if (past.Failure is { } failure) return new BaselineMark(null, failure);
        }
        var text = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        Use(text);
        return new BaselineMark(text, null);
    }

    public void Use(string mark)
    {
        if (long.TryParse(mark, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)) _changed = DateTimeOffset.FromUnixTimeMilliseconds(ticks);
    }

    public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken) =>
        ProbeClock.ReadAsync(Name, _deadline, token => _expect.Before ? CompareAsync(token) : LimitAsync(token), cancellationToken);

    private async Task<HealthReading> LimitAsync(CancellationToken cancellationToken)
    {
        var answer = await _source.AtAsync(_expect.Query, _time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } failure) return ProbeClock.Reading(HealthStatus.Unknown, failure.Message);
        var values = answer.Series.SelectMany(s => s.Points).Select(p => p.Value).ToArray();
        if (values.Length == 0) return ProbeClock.Reading(HealthStatus.Unknown, $"{_expect.Query} has no value");
        return Judge(_expect.Highest ? values.Max() : values.Min(), _expect.Limit, "");
    }

    private async Task<HealthReading> CompareAsync(CancellationToken cancellationToken)
    {
        if (_changed is not { } changed) return ProbeClock.Reading(HealthStatus.Unknown, "the time of the change is not known");
        var before = await _source.RangeAsync(_expect.Query, changed - Past, changed, Step, cancellationToken).ConfigureAwait(false);
        var after = await _source.RangeAsync(_expect.Query, changed + Step, _time.GetUtcNow(), Step, cancellationToken).ConfigureAwait(false);
        if ((before.Failure ?? after.Failure) is { } failure) return ProbeClock.Reading(HealthStatus.Unknown, failure.Message);
        HealthReading? worst = null;
        foreach (var series in after.Series)
        {
            var past = before.Series.FirstOrDefault(s => s.Labels == series.Labels);
            if (past is null || past.Points.Count < MinimumPoints || series.Points.Count < MinimumPoints) continue;
            var mean = past.Points.Average(p => p.Value);
            var reading = Judge(series.Points.Average(p => p.Value), _expect.Limit * mean, FormattableString.Invariant($" ({mean:0.####} before)"));
            if (worst is null || reading.Status == HealthStatus.Unhealthy) worst = reading;
        }
        return worst ?? ProbeClock.Reading(HealthStatus.Unknown, FormattableString.Invariant($"{_expect.Query} has fewer than {MinimumPoints} points before or after the change"));
    }

    private HealthReading Judge(double value, double limit, string note)
    {
        var good = _expect.Highest ? value <= limit : value >= limit;
        return ProbeClock.Reading(good ? HealthStatus.Healthy : HealthStatus.Unhealthy,
            FormattableString.Invariant($"{_expect.Query} is {value:0.####}{note}, {(_expect.Highest ? "at most" : "at least")} {limit:0.####} wanted"), value);
    }
}
