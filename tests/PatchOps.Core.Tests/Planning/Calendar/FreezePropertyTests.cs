using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;

namespace PatchOps.Core.Tests.Planning.Calendar;

public sealed class FreezePropertyTests
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithMaxTest(300);

    private static readonly Instant Zero = Instant.FromUtc(2026, 1, 1, 0, 0);

    private static readonly Gen<TimeSlot> Slot =
        from start in Gen.Choose(0, 200)
        from length in Gen.Choose(1, 40)
        select new TimeSlot(Zero + Duration.FromHours(start), Zero + Duration.FromHours(start + length));

    private static readonly Gen<List<TimeSlot>> Windows = Gen.ListOf(Slot).Select(l => l.ToList());

    private static readonly Gen<List<FrozenSlot>> Freezes =
        Gen.ListOf(from slot in Slot from name in Gen.Elements("a", "b", "c") select new FrozenSlot(slot, name)).Select(l => l.ToList());

    private static readonly Gen<string> Rule = Gen.Elements(
        "daily 02:30 1h Europe/Berlin", "Sat 22:00-06:00 America/New_York", "2nd Tue +4d 22:00 PT4H Australia/Lord_Howe", "PatchTuesday-3 23:30 P1D Africa/Cairo",
        "day last 00:00 12h Pacific/Apia", "weekdays 20:00-20:00 America/Sao_Paulo", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU 02:30 3h Europe/Berlin");

    private static Duration Length(IEnumerable<TimeSlot> slots) => slots.Aggregate(Duration.Zero, (sum, s) => sum + s.Length);

    [Fact]
    public void What_stays_open_never_overlaps_a_freeze_and_lies_in_its_window() => Prop.ForAll(Windows.ToArbitrary(), Freezes.ToArbitrary(), (windows, freezes) =>
        FreezeCalendar.Subtract(windows, freezes).Open.All(o =>
            !freezes.Exists(f => f.Slot.Overlaps(o.Slot)) && o.Slot.Start >= windows[o.Window].Start && o.Slot.End <= windows[o.Window].End)).Check(Quick);

    [Fact]
    public void What_is_frozen_is_covered_by_the_freezes_it_names() => Prop.ForAll(Windows.ToArbitrary(), Freezes.ToArbitrary(), (windows, freezes) =>
        FreezeCalendar.Subtract(windows, freezes).Frozen.All(p => p.Freezes.All(name => CoveredBy(p.Slot, freezes.Where(f => f.Freeze == name))))).Check(Quick);

    [Fact]
    public void The_length_of_each_window_is_conserved() => Prop.ForAll(Windows.ToArbitrary(), Freezes.ToArbitrary(), (windows, freezes) =>
    {
        var result = FreezeCalendar.Subtract(windows, freezes);
        return Enumerable.Range(0, windows.Count).All(i => windows[i].Length
            == Length(result.Open.Where(o => o.Window == i).Select(o => o.Slot)) + Length(result.Frozen.Where(o => o.Window == i).Select(o => o.Slot)));
    }).Check(Quick);

    [Fact]
    public void Pieces_are_sorted_and_those_of_a_window_do_not_overlap() => Prop.ForAll(Windows.ToArbitrary(), Freezes.ToArbitrary(), (windows, freezes) =>
    {
        var result = FreezeCalendar.Subtract(windows, freezes);
        var slots = result.Open.Select(o => o.Slot).ToList();
        return slots.Zip(slots.Skip(1)).All(p => p.First.CompareTo(p.Second) <= 0)
            && result.Open.GroupBy(o => o.Window).All(g => g.Zip(g.Skip(1)).All(p => p.First.Slot.End <= p.Second.Slot.Start));
    }).Check(Quick);

    [Fact]
    public void Occurrences_are_sorted_and_lie_in_the_asked_range() => Prop.ForAll(
        Gen.NonEmptyListOf(Rule).ToArbitrary(), Gen.Choose(0, 9000).ToArbitrary(), Gen.Choose(1, 5000).ToArbitrary(), (texts, day, hours) =>
    {
        var from = Instant.FromUtc(2005, 1, 1, 0, 0) + Duration.FromDays(day);
        var to = from + Duration.FromHours(hours);
        var open = WindowCalendar.Occurrences(texts.SelectMany(t => WindowText.Parse(t, DateTimeZone.Utc)), [], from, to).Open;
        return open.All(o => o.Slot.Start >= from && o.Slot.End <= to && o.Slot.End > o.Slot.Start && o.Whole.Start <= o.Slot.Start && o.Whole.End >= o.Slot.End)
            && open.Zip(open.Skip(1)).All(p => p.First.Slot.CompareTo(p.Second.Slot) <= 0);
    }).Check(Quick);

    [Fact]
    public void A_range_in_two_parts_gives_what_the_whole_gives() => Prop.ForAll(Rule.ToArbitrary(), Gen.Choose(0, 9000).ToArbitrary(), Gen.Choose(1, 2000).ToArbitrary(), (text, day, hours) =>
    {
        var from = Instant.FromUtc(2005, 1, 1, 0, 0) + Duration.FromDays(day);
        var middle = from + Duration.FromHours(hours);
        var to = middle + Duration.FromDays(60);
        var rules = WindowText.Parse(text, DateTimeZone.Utc);
        Duration Sum(Instant a, Instant b) => Length(WindowCalendar.Occurrences(rules, [], a, b).Open.Select(o => o.Slot));
        return Sum(from, to) == Sum(from, middle) + Sum(middle, to);
    }).Check(Quick);

    private static bool CoveredBy(TimeSlot slot, IEnumerable<FrozenSlot> freezes)
    {
        var at = slot.Start;
        foreach (var freeze in freezes.OrderBy(f => f.Slot))
        {
            if (freeze.Slot.Start <= at && freeze.Slot.End > at) at = freeze.Slot.End;
        }
        return at >= slot.End;
    }
}
