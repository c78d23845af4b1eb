namespace PatchOps.Core.Effectiveness;

/// <summary>What counts as proof. Immutable; the defaults are the product's.</summary>
public sealed record EffectivenessPolicy
{
    public static EffectivenessPolicy Default { get; } = new();

    /// <summary>Smallest useful reduction of the rate, above 0 and below 1.</summary>
    public double MinimumReduction { get; init => field = Inside(value, 0, 1); } = 0.25;

    /// <summary>Confidence of the intervals, above 0.5 and below 1.</summary>
    public double Confidence { get; init => field = Inside(value, 0.5, 1); } = 0.95;

    /// <summary>Posterior probability of a useful reduction that Effective needs.</summary>
    public double RequiredProbability { get; init => field = Inside(value, 0.5, 1); } = 0.9;

    /// <summary>Longest baseline per item, days.</summary>
    public double BeforeDays { get; init => field = Inside(value, 0, 36_500); } = 180;

    /// <summary>Longest observation after deployment per item, days.</summary>
    public double AfterDays { get; init => field = Inside(value, 0, 36_500); } = 365;

    /// <summary>Days after a deployment that count neither before nor after: restarts and reports of the change itself.</summary>
    public double WashoutDays { get; init => field = value is >= 0 and < 366 ? value : throw OutOfRange(value); } = 1;

    /// <summary>Another patch within so many days on the same item cannot be told apart.</summary>
    public double ConfoundingDays { get; init => field = value is >= 0 and < 366 ? value : throw OutOfRange(value); } = 7;

    /// <summary>Whether Effective is withheld where another patch was deployed beside the one under test on most of the items.</summary>
    public bool WithholdWhenConfounded { get; init; } = true;

    /// <summary>Share of false discoveries tolerated in a list of tests.</summary>
    public double FalseDiscoveryRate { get; init => field = Inside(value, 0, 1); } = 0.05;

    /// <summary>How far ahead a verdict is looked for, days.</summary>
    public int HorizonDays { get; init => field = value is > 0 and <= 36_500 ? value : throw OutOfRange(value); } = 3650;

    internal double Alpha => 1 - Confidence;

    private static double Inside(double value, double low, double high, [System.Runtime.CompilerServices.CallerMemberName] string name = "") =>
        value > low && value < high ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie between {low} and {high}.");

    private static ArgumentOutOfRangeException OutOfRange(double value, [System.Runtime.CompilerServices.CallerMemberName] string name = "") =>
        new(name, value, $"{name} is out of range.");
}
