namespace PatchOps.Domain;

/// <summary>A key figure of patching for one group, with its interval and what it rests on.</summary>
/// <remarks>A figure that the data do not carry is null, never NaN: <see cref="N"/> says how much there was.</remarks>
public sealed record Kpi
{
    /// <summary>Such as <c>Install failure rate</c>; stable, scripts may compare it.</summary>
    public required string Name { get; init => field = Require.Text(value); }

    /// <summary>Environment, business unit, vendor, product or decision; the whole estate where nothing was asked for.</summary>
    public required string Group { get; init => field = Require.Text(value); }

    /// <summary>Name of the store, which is one tenant, so that rows of several stores can be put side by side; null where they come from none.</summary>
    public string? Tenant { get; init => field = Require.OptionalText(value); }

    /// <summary>Start of the period that counts, UTC.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of it, exclusive; figures that rest on what is open are of this day.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>In <see cref="Unit"/>; null where there are not enough data.</summary>
    public double? Value { get; init => field = Require.Finite(value); }

    /// <summary>Lower limit at 95 % confidence; null where there is no interval.</summary>
    public double? Low { get; init => field = Require.Finite(value); }

    /// <summary>Upper limit at 95 % confidence; null where there is no interval.</summary>
    public double? High { get; init => field = Require.Finite(value); }

    /// <summary>Observations behind it: deployments, assets, problems, incidents …</summary>
    public required long N { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(N), value, "N must be zero or more."); }

    /// <summary><c>%</c>, <c>days</c>, <c>hours</c>, <c>per 30 days</c>.</summary>
    public required string Unit { get; init => field = Require.Text(value); }

    /// <summary>What is counted, over what, and how the interval is made.</summary>
    public required string Definition { get; init => field = Require.Text(value); }

    /// <summary>Month by month: the largest rollouts that began in the month, patches or waves of plans, which the figure may have moved with; empty otherwise.</summary>
    public IReadOnlyList<string> Rollouts { get; init => field = Require.Names(value); } = [];

    public override string ToString() => Value is { } value
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Group}: {Name} {value:0.##} {Unit} (n = {N})")
        : $"{Group}: {Name} not enough data";
}
