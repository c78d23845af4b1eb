namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>One item in days since the data's start, cleaned: what every design reads.</summary>
internal sealed class ItemTimeline
{
    public required string Id { get; init; }

    public required ItemUse Use { get; set; }

    /// <summary>Number of its role and environment, from 0: controls are compared within it.</summary>
    public required int Stratum { get; init; }

    /// <summary>Observed over [From, Until).</summary>
    public required double From { get; init; }

    public required double Until { get; set; }

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Start of the first deployment under test; null where there is none.</summary>
    public double? Deployed { get; set; }

    /// <summary>End of that deployment and of the washout.</summary>
    public double Settled { get; set; }

    /// <summary>False where only the problem's own incidents were gathered: it says nothing about others.</summary>
    public bool Watched { get; set; } = true;

    /// <summary>Sorted times of this problem's incidents.</summary>
    public ArraySegment<double> Symptoms { get; set; } = ArraySegment<double>.Empty;

    /// <summary>Other incidents, in order of time.</summary>
    public ArraySegment<(double At, int Category)> Others { get; set; } = ArraySegment<(double At, int Category)>.Empty;

    /// <summary>Other patches deployed about the same time.</summary>
    public IReadOnlyList<string> Beside { get; private set; } = [];

    /// <summary>Adds to <see cref="Beside"/> what is not there yet.</summary>
    public void Note(string patch)
    {
        if (!Beside.Contains(patch, StringComparer.Ordinal)) Beside = [.. Beside, patch];
    }

    public double BeforeFrom(double longest) => Math.Max(From, Deployed!.Value - longest);

    public double BeforeUntil => Math.Min(Until, Deployed!.Value);

    public double AfterFrom => Math.Max(From, Settled);

    public double AfterUntil(double longest) => Math.Min(Until, Settled + longest);

    /// <summary>Symptoms in [from, until).</summary>
    public int Count(double from, double until) => from >= until ? 0 : Before(until) - Before(from);

    private int Before(double at)
    {
        ReadOnlySpan<double> times = Symptoms;
        int low = 0, high = times.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (times[middle] < at) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
