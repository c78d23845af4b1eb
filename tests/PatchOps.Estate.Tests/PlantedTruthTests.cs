using System.Globalization;
using PatchOps.Core.Effectiveness;
using PatchOps.Domain;
using Xunit.Abstractions;

namespace PatchOps.Estate.Tests;

public class PlantedTruthTests(ITestOutputHelper output)
{
    private const int Estates = 100;

    [Fact]
    public void The_true_verdict_comes_out_in_at_least_90_of_100_estates()
    {
        var found = new Dictionary<(string Problem, EffectivenessVerdict Verdict), int>();
        var gate = new Lock();
        Parallel.For(1, Estates + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var estate = EstateGenerator.Generate(seed);
            var histories = new ProblemHistories(EstateCatalogue.Of(estate), Estate.Until);
            foreach (var problem in estate.Problems.Where(p => estate.Truths.ContainsKey(p.Id)))
            {
                var verdict = EffectivenessAnalysis.Analyse(histories.Of(problem, [], [])!, EffectivenessPolicy.Default).Verdict;
                lock (gate) found[(problem.Id, verdict)] = found.GetValueOrDefault((problem.Id, verdict)) + 1;
            }
        });
        foreach (var ((problem, verdict), count) in found.OrderBy(f => f.Key)) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{problem} {verdict} {count}"));
        Assert.All(EstateGenerator.Generate().Truths, truth => Assert.InRange(found.GetValueOrDefault((truth.Key, truth.Value)), 90, Estates));
    }

    [Fact]
    public void Problems_that_were_never_deployed_have_no_history_to_judge()
    {
        var estate = EstateGenerator.Generate();
        var histories = new ProblemHistories(EstateCatalogue.Of(estate), Estate.Until);
        Assert.All(estate.Problems.Where(p => !estate.Truths.ContainsKey(p.Id)), p => Assert.Null(histories.Of(p, [], [])));
    }

    /// <summary>A store's incidents are counted as numbers; whoever puts a history together by hand gives records.</summary>
    [Fact]
    public void Rows_of_a_store_and_the_same_records_one_by_one_give_the_same_answer()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            var estate = EstateGenerator.Generate(seed);
            var histories = new ProblemHistories(EstateCatalogue.Of(estate), Estate.Until);
            foreach (var problem in estate.Problems)
            {
                foreach (var controls in new string[][] { [], [.. estate.Assets.Take(5).Select(a => a.Id)] })
                {
                    if (histories.Of(problem, [], controls) is not { } history) continue;
                    var records = history with { Incidents = [.. history.Incidents.Reverse()], Items = [.. history.Items] };
                    Assert.Equal(Text(EffectivenessAnalysis.Analyse(records)), Text(EffectivenessAnalysis.Analyse(history)));
                }
            }
        }

        static string Text(EffectivenessResult result) => System.Text.Json.JsonSerializer.Serialize(result);
    }
}
