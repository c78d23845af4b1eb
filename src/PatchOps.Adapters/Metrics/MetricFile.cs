using System.Globalization;
using System.Text.Json;
using PatchOps.Adapters.Records;
using PatchOps.Core.Effectiveness.Metrics;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Metrics;

/// <summary>Samples from CSV or JSON rows (Time, Value and perhaps Asset), or from the answer of a Prometheus range query (<c>query_range</c>, result type matrix).</summary>
internal sealed class MetricFile : IMetricFile
{
    private const string Remedy = "Give CSV with the columns Time (ISO 8601) and Value, and Asset where there are several hosts; or save the answer of Prometheus' /api/v1/query_range.";

    public (IReadOnlyList<MetricSamples> Series, IReadOnlyList<Failure> Rejected) Read(string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && Prometheus(path) is { } answer) return answer;
        var series = new SortedDictionary<string, List<(DateTimeOffset, double)>>(StringComparer.OrdinalIgnoreCase);
        var rejected = new List<Failure>();
        var rows = 0;
        foreach (var row in new TabularReader().Read(path, cancellationToken))
        {
            rows++;
            if (row.Failure is { } failure) { rejected.Add(failure); continue; }
            if (row.Values.GetValueOrDefault("Time") is not { } time || row.Values.GetValueOrDefault("Value") is not { } text)
            {
                if (rows == 1 && (!row.Values.ContainsKey("Time") || !row.Values.ContainsKey("Value")))
                    throw new FailureException("MetricColumnsMissing", FailureKind.InvalidInput, $"'{path}' has no columns Time and Value, but {string.Join(", ", row.Values.Keys)}.", path, Remedy);
                rejected.Add(Invalid(row.Place, "time or value is missing"));
                continue;
            }
            if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                rejected.Add(Invalid(row.Place, $"'{time}' is no time"));
            else if (!Number(text, out var value))
                rejected.Add(Invalid(row.Place, $"'{text}' is no number"));
            else
                Of(series, row.Values.GetValueOrDefault("Asset") ?? "").Add((at, value));
        }
        if (rows == 0) throw Empty(path);
        return (Sorted(series), rejected);
    }

    /// <summary>Null where the file is no Prometheus answer.</summary>
    private static (IReadOnlyList<MetricSamples>, IReadOnlyList<Failure>)? Prometheus(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            int first;
            while ((first = file.ReadByte()) is ' ' or '\n' or '\r' or '\t' or 0xEF or 0xBB or 0xBF) { }
            if (first != '{') return null;
            file.Position = 0;
            using var document = JsonDocument.Parse(file);
            var root = document.RootElement;
            if (!root.TryGetProperty("status", out var status)) return null;
            if (status.GetString() != "success")
                throw new FailureException("MetricQueryFailed", FailureKind.InvalidInput,
                    $"'{path}' is the answer to a query that failed: {(root.TryGetProperty("error", out var error) ? error.ToString() : status.ToString())}.", path, "Run the query again and save a successful answer.");
            if (!root.TryGetProperty("data", out var data) || !data.TryGetProperty("resultType", out var kind) || kind.GetString() != "matrix" || !data.TryGetProperty("result", out var result))
                throw new FailureException("MetricNoRange", FailureKind.InvalidInput, $"'{path}' is a Prometheus answer, but not of a range query (resultType matrix).", path, Remedy);
            var series = new List<(Dictionary<string, string> Labels, List<(DateTimeOffset, double)> Samples)>();
            var rejected = new List<Failure>();
            var number = 0;
            foreach (var one in result.EnumerateArray())
            {
                number++;
                var samples = new List<(DateTimeOffset, double)>();
                series.Add((Labels(one), samples));
                if (!one.TryGetProperty("values", out var values)) { rejected.Add(Invalid($"{path}, series {number}", "it has no values")); continue; }
                var place = 0;
                foreach (var pair in values.EnumerateArray())
                {
                    place++;
                    if (pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2 && pair[0].TryGetDouble(out var seconds) && Math.Abs(seconds) < 1e11 && Number(pair[1].ToString(), out var value))
                        samples.Add((DateTimeOffset.UnixEpoch.AddSeconds(seconds), value));
                    else
                        rejected.Add(Invalid($"{path}, series {number}, sample {place}", $"{pair} is no [seconds, value]"));
                }
            }
            if (number == 0) throw new FailureException("FileEmpty", FailureKind.InvalidInput, $"'{path}' holds no samples: the query matched no series in that time.", path, "Check the query's metric and labels, and its start and end (seconds since 1970 or ISO 8601, UTC).");
            return (Told(series), rejected);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // One object a line is JSON too, as rows; whoever reads those says what is wrong with them.
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(new Failure("PathUnreadable", FailureKind.Unavailable, $"'{path}' cannot be read: {e.Message}", path, "Check the file's permissions."), e);
        }
    }

    private static Dictionary<string, string> Labels(JsonElement one) =>
        one.TryGetProperty("metric", out var labels) && labels.ValueKind == JsonValueKind.Object
            ? labels.EnumerateObject().ToDictionary(l => l.Name, l => l.Value.ToString(), StringComparer.Ordinal) : new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>One series each: those of one host (its disks, modes, ports) are told apart by the labels in which they differ.</summary>
    private static List<MetricSamples> Told(List<(Dictionary<string, string> Labels, List<(DateTimeOffset, double)> Samples)> series)
    {
        var told = new SortedDictionary<string, MetricSamples>(StringComparer.Ordinal);
        foreach (var host in series.GroupBy(s => Host(s.Labels), StringComparer.OrdinalIgnoreCase))
        {
            var keys = host.SelectMany(s => s.Labels.Keys).Distinct(StringComparer.Ordinal).Where(k => host.Select(s => s.Labels.GetValueOrDefault(k)).Distinct(StringComparer.Ordinal).Skip(1).Any()).Order(StringComparer.Ordinal).ToList();
            // A single series without an instance differs from nothing: all of its labels say what it is.
            if (host.Key.Length == 0 && keys.Count == 0) keys = [.. host.First().Labels.Keys.Where(k => k != "__name__").Order(StringComparer.Ordinal)];
            foreach (var same in host.GroupBy(s => Text(s.Labels, keys), StringComparer.Ordinal))
            {
                var labels = same.First().Labels;
                var name = same.Key.Length == 0 ? host.Key : host.Key.Length == 0 ? same.Key : $"{host.Key} ({same.Key})";
                told[name] = new MetricSamples(name, [.. same.SelectMany(s => s.Samples)])
                {
                    // Where no instance says which host it is, another label may.
                    Hosts = host.Key.Length > 0 ? [host.Key] : labels.Count == 0 ? [""] : [.. labels.Where(l => l.Key != "__name__").Select(l => Bare(l.Value))],
                };
            }
        }
        return [.. told.Values];
    }

    private static string Text(Dictionary<string, string> labels, List<string> keys) =>
        string.Join(",", keys.Where(labels.ContainsKey).Select(k => k == "__name__" ? labels[k] : $"{k}={labels[k]}"));

    /// <summary>The instance as hosts are named; empty where there is none.</summary>
    private static string Host(Dictionary<string, string> labels) => labels.TryGetValue("instance", out var instance) ? Bare(instance) : "";

    /// <summary>Without a port, and an IPv6 address without its brackets.</summary>
    private static string Bare(string host)
    {
        var colon = host.LastIndexOf(':');
        if (colon > 0 && host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0 && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']')) host = host[..colon];
        return host is ['[', .., ']'] ? host[1..^1] : host;
    }

    private static bool Number(string text, out double value)
    {
        // Prometheus writes NaN, +Inf and -Inf: known samples, left out when sides are compared.
        value = text switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, _ => double.NaN };
        return text is "+Inf" or "-Inf" or "NaN" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static List<(DateTimeOffset, double)> Of(SortedDictionary<string, List<(DateTimeOffset, double)>> series, string name) =>
        series.TryGetValue(name.Trim(), out var known) ? known : series[name.Trim()] = [];

    private static List<MetricSamples> Sorted(SortedDictionary<string, List<(DateTimeOffset, double)>> series) => [.. series.Select(s => new MetricSamples(s.Key, s.Value))];

    private static Failure Invalid(string place, string why) => new("MetricSampleInvalid", FailureKind.InvalidInput, $"{place}: {why}.", place, Remedy);

    private static FailureException Empty(string path) => new("FileEmpty", FailureKind.InvalidInput, $"'{path}' holds no samples.", path, Remedy);
}
