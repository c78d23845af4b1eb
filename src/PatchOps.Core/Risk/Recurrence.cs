using MathNet.Numerics.Distributions;

namespace PatchOps.Core.Risk;

/// <summary>Incidents and time, both weighed by age: an incident one half-life ago counts a half, and so does that day.</summary>
public readonly record struct RecurrenceEvidence(double Incidents, double Days);

/// <summary>Adds incidents up by age, one after the other; copied before the first, it serves for many items.</summary>
internal struct RecurrenceWeights
{
    private readonly long asOf;
    private readonly double observed;
    private readonly double decay;
    private readonly double days;
    private double count;

    /// <inheritdoc cref="Recurrence.Weigh"/>
    public RecurrenceWeights(DateTimeOffset observedFrom, DateTimeOffset asOf, double halfLifeDays)
    {
        this.asOf = asOf.UtcTicks;
        observed = Math.Max(0, (asOf - observedFrom).TotalDays);
        decay = Math.Log(2) / halfLifeDays;
        days = (1 - Math.Exp(-decay * observed)) / decay;
    }

    public readonly RecurrenceEvidence Evidence => new(count, days);

    /// <param name="opened">UTC ticks; outside the observed time it adds nothing.</param>
    public void Add(long opened)
    {
        var age = (double)(asOf - opened) / TimeSpan.TicksPerDay;
        if (age >= 0 && age <= observed) count += Math.Exp(-decay * age);
    }
}

/// <summary>
/// Rate of incidents of a problem on one configuration item. Gamma prior, Poisson counts, exponentially decaying weights: a power prior
/// (Ibrahim and Chen 2000) whose exponent falls with age, so the posterior stays a Gamma distribution.
/// </summary>
public static class Recurrence
{
    /// <param name="incidents">When they opened; those outside the observed time are left out.</param>
    /// <param name="observedFrom">Since when incidents of this item would have been recorded.</param>
    /// <param name="asOf">The day that is asked for; nothing later counts.</param>
    /// <param name="halfLifeDays">Above 0.</param>
    public static RecurrenceEvidence Weigh(
        IEnumerable<DateTimeOffset> incidents, DateTimeOffset observedFrom, DateTimeOffset asOf, double halfLifeDays)
    {
        var weights = new RecurrenceWeights(observedFrom, asOf, halfLifeDays);
        foreach (var opened in incidents) weights.Add(opened.UtcTicks);
        return weights.Evidence;
    }

    /// <summary>Posterior mean in incidents per day.</summary>
    public static double RatePerDay(RecurrenceEvidence evidence, RiskPolicy policy) =>
        (policy.RecurrencePriorShape + evidence.Incidents) /
        ((policy.RecurrencePriorShape / policy.RecurrencePriorPerDay) + evidence.Days);

    /// <summary>Central 95 % interval of the rate, in incidents per day.</summary>
    public static (double Low, double High) Interval(RecurrenceEvidence evidence, RiskPolicy policy)
    {
        var shape = policy.RecurrencePriorShape + evidence.Incidents;
        var rate = (policy.RecurrencePriorShape / policy.RecurrencePriorPerDay) + evidence.Days;
        return (Gamma.InvCDF(shape, rate, 0.025), Gamma.InvCDF(shape, rate, 0.975));
    }
}
