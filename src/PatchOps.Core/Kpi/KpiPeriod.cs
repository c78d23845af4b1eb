namespace PatchOps.Core.Kpi;

/// <summary>Half-open time [From, To), UTC, in which events count.</summary>
public readonly record struct KpiPeriod
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="to"/> precedes <paramref name="from"/>.</exception>
    public KpiPeriod(DateTimeOffset from, DateTimeOffset to)
    {
        if (to < from) throw new ArgumentOutOfRangeException(nameof(to), to, "A period ends after it begins.");
        From = from.ToUniversalTime();
        To = to.ToUniversalTime();
    }

    public DateTimeOffset From { get; }

    public DateTimeOffset To { get; }

    /// <summary>Of 86 400 s.</summary>
    public double Days => (To - From).TotalDays;

    public bool Contains(DateTimeOffset at) => at >= From && at < To;

    /// <summary>From the first record of any kind to just after the day asked for.</summary>
    public static KpiPeriod Whole(EstateFacts facts)
    {
        var first = facts.AsOf;
        if (facts.Deployments.Count > 0 && facts.Deployments[0].Started is var deployed && deployed < first) first = deployed;
        if (facts.Incidents.First is { } opened && opened < first) first = opened;
        return new KpiPeriod(first, facts.AsOf.AddTicks(1));
    }

    /// <summary>Calendar months in UTC that touch the period, clipped to it; the newest <paramref name="most"/>.</summary>
    public IReadOnlyList<KpiPeriod> Months(int most)
    {
        var months = new List<KpiPeriod>();
        var start = new DateTimeOffset(From.Year, From.Month, 1, 0, 0, 0, TimeSpan.Zero);
        while (start < To)
        {
            var end = start.AddMonths(1);
            months.Add(new KpiPeriod(start < From ? From : start, end < To ? end : To));
            start = end;
        }
        return months.Count > most ? months[^most..] : months;
    }
}
