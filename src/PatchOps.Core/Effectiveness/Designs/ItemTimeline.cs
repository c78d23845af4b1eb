namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>One item in days since the data's start, cleaned: what every design reads.</summary>
internal sealed class ItemTimeline
{
    public required string Id { get; init; }

    public required ItemUse Use { get; set; }

    /// <summary>Role and environment: controls are compared within it.</summary>
    public required string Stratum { get; init; }

    /// <summary>Observed over [From, Until).</summary>
    public required double From { get; init; }

    public required double Until { get; init; }

    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Start of the first deployment under test; null where there is none.</summary>
    public double? Deployed { get; set; }

    /// <summary>End of that deployment and of the washout.</summary>
    public double Settled { get; set; }

    /// <summary>Sorted times of this problem's incidents.</summary>
    public List<double> Symptoms { get; } = [];

    /// <summary>Other incidents, in order of time.</summary>
    public List<(double At, int Category)> Others { get; } = [];

    /// <summary>Other patches deployed about the same time.</summary>
    public List<string> Beside { get; } = [];

    public double BeforeFrom(double longest) => Math.Max(From, Deployed!.Value - longest);

    public double BeforeUntil => Math.Min(Until, Deployed!.Value);

    public double AfterFrom => Math.Max(From, Settled);

    public double AfterUntil(double longest) => Math.Min(Until, Settled + longest);

    /// <summary>Symptoms in [from, until).</summary>
    public int Count(double from, double until) => from >= until ? 0 : Before(until) - Before(from);

    private int Before(double at)
    {
        int low = 0, high = Symptoms.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Symptoms[middle] < at) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
