using PatchOps.Core.Problems.Clustering;
using PatchOps.Tests;

namespace PatchOps.Core.Tests.Problems;

/// <summary>Incidents that look alike come together, whatever the language, and always in the same way.</summary>
public sealed class ClusteringTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [SkippableFact]
    public void It_agrees_better_with_people_than_plain_k_means_that_is_told_any_number_of_groups()
    {
        var (texts, topics) = LabelledTickets.Read(SharedData.Require(LabelledTickets.File));
        var own = IncidentClustering.Cluster([.. texts.Select(t => new IncidentSymptom(t, null, null, default))]);
        var found = VMeasure.Of(topics, own);
        var rows = TermWeights.Of(texts);

        // Plain k-means has the advantage of hindsight: the true number of topics, and the number that was found without knowing it.
        foreach (var count in new[] { topics.Distinct().Count(), own.Max() + 1 })
        {
            var plain = VMeasure.Of(topics, PlainKMeans.Cluster(rows, count, seed: 1));
            Assert.True(found > plain, $"V-measure {found:0.000} against {plain:0.000} of plain k-means with {count} groups.");
        }
        Assert.True(found > 0.31, $"V-measure {found:0.000}; 0.328 when this was written.");
    }

    [SkippableFact]
    public void Topics_have_no_way_in()
    {
        var (texts, topics) = LabelledTickets.Read(SharedData.Require(LabelledTickets.File));
        var some = texts.Take(1500).Select(t => new IncidentSymptom(t, null, null, default)).ToList();
        var shuffled = topics.Take(1500).OrderBy(_ => new Random(1).Next()).ToList();
        var groups = IncidentClustering.Cluster(some);
        Assert.Equal(groups, IncidentClustering.Cluster(some));
        // Against topics dealt out at random nothing is left: what is measured is in the texts.
        var random = new Random(5);
        var dealt = shuffled.OrderBy(_ => random.Next()).ToList();
        Assert.InRange(VMeasure.Of(dealt, groups), 0, 0.05);
    }

    [Fact]
    public void Reports_of_one_fault_in_other_words_come_together_by_category_and_item()
    {
        string[] first = ["Pages time out", "Shop front answers late", "HTTP check exceeded its limit"];
        string[] second = ["Backup target has no room", "Nightly copy stopped", "Restore did not finish"];
        var symptoms = Enumerable.Range(0, 60).Select(i => i % 2 == 0
            ? new IncidentSymptom(first[i / 2 % 3], "Web timeout", "role:web", Day.AddDays(i))
            : new IncidentSymptom(second[i / 2 % 3], "Backup", "role:store", Day.AddDays(i))).ToList();
        var groups = IncidentClustering.Cluster(symptoms);
        for (var a = 0; a < 60; a++)
            for (var b = a + 1; b < 60; b++)
                if ((a - b) % 2 != 0) Assert.NotEqual(groups[a], groups[b]);
        Assert.True(groups.Distinct().Count() <= 6, string.Join(',', groups));
    }

    [Fact]
    public void What_says_nothing_is_in_no_group_and_nothing_at_all_is_no_error()
    {
        Assert.Empty(IncidentClustering.Cluster([]));
        Assert.Equal([-1, -1], IncidentClustering.Cluster([new(null, null, "role:web", Day), new("  ", null, null, Day.AddDays(3))]));
        var one = IncidentClustering.Cluster([new("Disk is full on the mail host", null, null, Day), new("Disk is full on the mail host", null, null, Day), new(null, null, null, Day)]);
        Assert.Equal([0, 0, -1], one);
    }

    [Theory]
    [InlineData("Der Drucker druckt nicht, Fehler 404", "der", "drucker", "druckt", "nicht", "fehler", "404")]
    [InlineData("Принтер не печатает", "принтер", "не", "печатает")]
    [InlineData("印刷できない", "印刷", "刷で", "でき", "きな", "ない")]
    [InlineData("Ｆｕｌｌ disk at 10.20.30.40 since 1717171717", "full", "disk", "at", "since")]
    [InlineData("mail01 kb5034441 \ud800", "mail01")]
    public void Words_are_found_in_any_language(string text, params string[] words) => Assert.Equal(words, Tokens.Of(text).Where(w => w != "kb5034441"));

    [Fact]
    public void The_latent_space_keeps_the_strongest_directions()
    {
        // Two blocks of words that never meet: two directions, at right angles.
        var rows = TermWeights.Of([.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? $"disk volume full n{i % 4}" : $"login password expired m{i % 4}")]);
        var space = LatentSpace.Project(rows, 2);
        for (var i = 2; i < 40; i++)
        {
            var same = DenseRows.Dot(space.Row(i), space.Row(i % 2));
            var other = DenseRows.Dot(space.Row(i), space.Row(1 - (i % 2)));
            Assert.True(same > 0.99 && Math.Abs(other) < 0.05, $"{i}: {same} {other}");
        }
    }
}
