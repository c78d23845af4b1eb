using System.Diagnostics;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Probes;

/// <summary>Gives every probe the same end: its own deadline, and a reading whatever happens.</summary>
internal static class ProbeClock
{
    public static async Task<HealthReading> ReadAsync(
        string name, TimeSpan deadline, Func<CancellationToken, Task<HealthReading>> look, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            var reading = await look(limit.Token).ConfigureAwait(false);
            return reading with { Probe = name, Elapsed = watch.Elapsed };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthReading(name, HealthStatus.Unknown, FormattableString.Invariant($"no answer within {deadline.TotalSeconds:0.#} s"), watch.Elapsed);
        }
    }

    public static HealthReading Reading(HealthStatus status, string detail, double? value = null) => new("", status, detail, TimeSpan.Zero) { Value = value };

    /// <summary>A command's outcome that is no answer at all: unknown, never healthy.</summary>
    public static HealthReading? NoAnswer(CommandResult result) =>
        result.Fate == CommandFate.Finished ? null : Reading(HealthStatus.Unknown, result.Failure!.Message);

    /// <summary>The first line of an output, short enough for a table.</summary>
    public static string FirstLine(string text)
    {
        var line = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        return line.Length <= 200 ? line : line[..200] + "…";
    }
}
