using PatchOps.Core.Kpi.Statistics;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>Key figures of an estate by group, each with n and interval, never NaN.</summary>
public sealed class KpiCalculator
{
    private const double Percent = 100;

    private readonly EstateFacts facts;
    private readonly KpiGroups groups;
    private readonly KpiPeriod period;
    private readonly IReadOnlyList<string> names;
    private readonly ILookup<string, Deployment> deployments;
    private readonly ILookup<string, OpenPatch> open;
    private readonly ILookup<string, Asset> assets;
    private readonly ILookup<string, Problem> resolved;
    private readonly ILookup<string, Incident> incidents;
    private readonly Dictionary<string, int> incidentsOf;
    private readonly ILookup<string, double> windows;
    private readonly bool flags;
    private readonly VendorRecord vendors;
    private readonly ILookup<string, ExceptedFindings> excepted;

    /// <param name="period">Deployments started, incidents opened and problems resolved in it count; null for all up to the day of the facts.</param>
    /// <param name="agreedDays">Days within which vendors owe a fix, by vendor or <c>default</c>; null where nothing was agreed.</param>
    public KpiCalculator(EstateFacts facts, KpiGrouping by = KpiGrouping.Tenant, KpiPeriod? period = null, IReadOnlyDictionary<string, double>? agreedDays = null)
    {
        this.facts = facts;
        this.period = period ?? KpiPeriod.Whole(facts);
        groups = new KpiGroups(facts, by);
        vendors = new VendorRecord(facts, by, this.period, agreedDays ?? new Dictionary<string, double>());
        names = groups.All();
        deployments = facts.Deployments.Where(d => this.period.Contains(d.Started)).ToLookup(groups.Of, StringComparer.Ordinal);
        assets = facts.Assets.Where(_ => !groups.OfPatches).ToLookup(a => groups.OfAsset(a.Id), StringComparer.Ordinal);
        open = facts.Open.ToLookup(groups.Of, StringComparer.Ordinal);
        excepted = facts.Excepted.ToLookup(groups.Of, StringComparer.Ordinal);
        resolved = facts.Problems.Where(p => p.Resolved is { } at && this.period.Contains(at)).SelectMany(p => groups.Of(p).Select(g => (g, p))).ToLookup(x => x.g, x => x.p, StringComparer.Ordinal);
        incidents = facts.IncidentsIn(this.period).Where(i => groups.Of(i) is not null).ToLookup(i => groups.Of(i)!, StringComparer.Ordinal);
        incidentsOf = facts.IncidentsIn(this.period).Where(i => i.ConfigurationItem is not null).GroupBy(i => i.ConfigurationItem!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        flags = !groups.OfPatches && facts.Incidents.Any(i => i.Vulnerabilities.Count > 0);
        windows = facts.Changes.Where(c => c is { PlannedStart: { } start, PlannedEnd: { } end } && end >= start && this.period.Contains(start))
            .SelectMany(c => c.ConfigurationItems.Select(i => (Group: groups.Of(c, i), Hours: (c.PlannedEnd!.Value - c.PlannedStart!.Value).TotalHours)))
            .Where(w => w.Group is not null).ToLookup(w => w.Group!, w => w.Hours, StringComparer.Ordinal);
    }

    /// <summary>All figures of all groups, group by group.</summary>
    public IEnumerable<Domain.Kpi> All() => names.SelectMany(Of);

    /// <summary>
    /// All figures month by month (UTC), oldest first: those that rest on what is open on the day of the facts stand in the last month only,
    /// since the inventory of earlier days is not known.
    /// </summary>
    public static IEnumerable<Domain.Kpi> Monthly(EstateFacts facts, KpiGrouping by, KpiPeriod period, IReadOnlyDictionary<string, double>? agreedDays = null)
    {
        var months = period.Months(int.MaxValue);
        for (var m = 0; m < months.Count; m++)
        {
            var last = m == months.Count - 1;
            foreach (var kpi in new KpiCalculator(facts, by, months[m], agreedDays).All())
                if (last || !KpiNames.OfTheDay.Contains(kpi.Name)) yield return kpi;
        }
    }

    /// <summary>All figures of one group.</summary>
    public IEnumerable<Domain.Kpi> Of(string group)
    {
        foreach (var kpi in Installs(group)) yield return kpi;
        yield return Compliance(group);
        foreach (var kpi in Times(group)) yield return kpi;
        yield return ProblemsByPatch(group);
        foreach (var kpi in Volume(group)) yield return kpi;
        foreach (var kpi in Downtime(group)) yield return kpi;
        yield return Make(KpiNames.FixRate, group, vendors.FixRate(group).Times(Percent));
        yield return Make(KpiNames.Delivery, group, vendors.Delivery(group));
        yield return Make(KpiNames.DeliveryInTime, group, vendors.InTime(group).Times(Percent));
        yield return Make(KpiNames.LeftOpen, group, new Estimate(facts.Assets.Count == 0 ? null : excepted[group].Sum(e => e.Count), null, null, excepted[group].LongCount()));
    }

    /// <summary>Success, failure and rollback of deployments, and the time from a failure to the next success.</summary>
    public IEnumerable<Domain.Kpi> Installs(string group)
    {
        long n = 0, failed = 0, back = 0;
        var repairs = new List<double>();
        foreach (var deployment in deployments[group])
        {
            n++;
            if (deployment.Outcome == DeploymentOutcome.Succeeded) continue;
            if (deployment.Outcome == DeploymentOutcome.RolledBack) back++;
            else failed++;
            if (NextSuccess(deployment) is { } success) repairs.Add((success - deployment.Started).TotalHours);
        }
        yield return Make(KpiNames.SuccessRate, group, Estimate.Share(n - failed - back, n).Times(Percent));
        yield return Make(KpiNames.FailureRate, group, Estimate.Share(failed + back, n).Times(Percent));
        yield return Make(KpiNames.RollbackRate, group, Estimate.Share(back, n).Times(Percent));
        yield return Make(KpiNames.Repair, group, Estimate.Mean(repairs));
    }

    private Domain.Kpi Compliance(string group)
    {
        // A vendor or product concerns the assets that had or lack something of it; otherwise all assets of the group count.
        var late = open[group].Where(o => o.OverdueAt(facts.AsOf)).Select(o => o.Asset).ToHashSet(StringComparer.Ordinal);
        var scope = (groups.OfPatches
            ? open[group].Select(o => o.Asset).Concat(deployments[group].Select(d => d.Asset)).Where(a => facts.Asset(a) is not null)
            : assets[group].Select(a => a.Id)).ToHashSet(StringComparer.Ordinal);
        late.IntersectWith(scope);
        return Make(KpiNames.Compliance, group, Estimate.Share(scope.Count - late.Count, scope.Count).Times(Percent));
    }

    private IEnumerable<Domain.Kpi> Times(string group)
    {
        var fixes = new List<double>();
        var waits = new List<double>();
        foreach (var deployment in deployments[group])
        {
            if (deployment.Outcome != DeploymentOutcome.Succeeded || !IsFirstSuccess(deployment)) continue;
            var done = Done(deployment);
            if (facts.FixAvailable.TryGetValue(deployment.Patch, out var available) && available <= done) fixes.Add((done - available).TotalDays);
            if (deployment.Problem is { } id && facts.ProblemsById.TryGetValue(id, out var problem) && problem.Opened <= done) waits.Add((done - problem.Opened.Value).TotalDays);
        }
        yield return Make(KpiNames.PatchMedian, group, Estimate.Quantile(fixes, 0.5));
        yield return Make(KpiNames.PatchNinetieth, group, Estimate.Quantile(fixes, 0.9));
        yield return Make(KpiNames.AnswerMedian, group, Estimate.Quantile(waits, 0.5));
        var ages = open[group].Where(o => o.Patch is not null && facts.FixAvailable.TryGetValue(o.Patch, out var day) && day <= facts.AsOf)
            .Select(o => (facts.AsOf - facts.FixAvailable[o.Patch!]).TotalDays);
        yield return Make(KpiNames.ExposureMedian, group, Estimate.Quantile(ages, 0.5));
    }

    private Domain.Kpi ProblemsByPatch(string group)
    {
        long n = 0, patched = 0;
        foreach (var problem in resolved[group])
        {
            n++;
            if (facts.Answers[problem.Id].Any(d => d.Started <= problem.Resolved) || problem.Patches.Any(p => problem.ConfigurationItems.Any(i => SucceededBy(p, i, problem.Resolved!.Value)))) patched++;
        }
        return Make(KpiNames.ResolvedByPatch, group, Estimate.Share(patched, n).Times(Percent));
    }

    private IEnumerable<Domain.Kpi> Volume(string group)
    {
        var unpatched = open[group].Select(o => o.Asset).ToHashSet(StringComparer.Ordinal);
        long count = unpatched.Sum(a => incidentsOf.GetValueOrDefault(a));
        yield return Make(KpiNames.UnpatchedIncidents, group, unpatched.Count == 0 ? new Estimate(null, null, null, 0) : Estimate.Rate(count, period.Days / 30));
        // Whether incidents are matched to vulnerabilities at all is known where one was.
        yield return Make(KpiNames.ComponentIncidents, group, flags ? Estimate.Rate(incidents[group].LongCount(i => i.Vulnerabilities.Count > 0), period.Days / 30) : new Estimate(null, null, null, 0));
    }

    private IEnumerable<Domain.Kpi> Downtime(string group)
    {
        double caused = 0;
        long byChange = 0;
        var repairs = new List<double>();
        foreach (var incident in incidents[group])
        {
            if (incident.Resolved is not { } end || end < incident.Opened || end > facts.AsOf) continue;
            var hours = (end - incident.Opened).TotalHours;
            repairs.Add(hours);
            if (incident.CausedBy is null) continue;
            caused += hours;
            byChange++;
        }
        yield return Make(KpiNames.IncidentRepair, group, Estimate.Mean(repairs));
        yield return Make(KpiNames.UnscheduledDowntime, group, Estimate.Total(repairs.Sum(), repairs.Count));
        yield return Make(KpiNames.ChangeDowntime, group, Estimate.Total(caused, byChange));
        yield return Make(KpiNames.ScheduledDowntime, group, Estimate.Total(windows[group].Sum(), windows[group].LongCount()));
    }

    private bool SucceededBy(string patch, string asset, DateTimeOffset at) =>
        facts.Attempts.TryGetValue((patch, asset), out var tried) && tried.Any(d => d.Outcome == DeploymentOutcome.Succeeded && d.Started <= at);

    private DateTimeOffset? NextSuccess(Deployment failed)
    {
        foreach (var later in facts.Attempts[(failed.Patch, failed.Asset)])
            if (later.Outcome == DeploymentOutcome.Succeeded && later.Started > failed.Started) return Done(later);
        return null;
    }

    private bool IsFirstSuccess(Deployment deployment) =>
        ReferenceEquals(deployment, facts.Attempts[(deployment.Patch, deployment.Asset)].First(d => d.Outcome == DeploymentOutcome.Succeeded));

    private static DateTimeOffset Done(Deployment deployment) => deployment.Ended is { } ended && ended >= deployment.Started ? ended : deployment.Started;

    private Domain.Kpi Make(string name, string group, Estimate estimate)
    {
        var (unit, definition) = KpiNames.Definitions[name];
        return new Domain.Kpi { Name = name, Group = group, From = period.From, To = period.To, Value = estimate.Value, Low = estimate.Low, High = estimate.High, N = estimate.N, Unit = unit, Definition = definition };
    }
}
