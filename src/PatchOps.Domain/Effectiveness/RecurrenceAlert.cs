namespace PatchOps.Domain;

/// <summary>State of the watch over a problem that was resolved by a patch.</summary>
public sealed record RecurrenceAlert
{
    public string? Problem { get; init => field = Require.OptionalText(value); }

    /// <summary>True once the evidence crossed its bound; it stays true.</summary>
    public bool Alarm { get; init; }

    /// <summary>When the alarm was raised; null while there is none.</summary>
    public DateTimeOffset? RaisedAt { get; init; }

    /// <summary>Most probable day on which the rate came back; null without an alarm.</summary>
    public DateTimeOffset? ChangePoint { get; init; }

    /// <summary>Incidents watched.</summary>
    public long Count { get; init; }

    /// <summary>Item-days watched.</summary>
    public double Days { get; init => field = Require.Finite(value); }

    /// <summary>Rate per item-day that is still taken for a solved problem.</summary>
    public double RateLimit { get; init => field = Require.Finite(value); }

    /// <summary>Natural logarithm of the e-value now; an alarm is raised at −ln(<see cref="FalseAlarmRate"/>).</summary>
    public double LogEvidence { get; init => field = Require.Finite(value); }

    /// <summary>Probability that an alarm is ever raised, however long and often one looks, while the rate stays at or below <see cref="RateLimit"/>.</summary>
    public double FalseAlarmRate { get; init => field = Require.Finite(value); }

    /// <summary>Days until the alarm if the old rate came back now; null where the old rate is unknown or not above the limit.</summary>
    public double? ExpectedDelayDays { get; init => field = Require.Finite(value); }

    public IReadOnlyList<string> Reasons { get; init; } = [];

    public override string ToString() => $"{Problem ?? "watch"}: {(Alarm ? "came back" : "quiet")}";
}
