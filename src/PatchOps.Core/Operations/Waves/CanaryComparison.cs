using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Core.Waves.Canary;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

/// <summary>Compares the hosts of the wave before with hosts that are not patched yet, over its bake time. Not enough data is no pass.</summary>
internal static class CanaryComparison
{
    private const int MostHosts = 60;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    /// <returns>Null where nothing is compared or nothing harmful was found; and what was seen, in words.</returns>
    public static async Task<(Failure? Failure, string? Seen)> CheckAsync(WaveParts parts, PatchPlan plan, int number, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = plan.Waves.Where(w => w.Number < number).MaxBy(w => w.Number);
        if (before?.Conduct?.Canary is not { } rule || before.Stage != plan.Waves.First(w => w.Number == number).Stage) return (null, null);
        var runs = await WaveHistory.RunsAsync(parts.Journal, new WaveDefinition(plan.Id, before), null, cancellationToken).ConfigureAwait(false);
        var patched = runs.Where(r => r is { State: HostState.Done, Ended: not null }).Take(MostHosts).ToList();
        var peers = plan.Waves.Where(w => w.Number >= number && w.Stage == before.Stage).SelectMany(w => w.Hosts).Take(MostHosts).ToList();
        if (patched.Count == 0) return (null, null);
        var from = patched.Max(r => r.Ended!.Value);
        var to = now < from + before.BakeTime ? now : from + before.BakeTime;
        var assets = parts.Catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal);
        var source = parts.Metrics(new Uri(rule.Server));
        try
        {
            var metrics = new List<CanaryMetric>();
            foreach (var metric in rule.Metrics)
            {
                var (of, failure) = await SeriesAsync(source, metric, patched.Select(p => p.Asset), assets, from, to, cancellationToken).ConfigureAwait(false);
                if (failure is not null) return (failure, null);
                (var others, failure) = await SeriesAsync(source, metric, peers.Select(p => p.Asset), assets, from, to, cancellationToken).ConfigureAwait(false);
                if (failure is not null) return (failure, null);
                metrics.Add(new CanaryMetric(metric.Name, of, others, metric.Harmful));
            }
            var result = CanaryAnalysis.Compare(metrics, new CanaryOptions { Level = rule.Level });
            var seen = string.Join("; ", result.Metrics.Select(m => $"{m.Name}: {m.Verdict}, {m.Reason}"));
            return result.Verdict switch
            {
                CanaryVerdict.Pass => (null, seen),
                CanaryVerdict.Fail => (new Failure("CanaryHarmful", FailureKind.Refused, $"The hosts of wave {before.Number} of plan {plan.Id} fare worse than their peers: {seen}", plan.Id,
                    $"Look at them, take the wave back with Undo-PatchWave {plan.Id} {before.Number}, or go on with -AcceptCanary, which is recorded."), seen),
                _ => (new Failure("CanaryUnclear", FailureKind.Refused, $"There is not enough data to compare the hosts of wave {before.Number} of plan {plan.Id} with their peers: {seen}", plan.Id,
                    "Wait for more data, or go on with -AcceptCanary, which is recorded."), seen),
            };
        }
        finally
        {
            (source as IDisposable)?.Dispose();
        }
    }

    /// <summary>One series per host that has one; the first where a query gives several.</summary>
    private static async Task<(List<IReadOnlyList<double>> Series, Failure? Failure)> SeriesAsync(
        IMetricSource source, CanaryMetricRule metric, IEnumerable<string> hosts, Dictionary<string, Asset> assets, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var series = new List<IReadOnlyList<double>>();
        foreach (var id in hosts)
        {
            if (!assets.TryGetValue(id, out var asset)) continue;
            var query = metric.Query.Replace("{host}", asset.Address ?? asset.Name, StringComparison.OrdinalIgnoreCase).Replace("{name}", asset.Name, StringComparison.OrdinalIgnoreCase);
            var answer = await source.RangeAsync(query, from, to, Step, cancellationToken).ConfigureAwait(false);
            if (answer.Failure is { } failure) return (series, failure);
            if (answer.Series.Count > 0) series.Add([.. answer.Series[0].Points.Select(p => p.Value)]);
        }
        return (series, null);
    }
}
