using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Planner;

/// <summary>How long patches take, by patch, product and host class.</summary>
public sealed class DurationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PlanningPolicy Policy = PlanningPolicy.Default;

    [Fact]
    public void Without_history_the_policys_durations_hold()
    {
        Assert.Equal((Policy.DefaultMedian, Policy.DefaultNinetiethPercentile), Of([], "deb:curl/2", "web"));
        Assert.Equal((Policy.DefaultMedian, Policy.DefaultNinetiethPercentile), new DurationHistory([], _ => null, Policy).Of([], "web"));
    }

    [Fact]
    public void Much_history_of_a_patch_on_its_hosts_is_what_counts()
    {
        // 100 to 199 minutes evenly: median 149, 90th percentile 189; two hundred against the default's five.
        var (median, high) = Of([.. Enumerable.Range(0, 200).Select(i => ("deb:curl/1", "web", 100 + i / 2))], "deb:curl/1", "web");
        Assert.InRange(median.TotalMinutes, 139, 149);
        Assert.InRange(high.TotalMinutes, 180, 190);
        Assert.Equal(0, high.TotalMinutes % 5);
    }

    [Fact]
    public void A_host_class_with_slow_history_gets_longer_slots_even_for_a_product_that_it_never_had()
    {
        // Database hosts take three times as long as web hosts with everything.
        (string, string, int)[] history = [.. Enumerable.Range(0, 60).SelectMany(i => new[] { ("deb:curl/1", "web", 8 + i % 5), ("deb:openssl/1", "web", 8 + i % 5), ("deb:openssl/1", "db", 24 + i % 15) })];
        var (web, database) = (Of(history, "deb:curl/2", "web"), Of(history, "deb:curl/2", "db"));
        Assert.InRange(web.Median.TotalMinutes, 9, 11);
        Assert.InRange(database.Median / web.Median, 1.5, 3.2);
        Assert.InRange(database.NinetiethPercentile / web.NinetiethPercentile, 1.3, 3.5);
        Assert.True(Of(history, "deb:openssl/1", "db").Median > database.Median, "what was seen itself is more sure than what others were");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(30)]
    public void A_few_slow_installs_move_the_estimate_part_of_the_way(int slow)
    {
        (string, string, int)[] usual = [.. Enumerable.Range(0, 100).Select(_ => ("deb:curl/1", "web", 10))];
        var before = Of(usual, "deb:curl/1", "db").Median.TotalMinutes;
        var after = Of([.. usual, .. Enumerable.Repeat(("deb:curl/1", "db", 90), slow)], "deb:curl/1", "db").Median.TotalMinutes;
        // n/(n + 5) of the way from 10 to 90 minutes, in logarithms.
        Assert.Equal(10, before);
        Assert.InRange(after, 0, Math.Ceiling(10 * Math.Pow(9, slow / (slow + 5.0))));
        Assert.InRange(after, Math.Floor(10 * Math.Pow(9, slow / (slow + 5.0))), 90);
    }

    [Fact]
    public void The_longest_patch_of_a_host_counts_and_a_minute_is_the_least()
    {
        (string, string, int)[] history = [.. Enumerable.Repeat(("deb:curl/1", "web", 1), 500), .. Enumerable.Repeat(("deb:kernel/1", "web", 55), 500)];
        Assert.Equal(TimeSpan.FromMinutes(55), new DurationHistory(Deployments(history), a => a, Policy).Of(["deb:curl/1", "deb:kernel/1"], "web").Median);
        Assert.InRange(Of(history, "deb:curl/1", "web").Median.TotalMinutes, 1, 2);
    }

    private static (TimeSpan Median, TimeSpan NinetiethPercentile) Of((string, string, int)[] history, string patch, string hostClass) => new DurationHistory(Deployments(history), a => a, Policy).Of([patch], hostClass);

    /// <summary>The asset's name stands for its class.</summary>
    private static IEnumerable<Deployment> Deployments((string Patch, string Class, int Minutes)[] history) =>
        history.Select((h, i) => new Deployment { Id = $"D{i}", Patch = h.Patch, Asset = h.Class, Started = Start, Ended = Start.AddMinutes(h.Minutes), Outcome = DeploymentOutcome.Succeeded });
}
