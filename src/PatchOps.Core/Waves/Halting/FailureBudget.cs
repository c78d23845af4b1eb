using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.Halting;

/// <summary>How many hosts may still fail. A host reserves one failure before it is dispatched, so the number cannot be exceeded.</summary>
/// <remarks>
/// The budget is the smallest of all limits. A share of the wave also holds for its ring: shares that are rounded down never add up to more than the whole's. A limit below one host would forbid every dispatch, so it means one at a time:
/// the first failure halts. Invariant: failures + hosts in flight ≤ <see cref="Limit"/>.
/// </remarks>
public sealed class FailureBudget
{
    private readonly int? consecutive;

    public FailureBudget(HaltRule rule, int hosts, int? consecutive = null)
    {
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfLessThan(hosts, 1);
        Tolerated = Math.Min(rule.MaxFailures, Share(rule.MaxFailurePercent, hosts));
        Limit = Math.Max(1, Tolerated);
        if (consecutive is { } row) ArgumentOutOfRangeException.ThrowIfLessThan(row, 1, nameof(consecutive));
        this.consecutive = consecutive;
    }

    /// <summary>Failures that the rule tolerates.</summary>
    public int Tolerated { get; }

    /// <summary>Failures that can happen at all: never more than this.</summary>
    public int Limit { get; }

    /// <summary>Hosts that may be dispatched now.</summary>
    /// <param name="failures">Hosts that failed.</param>
    /// <param name="inRow">Hosts that failed in a row, up to the last one that finished.</param>
    /// <param name="inFlight">Hosts dispatched and not finished: each may yet fail.</param>
    public int Free(int failures, int inRow, int inFlight)
    {
        var free = Limit - failures - inFlight;
        if (consecutive is { } row) free = Math.Min(free, row - inRow - inFlight);
        return Math.Max(0, free);
    }

    /// <summary>Why nothing will ever be admitted again, or null while hosts in flight may still give their reservation back.</summary>
    public string? Exhausted(int failures, int inRow)
    {
        if (failures >= Limit)
            return string.Create(CultureInfo.InvariantCulture, $"{Hosts(failures)} failed; the halt rule allows {Tolerated}.");
        if (consecutive is { } row && inRow >= row)
            return string.Create(CultureInfo.InvariantCulture, $"{Hosts(inRow)} failed in a row; the halt rule allows fewer than {row}.");
        return null;
    }

    internal static string Hosts(int count) => count == 1 ? "1 host" : string.Create(CultureInfo.InvariantCulture, $"{count} hosts");

    // Rounded down: 10 % of 19 hosts tolerates one failure, not two. The small addend keeps 7 % of 100 from becoming 6.999….
    private static int Share(double percent, int hosts) => (int)Math.Floor((percent * hosts / 100) + 1e-9);
}
