using PatchOps.Core.Risk.Rules;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Thresholds, SSVC floors and service levels: from figures to a decision with its due date.</summary>
internal sealed class RiskDecider
{
    private readonly RiskPolicy policy;
    private readonly DateTimeOffset asOf;
    private readonly PatchDecision?[] floors;
    private readonly int?[] ssvcDays;
    private readonly UpdateUrgency[] urgency;

    public RiskDecider(RiskPolicy policy, SsvcTable table, DateTimeOffset asOf)
    {
        this.policy = policy;
        this.asOf = asOf;
        floors = [.. table.Outcomes.Select(o => Find(policy.SsvcFloor, o))];
        ssvcDays = [.. table.Outcomes.Select(o => Find(policy.SsvcDays, o))];
        urgency = [.. Enum.GetValues<UpdateKind>().Select(k => policy.Updates.GetValueOrDefault(k) ?? new UpdateUrgency())];
    }

    public RiskDecision Decide(in RiskFigures figures, double score, double netBenefit)
    {
        var weighed = Weigh(figures, score, netBenefit);
        var decision = figures.SsvcOutcome >= 0 && floors[figures.SsvcOutcome] > weighed ? floors[figures.SsvcOutcome]!.Value : weighed;
        var allowed = urgency[(int)figures.Kind];
        var bounded = decision < allowed.AtLeast ? allowed.AtLeast : decision > allowed.AtMost ? allowed.AtMost : decision;
        return new RiskDecision(bounded, Due(figures, bounded), decision != weighed, Waived(figures, bounded)) { BoundByKind = bounded != decision };
    }

    /// <summary>Days that the decision leaves, and the class of asset or SSVC outcome that sets them.</summary>
    public (int Days, string Class) Allowed(in RiskFigures figures, PatchDecision decision)
    {
        var place = (int)decision - 1;
        var levels = policy.ServiceLevels;
        var (days, name) = (levels.Standard[place], "standard");
        if (figures.Internet && levels.Internet[place] < days) (days, name) = (levels.Internet[place], "Internet-facing");
        if (figures.Sensitive && levels.Sensitive[place] < days) (days, name) = (levels.Sensitive[place], "sensitive data");
        if (figures.Regulated && levels.Regulated[place] < days) (days, name) = (levels.Regulated[place], "regulated");
        if (figures.SsvcOutcome >= 0 && ssvcDays[figures.SsvcOutcome] < days) (days, name) = (ssvcDays[figures.SsvcOutcome]!.Value, "SSVC");
        if (urgency[(int)figures.Kind].Days < days) (days, name) = (urgency[(int)figures.Kind].Days!.Value, $"{figures.Kind} update");
        return (days, name);
    }

    /// <summary>Service levels count from when a fix could be had; for what is urgent because KEV lists it, from the entry if that is later.</summary>
    public DateTimeOffset Start(in RiskFigures figures, PatchDecision decision)
    {
        var start = (figures.FixAvailable ?? asOf).ToUniversalTime();
        if (decision < PatchDecision.Expedite || figures.KevAdded is not { } day) return start;
        var listed = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return listed > start ? listed : start;
    }

    private PatchDecision Weigh(in RiskFigures figures, double score, double netBenefit)
    {
        if (netBenefit > 0 && score >= policy.EmergencyScore) return PatchDecision.Emergency;
        if (netBenefit > 0 && score >= policy.ExpediteScore) return PatchDecision.Expedite;
        if (netBenefit > 0 || score >= policy.ScheduleScore) return PatchDecision.Schedule;
        return score < policy.AcceptScore && figures.FailureProbability >= policy.AcceptFailureProbability && figures.IncidentsPerDay * 30 <= policy.AcceptRecurrence && figures.KevAdded is null
            ? PatchDecision.Accept
            : PatchDecision.Defer;
    }

    private DateTimeOffset? Due(in RiskFigures figures, PatchDecision decision) =>
        decision == PatchDecision.Accept ? null : Start(figures, decision).AddDays(Allowed(figures, decision).Days);

    private IReadOnlyList<string> Waived(in RiskFigures figures, PatchDecision decision) => figures.Regulated ? policy.ServiceLevels.Waived(decision) : [];

    private static T? Find<T>(IReadOnlyDictionary<string, T> entries, string outcome) where T : struct
    {
        foreach (var (name, value) in entries)
        {
            if (name.Equals(outcome, StringComparison.OrdinalIgnoreCase)) return value;
        }
        return null;
    }
}
