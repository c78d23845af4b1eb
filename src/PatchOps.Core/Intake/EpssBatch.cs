namespace PatchOps.Core.Intake;

/// <summary>Some rows of one EPSS day, by column: an object per row would cost more than reading it.</summary>
public sealed record EpssBatch : FeedRecord
{
    /// <exception cref="ArgumentException">The columns differ in length.</exception>
    public EpssBatch(DateOnly date, string? model, string[] cves, double[] probabilities, double[] percentiles)
        : base("epss", date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))
    {
        if (cves.Length != probabilities.Length || cves.Length != percentiles.Length) throw new ArgumentException("Columns must be equally long.");
        Date = date;
        Model = model;
        Cves = cves;
        Probabilities = probabilities;
        Percentiles = percentiles;
    }

    /// <summary>The day that the scores are for.</summary>
    public DateOnly Date { get; }

    /// <summary>Model version such as <c>v2025.03.14</c>; null where the file does not say.</summary>
    public string? Model { get; }

    public string[] Cves { get; }

    /// <summary>Chance of exploitation somewhere within 30 days, 0 to 1.</summary>
    public double[] Probabilities { get; }

    /// <summary>Share of vulnerabilities scored the same or lower, 0 to 1.</summary>
    public double[] Percentiles { get; }

    public override int Items => Cves.Length;
}
