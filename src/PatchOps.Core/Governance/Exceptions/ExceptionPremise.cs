using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Exceptions;

/// <summary>What a premise looks at.</summary>
public enum PremiseKind { EpssBelow, NoKev, NoIncident }

/// <summary>One condition under which an exception was granted.</summary>
/// <param name="Limit">EPSS at or above which <see cref="PremiseKind.EpssBelow"/> fails, above 0 and at most 1; 0 for the other kinds.</param>
public sealed record ExceptionPremise(PremiseKind Kind, double Limit = 0)
{
    private const string EpssPrefix = "EPSS<";

    /// <param name="text"><c>EPSS&lt;0.05</c>, <c>NoKev</c> or <c>NoIncident</c>; case and blanks do not matter.</param>
    /// <exception cref="FailureException"><c>PremiseUnknown</c>.</exception>
    public static ExceptionPremise Parse(string text)
    {
        var plain = string.Concat((text ?? "").Where(c => !char.IsWhiteSpace(c)));
        if (plain.Equals(nameof(PremiseKind.NoKev), StringComparison.OrdinalIgnoreCase)) return new ExceptionPremise(PremiseKind.NoKev);
        if (plain.Equals(nameof(PremiseKind.NoIncident), StringComparison.OrdinalIgnoreCase)) return new ExceptionPremise(PremiseKind.NoIncident);
        if (plain.StartsWith(EpssPrefix, StringComparison.OrdinalIgnoreCase)
            && double.TryParse(plain.AsSpan(EpssPrefix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= 1)
            return new ExceptionPremise(PremiseKind.EpssBelow, limit);
        throw new FailureException("PremiseUnknown", FailureKind.InvalidInput, $"'{text}' is no premise that can be checked.", "Premise", "Write EPSS<0.05 (a number above 0, at most 1), NoKev or NoIncident.");
    }

    /// <summary>What speaks against the premise in what is known of one vulnerability; null where nothing does. An EPSS that nobody gives breaks nothing.</summary>
    public string? BrokenBy(ThreatFacts threat) => Kind switch
    {
        PremiseKind.EpssBelow when threat.InForce && threat.Epss >= Limit => string.Create(CultureInfo.InvariantCulture, $"its premise {this} does not hold: the EPSS of {threat.Id} is {threat.Epss:0.####}"),
        PremiseKind.NoKev when threat.InForce && threat.KevAdded is { } day => string.Create(CultureInfo.InvariantCulture, $"its premise {this} does not hold: KEV lists {threat.Id} since {day:yyyy-MM-dd}"),
        _ => null,
    };

    /// <summary>What speaks against the premise in one incident of a problem that the exception leaves open; null where nothing does.</summary>
    public string? BrokenBy(Incident incident) => Kind == PremiseKind.NoIncident
        ? string.Create(CultureInfo.InvariantCulture, $"its premise {this} does not hold: incident {incident.Id} of problem {incident.Problem} was opened on {incident.Opened.UtcDateTime:yyyy-MM-dd}")
        : null;

    /// <summary>As it is stored; reads back as the same premise.</summary>
    public override string ToString() => Kind == PremiseKind.EpssBelow ? EpssPrefix + Limit.ToString(CultureInfo.InvariantCulture) : Kind.ToString();
}
