using PatchOps.Core.Problems.Triggers;

namespace PatchOps.Core.Problems;

/// <summary>What counts as a pattern, as an old workaround and as too dear. Immutable; the defaults are the product's.</summary>
public sealed record ProblemPolicy
{
    public static ProblemPolicy Default { get; } = new();

    /// <summary>Days of incidents that candidates are made from, above 0.</summary>
    public double CandidateDays { get; init => field = Inside(value, 0, 36_500); } = 365;

    /// <summary>Incidents that a group without a problem record needs to be a candidate, 2 or more.</summary>
    public int MinimumIncidents { get; init => field = value is >= 2 and <= 1_000_000 ? value : throw OutOfRange(value); } = 5;

    /// <summary>Share of false associations between incidents and missing patches that is tolerated.</summary>
    public double FalseAssociationRate { get; init => field = Inside(value, 0, 1); } = 0.05;

    /// <summary>Days after which a workaround is debt, 0 or more.</summary>
    public double WorkaroundDays { get; init => field = value is >= 0 and < 36_500 ? value : throw OutOfRange(value); } = 90;

    /// <summary>Days over which patching, migrating and carrying on are compared, above 0.</summary>
    public double DebtHorizonDays { get; init => field = Inside(value, 0, 36_500); } = 365;

    /// <summary>Cost of replacing an asset as a share of its value. A judgement: replace it by your own figure.</summary>
    public double MigrationShare { get; init => field = value is >= 0 and <= 100 ? value : throw OutOfRange(value); } = 0.25;

    /// <summary>When a problem asks for a patch request, a workaround or a configuration change: the first rule that fits decides.</summary>
    public IReadOnlyList<TriggerRule> Triggers { get; init; } = TriggerRules.Default;

    /// <summary>Days within which vendors owe a fix, from the publication of the vulnerability, by vendor as patch ids begin (DEB, KB, RHSA …); <c>default</c> for the others.</summary>
    public IReadOnlyDictionary<string, double> VendorDays
    {
        get;
        init => field = value.All(d => d.Value >= 0 && double.IsFinite(d.Value)) ? new Dictionary<string, double>(value, StringComparer.OrdinalIgnoreCase) : throw new ArgumentException("problems.vendorDays must be numbers, 0 or more.");
    } = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase) { ["default"] = 30 };

    private static double Inside(double value, double low, double high, [System.Runtime.CompilerServices.CallerMemberName] string name = "") =>
        value > low && value < high ? value : throw new ArgumentOutOfRangeException(name, value, $"problems.{char.ToLowerInvariant(name[0])}{name[1..]} must lie between {low} and {high}.");

    private static ArgumentOutOfRangeException OutOfRange(double value, [System.Runtime.CompilerServices.CallerMemberName] string name = "") =>
        new(name, value, $"problems.{char.ToLowerInvariant(name[0])}{name[1..]} is out of range.");
}
