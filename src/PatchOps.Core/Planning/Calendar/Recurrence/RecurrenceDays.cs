using NodaTime;

namespace PatchOps.Core.Planning.Calendar.Recurrence;

/// <summary>The days a rule selects, period by period, in order, up to the end of year 9999; COUNT and UNTIL are the caller's.</summary>
internal static class RecurrenceDays
{
    private static readonly int[] EveryMonth = [.. Enumerable.Range(1, 12)];

    /// <param name="rule">The rule.</param>
    /// <param name="start">DTSTART's day: no earlier day is given, and what the rule leaves open is taken from it.</param>
    /// <param name="from">Periods that end before this day are jumped over, without looking at them.</param>
    /// <param name="through">The last day of interest.</param>
    public static IEnumerable<DateOnly> Select(RecurrenceRule rule, DateOnly start, DateOnly from, DateOnly through)
    {
        var days = new List<DateOnly>();
        var empty = 0;
        for (var period = FirstPeriod(rule, start, from); empty <= Cycle(rule.Frequency) && Fill(rule, start, period, through, days); period++)
        {
            if (rule.BySetPosition.Count > 0) KeepPositions(days, rule.BySetPosition);
            empty = days.Count == 0 ? empty + 1 : 0;
            foreach (var day in days)
            {
                if (day > through) yield break;
                if (day >= start && day >= from) yield return day;
            }
        }
    }

    /// <summary>
    /// Periods in the 400 years after which the calendar repeats, weekdays included. Whatever the interval, so many steps visit every period
    /// that the rule can reach: when all were empty, all will be.
    /// </summary>
    private static int Cycle(RecurrenceFrequency frequency) => frequency switch
    {
        RecurrenceFrequency.Yearly => 400,
        RecurrenceFrequency.Monthly => 4_800,
        RecurrenceFrequency.Weekly => 20_871,
        _ => 146_097,
    };

    private static long FirstPeriod(RecurrenceRule rule, DateOnly start, DateOnly from)
    {
        if (from <= start) return 0;
        return rule.Frequency switch
        {
            RecurrenceFrequency.Yearly => from.Year - start.Year,
            RecurrenceFrequency.Monthly => (from.Year * 12) + from.Month - (start.Year * 12) - start.Month,
            RecurrenceFrequency.Weekly => (from.DayNumber - WeekOf(start, rule.WeekStart)) / 7,
            _ => from.DayNumber - start.DayNumber,
        } / rule.Interval;
    }

    /// <summary>The days of one period; false when it lies past the last day of interest.</summary>
    private static bool Fill(RecurrenceRule rule, DateOnly start, long period, DateOnly through, List<DateOnly> days)
    {
        days.Clear();
        var step = period * rule.Interval;
        switch (rule.Frequency)
        {
            case RecurrenceFrequency.Yearly:
                if (start.Year + step > through.Year) return false;
                FillYear(rule, start, (int)(start.Year + step), days);
                return true;
            case RecurrenceFrequency.Monthly:
                var month = (start.Year * 12L) + start.Month - 1 + step;
                if (month > (through.Year * 12L) + through.Month - 1) return false;
                if (Allowed(rule.ByMonth, (int)(month % 12) + 1)) FillMonth(rule, start, (int)(month / 12), (int)(month % 12) + 1, days);
                return true;
            case RecurrenceFrequency.Weekly:
                var week = WeekOf(start, rule.WeekStart) + (7 * step);
                if (week > through.DayNumber) return false;
                FillWeek(rule, start, (int)week, days);
                return true;
            default:
                var number = start.DayNumber + step;
                if (number > through.DayNumber) return false;
                var day = DateOnly.FromDayNumber((int)number);
                if (Limits(rule, day) && (rule.ByDay.Count == 0 || IsWeekday(rule, day))) days.Add(day);
                return true;
        }
    }

    private static void FillYear(RecurrenceRule rule, DateOnly start, int year, List<DateOnly> days)
    {
        if (rule.ByDay.Count > 0 && rule.ByMonth.Count == 0)
        {
            // Ordinals count within the year here.
            var first = new DateOnly(year, 1, 1);
            var length = DateTime.IsLeapYear(year) ? 366 : 365;
            for (var i = 0; i < length; i++)
            {
                var day = first.AddDays(i);
                if (IsMonthDay(rule.ByMonthDay, day) && IsNth(rule, day, i, length)) days.Add(day);
            }
            return;
        }
        foreach (var month in Months(rule, start)) FillMonth(rule, start, year, month, days);
    }

    /// <summary>
    /// The months of a yearly rule. With BYMONTHDAY alone the table in RFC 5545 speaks for every month; where the start itself is on such a
    /// day, calendars (libical among them) read it as a yearly date. Both are followed: a start that is in step with the rule names the month.
    /// </summary>
    private static IReadOnlyList<int> Months(RecurrenceRule rule, DateOnly start)
    {
        if (rule.ByMonth.Count > 0) return rule.ByMonth;
        if (rule.ByMonthDay.Count == 0) return [start.Month];
        return rule.BySetPosition.Count == 0 && IsMonthDay(rule.ByMonthDay, start) ? [start.Month] : EveryMonth;
    }

    private static void FillMonth(RecurrenceRule rule, DateOnly start, int year, int month, List<DateOnly> days)
    {
        var length = DateTime.DaysInMonth(year, month);
        if (rule.ByDay.Count == 0 && rule.ByMonthDay.Count == 0)
        {
            if (start.Day <= length) days.Add(new(year, month, start.Day));
            return;
        }
        for (var i = 0; i < length; i++)
        {
            var day = new DateOnly(year, month, i + 1);
            if (IsMonthDay(rule.ByMonthDay, day) && (rule.ByDay.Count == 0 || IsNth(rule, day, i, length))) days.Add(day);
        }
    }

    private static void FillWeek(RecurrenceRule rule, DateOnly start, int week, List<DateOnly> days)
    {
        // A week may begin before the first representable day or end after the last.
        for (var number = Math.Max(week, 0); number < week + 7 && number <= DateOnly.MaxValue.DayNumber; number++)
        {
            var day = DateOnly.FromDayNumber(number);
            var selected = rule.ByDay.Count > 0 ? IsWeekday(rule, day) : rule.ByMonthDay.Count > 0 || day.DayOfWeek == start.DayOfWeek;
            if (selected && Limits(rule, day)) days.Add(day);
        }
    }

    private static void KeepPositions(List<DateOnly> days, IReadOnlyList<int> positions)
    {
        var chosen = positions.Select(p => p > 0 ? p - 1 : days.Count + p).Where(i => i >= 0 && i < days.Count).Distinct().Order()
            .Select(i => days[i]).ToList();
        days.Clear();
        days.AddRange(chosen);
    }

    private static bool Limits(RecurrenceRule rule, DateOnly day) => Allowed(rule.ByMonth, day.Month) && IsMonthDay(rule.ByMonthDay, day);

    private static bool Allowed(IReadOnlyList<int> months, int month) => months.Count == 0 || Contains(months, month);

    private static bool IsMonthDay(IReadOnlyList<int> monthDays, DateOnly day) =>
        monthDays.Count == 0 || Contains(monthDays, day.Day) || Contains(monthDays, day.Day - DateTime.DaysInMonth(day.Year, day.Month) - 1);

    private static bool IsWeekday(RecurrenceRule rule, DateOnly day)
    {
        var weekday = Weekday(day);
        foreach (var entry in rule.ByDay)
        {
            if (entry.Day == weekday) return true;
        }
        return false;
    }

    /// <param name="rule">The rule.</param>
    /// <param name="day">The day asked about.</param>
    /// <param name="index">Its index in the month or year that ordinals count in.</param>
    /// <param name="length">That period's days.</param>
    private static bool IsNth(RecurrenceRule rule, DateOnly day, int index, int length)
    {
        var weekday = Weekday(day);
        foreach (var entry in rule.ByDay)
        {
            if (entry.Day == weekday
                && (entry.Ordinal == 0 || entry.Ordinal == (index / 7) + 1 || entry.Ordinal == -(((length - 1 - index) / 7) + 1))) return true;
        }
        return false;
    }

    private static bool Contains(IReadOnlyList<int> values, int value)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] == value) return true;
        }
        return false;
    }

    private static int WeekOf(DateOnly day, IsoDayOfWeek weekStart) => day.DayNumber - (((int)Weekday(day) - (int)weekStart + 7) % 7);

    private static IsoDayOfWeek Weekday(DateOnly day) => day.DayOfWeek == DayOfWeek.Sunday ? IsoDayOfWeek.Sunday : (IsoDayOfWeek)(int)day.DayOfWeek;
}
