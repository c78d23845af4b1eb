using System.Diagnostics;
using NodaTime;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class RecurrenceTests
{
    private static readonly LocalDateTime Start = new(2026, 1, 1, 22, 0);

    private static RecurrenceSet Set(string rule, LocalDateTime? start = null) => new(start ?? Start, DateTimeZone.Utc, [RecurrenceRule.Parse(rule)]);

    private static List<string> Days(string rule, int count, LocalDateTime? start = null) =>
        [.. Set(rule, start).Occurrences().Take(count).Select(o => o.Date.ToString("yyyy-MM-dd", null))];

    [Fact]
    public void The_second_Tuesday_of_each_month_is_found() =>
        Assert.Equal(["2026-01-13", "2026-02-10", "2026-03-10"], Days("FREQ=MONTHLY;BYDAY=2TU", 3));

    [Fact]
    public void The_last_working_day_of_a_quarter_is_a_position_in_a_set() =>
        Assert.Equal(["2026-03-31", "2026-06-30", "2026-09-30"], Days("FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 3));

    [Fact]
    public void A_fifth_Monday_is_left_out_of_months_that_have_four() =>
        Assert.Equal(["2026-03-30", "2026-06-29", "2026-08-31"], Days("FREQ=MONTHLY;BYDAY=5MO", 3));

    [Fact]
    public void A_leap_day_occurs_in_leap_years_only() =>
        Assert.Equal(["2028-02-29", "2032-02-29"], Days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 2));

    [Fact]
    public void An_end_given_as_a_day_includes_that_day() =>
        Assert.Equal(["2026-01-01", "2026-01-02"], Days("FREQ=DAILY;UNTIL=20260102", 9));

    [Fact]
    public void An_end_in_UTC_is_compared_on_the_zones_clock()
    {
        var zone = DateTimeZoneProviders.Tzdb["Pacific/Auckland"];
        // 22:00 on 3 January in Auckland is 09:00Z.
        var set = new RecurrenceSet(Start, zone, [RecurrenceRule.Parse("FREQ=DAILY;UNTIL=20260103T090000Z")]);
        Assert.Equal(3, set.Occurrences().Count());
        set = new(Start, zone, [RecurrenceRule.Parse("FREQ=DAILY;UNTIL=20260103T085959Z")]);
        Assert.Equal(2, set.Occurrences().Count());
    }

    [Fact]
    public void Additions_join_in_order_and_exceptions_leave()
    {
        var set = new RecurrenceSet(Start, DateTimeZone.Utc, [RecurrenceRule.Parse("FREQ=DAILY;COUNT=3")],
            [new(2026, 1, 2, 12, 0), new(2026, 1, 1, 22, 0)], [new(2026, 1, 2, 22, 0)], [new(2026, 1, 3)]);
        Assert.Equal([new(2026, 1, 1, 22, 0), new(2026, 1, 2, 12, 0)], set.Occurrences());
    }

    [Theory]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")]
    [InlineData("FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=31")]
    [InlineData("FREQ=MONTHLY;BYDAY=6MO")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=2")]
    [InlineData("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2;BYDAY=MO")]
    [InlineData("FREQ=DAILY;UNTIL=20251231")]
    [InlineData("FREQ=YEARLY;INTERVAL=2147483647;BYMONTH=2;BYMONTHDAY=29")]
    public void A_rule_that_never_occurs_is_refused_soon(string rule)
    {
        var watch = Stopwatch.StartNew();
        var failure = Assert.Throws<FailureException>(() => Set(rule)).Failure;
        Assert.Equal("RecurrenceNeverOccurs", failure.Code);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("FREQ=DAILY")]
    [InlineData("FREQ=WEEKLY;BYDAY=FR;WKST=SU")]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=-1")]
    [InlineData("FREQ=YEARLY")]
    [InlineData("FREQ=WEEKLY;INTERVAL=2147483647")]
    [InlineData("FREQ=DAILY;INTERVAL=2147483647;COUNT=2147483647")]
    public void Every_rule_ends_with_year_9999(string rule)
    {
        var last = Set(rule, new(9998, 12, 15, 1, 0)).Occurrences().Last();
        Assert.InRange(last.Year, 9998, 9999);
    }

    [Theory]
    [InlineData("FREQ=FORTNIGHTLY", 6)]
    [InlineData("INTERVAL=2", 1)]
    [InlineData("FREQ=DAILY;INTERVAL=0", 21)]
    [InlineData("FREQ=DAILY;COUNT=-1", 18)]
    [InlineData("FREQ=DAILY;COUNT=99999999999", 18)]
    [InlineData("FREQ=DAILY;COUNT=1;UNTIL=20260101", 1)]
    [InlineData("FREQ=DAILY;UNTIL=20260230", 18)]
    [InlineData("FREQ=MONTHLY;BYDAY=TU,0MO", 23)]
    [InlineData("FREQ=MONTHLY;BYDAY=", 20)]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=32", 25)]
    [InlineData("FREQ=MONTHLY;BYMONTHDAY=1,0", 27)]
    [InlineData("FREQ=YEARLY;BYMONTH=0", 21)]
    [InlineData("FREQ=MONTHLY;BYSETPOS=1", 1)]
    [InlineData("FREQ=DAILY;FREQ=DAILY", 12)]
    [InlineData("FREQ=DAILY;WHENEVER=1", 12)]
    [InlineData("FREQ=DAILY;;COUNT=1", 12)]
    [InlineData("FREQ", 1)]
    [InlineData("", 1)]
    public void A_malformed_rule_is_refused_with_the_position(string rule, int position)
    {
        var failure = Assert.Throws<FailureException>(() => RecurrenceRule.Parse(rule)).Failure;
        Assert.Equal("RecurrenceInvalid", failure.Code);
        Assert.Contains($"at position {position}:", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FREQ=HOURLY", "FREQ=HOURLY")]
    [InlineData("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO")]
    [InlineData("FREQ=YEARLY;BYYEARDAY=100", "BYYEARDAY")]
    [InlineData("FREQ=DAILY;BYHOUR=9", "BYHOUR")]
    [InlineData("FREQ=DAILY;BYMINUTE=9", "BYMINUTE")]
    [InlineData("FREQ=DAILY;X-OWN=9", "X-OWN")]
    [InlineData("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE")]
    public void An_unsupported_part_is_refused_by_its_name(string rule, string part)
    {
        var failure = Assert.Throws<FailureException>(() => RecurrenceRule.Parse(rule)).Failure;
        Assert.Equal("RecurrenceUnsupported", failure.Code);
        Assert.Contains($" uses {part},", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FREQ=WEEKLY;BYDAY=SA", "FREQ=WEEKLY;BYDAY=SA")]
    [InlineData("rrule:freq=monthly;byday=-1fr,1MO;wkst=su;", "FREQ=MONTHLY;BYDAY=1MO,-1FR;WKST=SU")]
    [InlineData("BYMONTH=3,1,3;FREQ=YEARLY;UNTIL=20301231T000000Z;INTERVAL=1", "FREQ=YEARLY;UNTIL=20301231T000000Z;BYMONTH=1,3")]
    public void A_rule_is_written_in_one_form(string text, string canonical)
    {
        var rule = RecurrenceRule.Parse(text);
        Assert.Equal(canonical, rule.ToString());
        Assert.Equal(rule, RecurrenceRule.Parse(canonical));
    }
}
