using System.Globalization;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Probes;

/// <summary>Counts the lines of a log that match a pattern (POSIX extended) and that were written since the probe's baseline.</summary>
/// <remarks>
/// The baseline is the log's length on each host when <see cref="MarkAsync"/> was called; a log that was rotated since is read from its
/// start. Without a baseline the whole log counts.
/// </remarks>
public sealed class LogProbe : IHealthProbe
{
    // Arguments: file, pattern, bytes to skip. Answers the count, or a reason.
    private const string Script = """
        [ -r "$1" ] || { echo "unreadable"; exit 0; }
        size=$(stat -Lc %s -- "$1") skip=$3
        [ "$skip" -le "$size" ] || skip=0
        tail -c +$((skip + 1)) -- "$1" | grep -acE -e "$2"
        [ $? -le 1 ] || echo pattern
        """;

    private readonly string _path;
    private readonly string _pattern;
    private readonly TimeSpan _deadline;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long> _baseline = new(StringComparer.Ordinal);

    public LogProbe(string name, string path, string pattern, TimeSpan deadline)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        Name = name;
        _path = path;
        _pattern = pattern;
        _deadline = deadline;
    }

    public string Name { get; }

    /// <summary>Up to this many matches are healthy.</summary>
    public int DegradedAbove { get; init; }

    /// <summary>More than this many are unhealthy.</summary>
    public int UnhealthyAbove { get; init; }

    /// <summary>Takes the host's present length of the log as the baseline. False where it could not be read.</summary>
    public async Task<bool> MarkAsync(IHostTransport host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        var result = await host.RunAsync(new HostCommand(["stat", "-Lc", "%s", "--", _path], _deadline, elevated: true), cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded || !long.TryParse(result.StandardOutput.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size)) return false;
        _baseline[host.Host] = size;
        return true;
    }

    public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken) =>
        ProbeClock.ReadAsync(Name, _deadline, async token =>
        {
            var skip = _baseline.GetValueOrDefault(host.Host).ToString(CultureInfo.InvariantCulture);
            var command = new HostCommand(["sh", "-c", Script, "patchops-log", _path, _pattern, skip], _deadline, elevated: true);
            var result = await host.RunAsync(command, token).ConfigureAwait(false);
            if (ProbeClock.NoAnswer(result) is { } unknown) return unknown;
            var answer = result.StandardOutput.Trim();
            if (!int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return ProbeClock.Reading(HealthStatus.Unknown, answer == "unreadable"
                    ? $"{_path} cannot be read"
                    : $"{_path}: {ProbeClock.FirstLine(result.StandardError)}");
            }
            var status = count > UnhealthyAbove ? HealthStatus.Unhealthy : count > DegradedAbove ? HealthStatus.Degraded : HealthStatus.Healthy;
            return ProbeClock.Reading(status, FormattableString.Invariant($"{count} new lines of {_path} match '{_pattern}'"), count);
        }, cancellationToken);
}
