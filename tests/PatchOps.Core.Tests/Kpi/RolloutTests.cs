using PatchOps.Core.Kpi;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Kpi;

public class RolloutTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private static IEnumerable<Deployment> Installs(string patch, double day, int assets, string? plan = null, int wave = 1, DeploymentOutcome outcome = DeploymentOutcome.Succeeded) => Enumerable.Range(0, assets).Select(i => new Deployment
    {
        Id = plan is null ? $"{patch} {day} {i}" : $"{plan}/{wave}/web{i}/{patch}", Patch = patch, Asset = $"web{i}", Started = Start.AddDays(day).AddHours(i), Outcome = outcome, Change = plan,
    });

    private static EstateFacts Facts(params IEnumerable<Deployment>[] deployments) =>
        new(Start.AddDays(100), [], [.. deployments.SelectMany(d => d)], [], IncidentTable.Empty, [], [], new Dictionary<string, DateTimeOffset>());

    private static IEnumerable<string> Of(EstateFacts facts, int most = 10, double from = 0, double to = 100) => Rollout.Of(facts, new KpiPeriod(Start.AddDays(from), Start.AddDays(to)), most).Select(r => $"{r.From:MM-dd} {r}");

    [Fact]
    public void A_patch_that_goes_on_again_after_a_pause_is_two_rollouts() =>
        Assert.Equal(["01-06 KB1 on 4 assets", "03-06 KB1 on 5 assets"], Of(Facts(Installs("KB1", 1, 4), Installs("KB1", 60, 5))));

    [Fact]
    public void A_wave_of_a_plan_is_one_rollout_whatever_its_patches() =>
        Assert.Equal(["01-06 PLN-1 wave 2 on 6 assets", "01-07 KB1 on 3 assets"], Of(Facts(Installs("KB1", 1, 6, "PLN-1", 2), Installs("KB2", 1.5, 6, "PLN-1", 2), Installs("KB1", 2, 3))));

    [Fact]
    public void What_failed_or_reached_few_assets_is_none() =>
        Assert.Empty(Of(Facts(Installs("KB1", 1, 2), Installs("KB2", 2, 9, outcome: DeploymentOutcome.Failed))));

    [Fact]
    public void The_largest_are_kept_in_order_of_time() =>
        Assert.Equal(["01-07 KB2 on 8 assets", "01-10 KB4 on 5 assets"], Of(Facts(Installs("KB1", 1, 3), Installs("KB2", 2, 8), Installs("KB3", 3, 4), Installs("KB4", 5, 5)), most: 2));

    [Fact]
    public void Month_by_month_every_figure_names_the_rollouts_that_began_in_its_month()
    {
        var facts = Facts(Installs("KB1", 1, 4), Installs("KB2", 40, 5));
        var rows = KpiCalculator.Monthly(facts, KpiGrouping.Tenant, new KpiPeriod(Start, Start.AddDays(80))).Where(k => k.Name == KpiNames.SuccessRate).ToList();
        Assert.Equal(["KB1 on 4 assets", "KB2 on 5 assets", ""], rows.Select(k => string.Join(';', k.Rollouts)));
        Assert.All(new KpiCalculator(facts).All(), k => Assert.Empty(k.Rollouts));
    }
}
