using PatchOps.Core.Kpi.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>Key figures of an estate by group, each with n and interval, never NaN.</summary>
public sealed class KpiCalculator
{
    private const double Percent = 100;
    private const int MostRollouts = 3;

    private readonly EstateFacts facts;
    private readonly KpiGroups groups;
    private readonly KpiPeriod period;
    private readonly DeploymentTally deployments;
    private readonly ILookup<string, Problem> resolved;
    private readonly IncidentTally incidents;
    private readonly ILookup<string, double> windows;
    private readonly VendorRecord vendors;

    /// <param name="period">Deployments started, incidents opened and problems resolved in it count; null for all up to the day of the facts.</param>
    /// <param name="agreedDays">Days within which vendors owe a fix, by vendor or <c>default</c>; null where nothing was agreed.</param>
    public KpiCalculator(EstateFacts facts, KpiGrouping by = KpiGrouping.Tenant, KpiPeriod? period = null, IReadOnlyDictionary<string, double>? agreedDays = null)
        : this(new KpiGroups(facts, by), period ?? KpiPeriod.Whole(facts), agreedDays)
    {
    }

    private KpiCalculator(KpiGroups groups, KpiPeriod period, IReadOnlyDictionary<string, double>? agreedDays)
    {
        (facts, this.groups, this.period) = (groups.Facts, groups, period);
        vendors = new VendorRecord(groups, period, agreedDays ?? new Dictionary<string, double>());
        deployments = new DeploymentTally(groups, period);
        resolved = facts.Problems.Where(p => p.Resolved is { } at && period.Contains(at)).SelectMany(p => groups.Of(p).Select(g => (g, p))).ToLookup(x => x.g, x => x.p, StringComparer.Ordinal);
        incidents = new IncidentTally(groups, period);
        windows = facts.Changes.Where(c => c is { PlannedStart: { } start, PlannedEnd: { } end } && end >= start && period.Contains(start))
            .SelectMany(c => c.ConfigurationItems.Select(i => (Group: groups.Of(c, i), Hours: (c.PlannedEnd!.Value - c.PlannedStart!.Value).TotalHours)))
            .Where(w => w.Group is not null).ToLookup(w => w.Group!, w => w.Hours, StringComparer.Ordinal);
    }

    /// <summary>All figures of all groups, group by group.</summary>
    public IEnumerable<Domain.Kpi> All() => groups.All.SelectMany((_, place) => Of(place));

    /// <summary>
    /// All figures month by month (UTC), oldest first: those that rest on what is open on the day of the facts stand in the last month only,
    /// since the inventory of earlier days is not known.
    /// </summary>
    public static IEnumerable<Domain.Kpi> Monthly(EstateFacts facts, KpiGrouping by, KpiPeriod period, IReadOnlyDictionary<string, double>? agreedDays = null)
    {
        var months = period.Months(int.MaxValue);
        foreach (var (month, figures) in Months(facts, by, months, agreedDays))
        {
            string[] rollouts = [.. Rollout.Of(facts, month, MostRollouts).Select(r => r.ToString())];
            foreach (var kpi in figures.All())
                if (month == months[^1] || !KpiNames.OfTheDay.Contains(kpi.Name)) yield return kpi with { Rollouts = rollouts };
        }
    }

    /// <summary>The figures of several periods; the groups are found once.</summary>
    public static IEnumerable<(KpiPeriod Period, KpiCalculator Figures)> Months(EstateFacts facts, KpiGrouping by, IEnumerable<KpiPeriod> periods, IReadOnlyDictionary<string, double>? agreedDays = null)
    {
        var groups = new KpiGroups(facts, by);
        return periods.Select(p => (p, new KpiCalculator(groups, p, agreedDays)));
    }

    /// <summary>All figures of one group; none where it does not occur.</summary>
    public IEnumerable<Domain.Kpi> Of(string group) => groups.All.Select((name, place) => (name, place)).Where(g => g.name == group).SelectMany(g => Of(g.place));

    private IEnumerable<Domain.Kpi> Of(int place)
    {
        var group = groups.All[place];
        foreach (var kpi in Installs(group, place)) yield return kpi;
        yield return Compliance(group, place);
        foreach (var kpi in Times(group, place)) yield return kpi;
        yield return ProblemsByPatch(group);
        foreach (var kpi in Volume(group, place)) yield return kpi;
        foreach (var kpi in Downtime(group, place)) yield return kpi;
        yield return Make(KpiNames.FixRate, group, vendors.FixRate(group).Times(Percent));
        yield return Make(KpiNames.Delivery, group, vendors.Delivery(group));
        yield return Make(KpiNames.DeliveryInTime, group, vendors.InTime(group).Times(Percent));
        yield return Make(KpiNames.LeftOpen, group, new Estimate(facts.Assets.Count == 0 ? null : groups.Excepted[group].Sum(e => e.Count), null, null, groups.Excepted[group].LongCount()));
    }

    /// <summary>Success, failure and rollback of deployments, and the time from a failure to the next success.</summary>
    private IEnumerable<Domain.Kpi> Installs(string group, int place)
    {
        yield return Make(KpiNames.SuccessRate, group, deployments.Success(place).Times(Percent));
        yield return Make(KpiNames.FailureRate, group, deployments.Failure(place).Times(Percent));
        yield return Make(KpiNames.RollbackRate, group, deployments.Rollback(place).Times(Percent));
        yield return Make(KpiNames.Repair, group, deployments.Repair(place));
    }

    private Domain.Kpi Compliance(string group, int place)
    {
        // A vendor or product concerns the assets that had or lack something of it; otherwise all assets of the group count.
        var late = groups.Open[group].Where(o => o.OverdueAt(facts.AsOf) && facts.Asset(o.Asset) is not null).Select(o => o.Asset).ToHashSet(StringComparer.Ordinal);
        var scope = !groups.OfPatches ? groups.Assets.GetValueOrDefault(group)
            : groups.Open[group].Select(o => o.Asset).Concat(deployments.Assets(place).Select(a => facts.Numbers.Assets[a])).Where(a => facts.Asset(a) is not null).Distinct(StringComparer.Ordinal).Count();
        return Make(KpiNames.Compliance, group, Estimate.Share(scope - late.Count, scope).Times(Percent));
    }

    private IEnumerable<Domain.Kpi> Times(string group, int place)
    {
        yield return Make(KpiNames.PatchMedian, group, deployments.FromFix(place, 0.5));
        yield return Make(KpiNames.PatchNinetieth, group, deployments.FromFix(place, 0.9));
        yield return Make(KpiNames.AnswerMedian, group, deployments.FromProblem(place));
        var ages = groups.Open[group].Where(o => o.Patch is not null && facts.FixAvailable.TryGetValue(o.Patch, out var day) && day <= facts.AsOf)
            .Select(o => (facts.AsOf - facts.FixAvailable[o.Patch!]).TotalDays);
        yield return Make(KpiNames.ExposureMedian, group, Estimate.Quantile(ages, 0.5));
    }

    private Domain.Kpi ProblemsByPatch(string group)
    {
        long n = 0, patched = 0;
        foreach (var problem in resolved[group])
        {
            n++;
            if (facts.Answers[problem.Id].Any(d => d.Started <= problem.Resolved) || problem.Patches.Any(p => problem.ConfigurationItems.Any(i => facts.Times.SucceededBy(p, i, problem.Resolved!.Value)))) patched++;
        }
        return Make(KpiNames.ResolvedByPatch, group, Estimate.Share(patched, n).Times(Percent));
    }

    private IEnumerable<Domain.Kpi> Volume(string group, int place)
    {
        var unpatched = groups.Open[group].Select(o => o.Asset).ToHashSet(StringComparer.Ordinal);
        // Without any incident on record nobody counted them: that is no rate of 0.
        yield return Make(KpiNames.UnpatchedIncidents, group, unpatched.Count == 0 || facts.Incidents.Count == 0 ? new Estimate(null, null, null, 0) : Estimate.Rate(incidents.On(unpatched), period.Days / 30));
        // Whether incidents are matched to vulnerabilities at all is known where one was.
        yield return Make(KpiNames.ComponentIncidents, group, !groups.OfPatches && facts.AnyFlagged ? Estimate.Rate(incidents.Flagged(place), period.Days / 30) : new Estimate(null, null, null, 0));
    }

    private IEnumerable<Domain.Kpi> Downtime(string group, int place)
    {
        yield return Make(KpiNames.IncidentRepair, group, incidents.Repair(place));
        yield return Make(KpiNames.UnscheduledDowntime, group, incidents.Down(place));
        yield return Make(KpiNames.ChangeDowntime, group, incidents.DownByChange(place));
        yield return Make(KpiNames.ScheduledDowntime, group, Estimate.Total(windows[group].Sum(), windows[group].LongCount()));
    }

    private Domain.Kpi Make(string name, string group, Estimate estimate)
    {
        var (unit, definition) = KpiNames.Definitions[name];
        return new Domain.Kpi { Name = name, Group = group, From = period.From, To = period.To, Value = estimate.Value, Low = estimate.Low, High = estimate.High, N = estimate.N, Unit = unit, Definition = definition };
    }
}
