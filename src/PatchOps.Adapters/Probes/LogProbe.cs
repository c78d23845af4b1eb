using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Probes;

/// <summary>Counts the lines of a log that match a pattern (POSIX extended) and that were written since the baseline.</summary>
/// <remarks>
/// The baseline is the log's file number and length before the change; only what was written after that is read. A log that was rotated since is read
/// on in its old file (NAME.1) and from the start of the new one. Where no baseline was taken, the first reading takes it and is unknown.
/// </remarks>
public sealed class LogProbe : IBaselineProbe
{
    // Arguments: file. Answers "inode:bytes"; a log that is not there yet has none of either.
    private const string Mark = """
        [ -e "$1" ] || { echo -:0; exit 0; }
        [ -r "$1" ] && stat -Lc %i:%s -- "$1"
        """;

    // Arguments: file, pattern, inode and bytes to skip. Answers the count, or a reason.
    private const string Count = """
        f=$1 p=$2 inode=$3 skip=$4
        [ -r "$f" ] || { echo unreadable; exit 0; }
        set -- $(stat -Lc '%i %s' -- "$f")
        count() {
            n=$(tail -c +$(($2 + 1)) -- "$1" | grep -acE -e "$p")
            [ $? -le 1 ] || { echo pattern; exit 0; }
            sum=$((sum + n))
        }
        sum=0
        if [ "$inode" != "$1" ]; then
            [ ! -r "$f.1" ] || [ "$(stat -Lc %i -- "$f.1")" != "$inode" ] || count "$f.1" "$skip"
            skip=0
        fi
        [ "$skip" -le "$2" ] || skip=0
        count "$f" "$skip"
        echo "$sum"
        """;

    private readonly string _path;
    private readonly string _pattern;
    private readonly TimeSpan _deadline;
    private (string Inode, long Length)? _mark;

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

    public async Task<BaselineMark> MarkAsync(IHostTransport host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        var result = await host.RunAsync(new HostCommand(["sh", "-c", Mark, "patchops-log", _path], _deadline, elevated: true) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
        var text = result.StandardOutput.Trim();
        if (!result.Succeeded || Parse(text) is null)
        {
            return new BaselineMark(null, result.Failure ?? new Failure("LogNotRead", FailureKind.Failed,
                $"{_path} on host '{host.Host}' cannot be read: {ProbeClock.FirstLine(result.StandardError)}", _path, "Correct the probe's file in the policy, and make the plan anew with New-PatchPlan."));
        }
        Use(text);
        return new BaselineMark(text, null);
    }

    public void Use(string mark) => _mark = Parse(mark);

    public Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken) =>
        ProbeClock.ReadAsync(Name, _deadline, async token =>
        {
            if (_mark is not { } mark)
            {
                var taken = await MarkAsync(host, token).ConfigureAwait(false);
                return ProbeClock.Reading(HealthStatus.Unknown, taken.Failure?.Message ?? $"there was no baseline of {_path} from before the change; lines count from now on");
            }
            string[] arguments = ["sh", "-c", Count, "patchops-log", _path, _pattern, mark.Inode, mark.Length.ToString(CultureInfo.InvariantCulture)];
            var result = await host.RunAsync(new HostCommand(arguments, _deadline, elevated: true) { LeavesNothing = true }, token).ConfigureAwait(false);
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

    private static (string, long)? Parse(string text) =>
        text.Split(':') is [var inode, var length] && (inode == "-" || inode.All(char.IsAsciiDigit)) && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? (inode, bytes)
            : null;
}
