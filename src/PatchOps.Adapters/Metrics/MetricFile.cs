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
            var series = new SortedDictionary<string, List<(DateTimeOffset, double)>>(StringComparer.OrdinalIgnoreCase);
            var rejected = new List<Failure>();
            var number = 0;
            foreach (var one in result.EnumerateArray())
            {
                number++;
                var samples = Of(series, Label(one));
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
            if (number == 0) throw Empty(path);
            return (Sorted(series), rejected);
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

    /// <summary>The instance without its port, as hosts are named; all labels where there is none.</summary>
    private static string Label(JsonElement one)
    {
        if (!one.TryGetProperty("metric", out var labels) || labels.ValueKind != JsonValueKind.Object) return "";
        if (labels.TryGetProperty("instance", out var instance) && instance.GetString() is { Length: > 0 } host)
        {
            var colon = host.LastIndexOf(':');
            return colon > 0 && host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0 && (host.IndexOf(':', StringComparison.Ordinal) == colon || host[colon - 1] == ']') ? host[..colon] : host;
        }
        return string.Join(",", labels.EnumerateObject().Where(l => l.Name != "__name__").Select(l => $"{l.Name}={l.Value}"));
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
