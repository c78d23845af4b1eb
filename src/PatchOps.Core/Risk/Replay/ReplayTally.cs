using PatchOps.Core.Kpi.Statistics;

namespace PatchOps.Core.Risk.Replay;

/// <summary>Counts one strategy's choices.</summary>
internal sealed class ReplayTally(ReplayStrategy strategy)
{
    private readonly List<double> exposure = [];
    private int chosen, foreseen, allChosen, knownChosen;

    public ReplayStrategy Strategy { get; } = strategy;

    /// <param name="choice">Null where the strategy never chose it.</param>
    /// <param name="listed">Entry in KEV by the end of the period; null where there is none.</param>
    /// <param name="atRisk">True where KEV did not list it when it could first be judged.</param>
    public void Add(ReplayChoice? choice, DateOnly? listed, bool atRisk, DateOnly to)
    {
        if (choice is not null)
        {
            allChosen++;
            if (listed is not null) knownChosen++;
        }
        if (!atRisk) return;
        if (choice is not null) chosen++;
        if (listed is not { } day) return;
        if (choice?.Day < day) foreseen++;
        var closed = choice is { } c && c.Closed < to ? c.Closed : to;
        exposure.Add(Math.Max(0, closed.DayNumber - day.DayNumber));
    }

    public (int Chosen, Estimate Effort, Estimate Coverage, Estimate Efficiency, Estimate Exposure) Foresight(int atRisk, int exploited) =>
        (chosen, Estimate.Share(chosen, atRisk), Estimate.Share(foreseen, exploited), Estimate.Share(foreseen, chosen), Estimate.Mean(exposure));

    public (Estimate Effort, Estimate Coverage, Estimate Efficiency) Hindsight(int all, int known) =>
        (Estimate.Share(allChosen, all), Estimate.Share(knownChosen, known), Estimate.Share(knownChosen, allChosen));
}

/// <param name="Day">First day on which the strategy chose.</param>
/// <param name="Closed">First day on which it is closed, if every choice is carried out within its time.</param>
internal readonly record struct ReplayChoice(DateOnly Day, DateOnly Closed);
