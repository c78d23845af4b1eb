using System.Globalization;
using System.Text.Json;
using NodaTime;
using PatchOps.Core.Planning.Calendar.ICalendar;
using PatchOps.Core.Planning.Calendar.Recurrence;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Planning.Calendar;

/// <summary>Recurrence against the expected occurrences that two other implementations publish.</summary>
public sealed class RecurrenceOracleTests
{
    [SkippableFact]
    public void Every_supported_case_of_dateutil_passes_and_the_others_are_refused_by_name()
    {
        using var cases = JsonDocument.Parse(File.ReadAllText(SharedData.Require("rrule/dateutil-rrule.json")));
        var (passed, refused, wrong) = (0, 0, new List<string>());
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            var expected = item.GetProperty("instances").EnumerateArray().Select(i => i.GetString()!).ToList();
            string start;
            IEnumerable<string> rules;
            if (item.TryGetProperty("ical", out var ical))
            {
                var lines = ical.GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
                start = lines.Single(l => l.StartsWith("DTSTART:", StringComparison.Ordinal))[8..];
                rules = lines.Where(l => l.StartsWith("RRULE:", StringComparison.Ordinal));
            }
            else
            {
                start = item.GetProperty("dtstart").GetString()!;
                rules = [item.GetProperty("rrule").GetString()!];
            }
            Check(item.GetProperty("test").GetString()!, [.. rules], start, expected, ref passed, ref refused, wrong);
        }
        Assert.Empty(wrong);
        Assert.Equal(cases.RootElement.GetArrayLength(), passed + refused);
        Assert.Equal((35, 71), (passed, refused));
    }

    [SkippableFact]
    public void Every_supported_case_of_libical_passes_and_the_others_are_refused_by_name()
    {
        using var cases = JsonDocument.Parse(File.ReadAllText(SharedData.Require("rrule/libical-rrule.json")));
        var (passed, refused, wrong) = (0, 0, new List<string>());
        foreach (var item in cases.RootElement.EnumerateArray())
        {
            Check(item.GetProperty("comment").GetString()!, [item.GetProperty("RRULE").GetString()!], item.GetProperty("DTSTART").GetString()!,
                [.. item.GetProperty("INSTANCES").GetString()!.Split(',')], ref passed, ref refused, wrong);
        }
        Assert.Empty(wrong);
        Assert.Equal(cases.RootElement.GetArrayLength(), passed + refused);
        Assert.Equal((41, 32), (passed, refused));
    }

    [SkippableFact]
    public void Every_event_of_libical_occurs_as_often_as_it_says_or_is_refused_by_name()
    {
        var path = SharedData.Require("rrule/libical-recur-numevents.txt");
        var text = string.Join('\n', File.ReadLines(path).Where(l => !l.StartsWith(';')));
        var expected = text.Split('\n').Where(l => l.StartsWith("X-EXPECT-NUMEVENTS:", StringComparison.Ordinal))
            .Select(l => int.Parse(l.AsSpan(19).Trim(), NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
        var entries = CalendarReader.Read(new StringReader(text), DateTimeZone.Utc).ToList();
        Assert.Equal(expected.Count, entries.Count);

        var refused = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Failure is { } failure)
            {
                Assert.Equal("RecurrenceUnsupported", failure.Code);
                refused++;
                continue;
            }
            Assert.Equal((i, expected[i]), (i, entries[i].Event!.Starts.Occurrences().Count()));
        }
        Assert.Equal((57, 9), (entries.Count, refused));
    }

    private static void Check(string name, IReadOnlyList<string> rules, string start, List<string> expected, ref int passed, ref int refused, List<string> wrong)
    {
        try
        {
            var moment = CalendarText.ReadMoment(start)!.Value;
            var set = new RecurrenceSet(moment.Value, DateTimeZone.Utc, rules.Select(RecurrenceRule.Parse));
            var occurrences = set.Occurrences().Take(expected.Count + 1)
                .Select(o => moment.IsDate ? CalendarText.Write(o.Date) : CalendarText.Write(o) + (moment.IsUtc ? "Z" : "")).ToList();
            if (occurrences.Take(expected.Count).SequenceEqual(expected, StringComparer.Ordinal)
                && (occurrences.Count == expected.Count || !IsEnded(set))) passed++;
            else wrong.Add($"{name}: {string.Join(" ", rules)} from {start}: {string.Join(',', occurrences)}, not {string.Join(',', expected)}");
        }
        catch (FailureException e) when (e.Failure.Code == "RecurrenceUnsupported")
        {
            // Refusal names a part that the rule really holds.
            var part = e.Failure.Message.Split(" uses ")[1].Split(',')[0];
            Assert.Contains(part, string.Join(' ', rules), StringComparison.Ordinal);
            refused++;
        }
    }

    private static bool IsEnded(RecurrenceSet set) => set.Rules.All(r => r.Count is not null || r.Until is not null);
}
