using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class RecurrencePropertyTests
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(300);

    private static Gen<string> List(string part, Gen<string> item) =>
        from use in Gen.Choose(0, 2)
        from count in Gen.Choose(1, 3)
        from items in Gen.ListOf(item, count)
        select use == 0 ? $";{part}=" + string.Join(',', items) : "";

    private static readonly Gen<string> Rules =
        from frequency in Gen.Elements("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
        from interval in Gen.Choose(1, 5)
        from months in List("BYMONTH", Gen.Choose(1, 12).Select(n => $"{n}"))
        from monthDays in List("BYMONTHDAY", Gen.Choose(-31, 31).Where(n => n != 0).Select(n => $"{n}"))
        from days in List("BYDAY", from ordinal in Gen.Elements("", "", "1", "2", "-1", "5") from day in Gen.Elements("MO", "TU", "WE", "TH", "FR", "SA", "SU") select ordinal + day)
        from positions in List("BYSETPOS", Gen.Choose(-3, 3).Where(n => n != 0).Select(n => $"{n}"))
        from weekStart in Gen.Elements("", ";WKST=SU", ";WKST=WE")
        from end in Gen.Elements("", ";COUNT=7", ";UNTIL=20350101")
        select $"FREQ={frequency};INTERVAL={interval}{months}{monthDays}{days}{(months + monthDays + days == "" ? "" : positions)}{weekStart}{end}";

    private static RecurrenceSet? Try(string rule)
    {
        try
        {
            return new(new(2020, 5, 17, 3, 30), DateTimeZone.Utc, [RecurrenceRule.Parse(rule)]);
        }
        catch (FailureException e) when (e.Failure.Code == "RecurrenceNeverOccurs")
        {
            return null;
        }
    }

    [Fact]
    public void Occurrences_rise_and_begin_no_earlier_than_the_start() => Prop.ForAll(Rules.ToArbitrary(), rule =>
    {
        var occurrences = Try(rule)?.Occurrences(new(2020, 1, 1), new(2060, 12, 31)).Take(60).ToList() ?? [];
        return occurrences.Zip(occurrences.Skip(1)).All(p => p.First < p.Second) && occurrences.All(o => o >= new LocalDateTime(2020, 5, 17, 3, 30));
    }).Check(Quick);

    [Fact]
    public void Jumping_ahead_gives_what_counting_gives() => Prop.ForAll(Rules.ToArbitrary(), Gen.Choose(0, 4000).ToArbitrary(), (rule, days) =>
    {
        var set = Try(rule);
        if (set is null) return true;
        var from = new LocalDate(2020, 1, 1).PlusDays(days);
        var to = from.PlusYears(3);
        var jumped = set.Occurrences(from, to.PlusDays(-1)).ToList();
        return jumped.SequenceEqual(set.Occurrences(new(2020, 1, 1), to.PlusDays(-1)).SkipWhile(o => o.Date < from));
    }).Check(Quick);

    [Fact]
    public void A_written_rule_reads_as_itself() => Prop.ForAll(Rules.ToArbitrary(), text =>
    {
        var rule = RecurrenceRule.Parse(text);
        return rule.Equals(RecurrenceRule.Parse(rule.ToString()));
    }).Check(Quick);

    [Fact]
    public void No_text_breaks_the_parser_other_than_with_a_failure() => Prop.ForAll(
        Gen.OneOf(Rules.Where(r => r.Length > 0).SelectMany(r => Gen.Choose(0, r.Length - 1).SelectMany(i => Gen.Elements(';', ',', '=', '-', 'x', '9').Select(c => r.Remove(i, 1).Insert(i, $"{c}")))),
            ArbMap.Default.GeneratorFor<string>().Where(s => s is not null)).ToArbitrary(), text =>
    {
        try
        {
            _ = RecurrenceRule.Parse(text);
        }
        catch (FailureException)
        {
            return true;
        }
        return true;
    }).Check(Quick);
}
