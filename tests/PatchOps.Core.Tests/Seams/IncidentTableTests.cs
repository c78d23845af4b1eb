using System.Globalization;
using PatchOps.Core.Effectiveness.Gathering;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Seams;

public sealed class IncidentTableTests
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static List<Incident> Made(int seed, int count)
    {
        var random = new Random(seed);
        string? Some(string what, int of) => random.Next(4) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{what}{random.Next(of)}");
        return [.. Enumerable.Range(0, count).Select(k =>
        {
            // Many at the same time, and some from before the era of computers.
            var opened = random.Next(50) == 0 ? DateTimeOffset.MinValue.AddDays(1 + random.Next(3)) : Start.AddMinutes(random.Next(count / 2 + 1));
            var problem = Some("PRB", 9);
            return new Incident
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"Störung {seed}-{k}"), Opened = opened, Resolved = random.Next(3) switch { 0 => null, 1 => opened.AddHours(-1), _ => opened.AddHours(1) },
                ConfigurationItem = Some("h", 20), Category = Some("cat", 5), Problem = problem, CausedBy = Some("CHG", 5), LinkedBecause = problem is not null && random.Next(5) == 0 ? "alike" : null,
                Flag = random.Next(9) == 0 ? "names it" : null, Vulnerabilities = [],
            };
        })];
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 5000)]
    public void Rows_are_the_records_they_came_from_in_order_of_opening_and_equal_times_keep_theirs(int seed, int count)
    {
        var (first, second) = (Made(seed, count), Made(-seed, count / 3));
        var table = new IncidentRecords(IncidentRows.Of(first), IncidentRows.Of(second));
        var expected = first.Concat(second).OrderBy(i => i.Opened).ToList();
        Assert.Equal(expected.Count, table.Count);
        Assert.Equal(expected.Select(Text), table.Select(Text));
        for (var row = 0; row < table.Count; row++)
        {
            Assert.Equal(expected[row].Resolved < expected[row].Opened, table.Backwards(row));
            Assert.Equal(expected[row].LinkedBecause is not null, table.LinkedHere(row));
        }

        static string Text(Incident i) => System.Text.Json.JsonSerializer.Serialize(i);
    }

    [Fact]
    public void The_index_finds_incidents_by_item_by_problem_and_by_category_within_a_kind()
    {
        var made = Made(7, 3000);
        var table = new IncidentRecords(IncidentRows.Of(made));
        // Every third item is no asset, the others are of two kinds.
        int[] itemOf = [.. Enumerable.Range(0, table.Items.Count).Reverse()];
        int[] kinds = [.. Enumerable.Range(0, table.Items.Count).Select(i => i % 3 - 1)];
        var index = new IncidentIndex(table, itemOf, kinds);
        for (var item = 0; item < table.Items.Count; item++)
            Assert.Equal(Rows(i => i.ConfigurationItem == table.Items[item]), index.On(itemOf[item]).ToArray().Select(i => i.Row));
        foreach (var problem in table.Problems)
            Assert.Equal(Rows(i => i.Problem == problem), index.Linked(table.ProblemOf(problem)).ToArray().Select(i => i.Row));
        foreach (var category in table.Categories)
            for (var kind = 0; kind < 2; kind++)
                Assert.Equal(Rows(i => i.Category == category && i.ConfigurationItem is { } on && kinds[itemOf[table.Items.ToList().IndexOf(on)]] == kind),
                    index.Showing(table.CategoryOf(category), kind).ToArray().Select(i => i.Row));
        Assert.True(index.On(-1).IsEmpty && index.Linked(IncidentTable.None).IsEmpty && index.Showing(IncidentTable.None, 0).IsEmpty);

        IEnumerable<int> Rows(Func<Incident, bool> which) => Enumerable.Range(0, table.Count).Where(row => which(table[row]));
    }
}
