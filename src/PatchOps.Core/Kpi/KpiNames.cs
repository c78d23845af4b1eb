namespace PatchOps.Core.Kpi;

/// <summary>The key figures, their units and what exactly they count.</summary>
public static class KpiNames
{
    public const string SuccessRate = "Success rate";
    public const string FailureRate = "Install failure rate";
    public const string RollbackRate = "Rollback rate";
    public const string Repair = "MTTR of failed installs";
    public const string Compliance = "Patch compliance";
    public const string PatchMedian = "Time to patch, median";
    public const string PatchNinetieth = "Time to patch, 90th percentile";
    public const string AnswerMedian = "Problem to patch, median";
    public const string ExposureMedian = "Open exposure, median";
    public const string ResolvedByPatch = "Problems resolved by patch";
    public const string UnpatchedIncidents = "Incidents on unpatched assets";
    public const string ComponentIncidents = "Incidents from unpatched components";
    public const string IncidentRepair = "MTTR of incidents";
    public const string UnscheduledDowntime = "Unscheduled downtime";
    public const string ChangeDowntime = "Downtime from changes";
    public const string ScheduledDowntime = "Scheduled downtime";
    public const string FixRate = "Fix rate";
    public const string Delivery = "Vendor delivery, median";
    public const string DeliveryInTime = "Vendor delivery in time";
    public const string LeftOpen = "Findings left open by exception";

    /// <summary>Figures that rest on what is open on the day of the facts.</summary>
    public static IReadOnlySet<string> OfTheDay { get; } = new HashSet<string>(StringComparer.Ordinal) { Compliance, ExposureMedian, UnpatchedIncidents, LeftOpen };

    private const string Wilson = "95 % Wilson interval.";
    private const string Order = "Interval between order statistics, at least 95 %.";
    private const string Student = "95 % Student interval of the mean.";

    /// <summary>Unit and definition by name.</summary>
    public static IReadOnlyDictionary<string, (string Unit, string Definition)> Definitions { get; } = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        [SuccessRate] = ("%", "Deployments that succeeded, of all that were started. " + Wilson),
        [FailureRate] = ("%", "Deployments that failed or were rolled back, of all that were started. " + Wilson),
        [RollbackRate] = ("%", "Deployments that were rolled back, of all that were started. " + Wilson),
        [Repair] = ("hours", "From the start of a failed or rolled back deployment to the end of the next successful one of the same patch on the same asset; those without one do not count. " + Student),
        [Compliance] = ("%", "Assets without an affected finding past its due date, of all assets; what an exception covers does not count. " + Wilson),
        [PatchMedian] = ("days", "From the day a fix could be had to the first successful deployment on an asset; what is still open does not count. " + Order),
        [PatchNinetieth] = ("days", "From the day a fix could be had to the first successful deployment on an asset; what is still open does not count. " + Order),
        [AnswerMedian] = ("days", "From the opening of a problem to the first successful deployment for it on an asset: one that names it, or of its patch on its item before it was resolved. " + Order),
        [ExposureMedian] = ("days", "Age of the fixes that are still missing, one for each asset and patch. " + Order),
        [ResolvedByPatch] = ("%", "Resolved problems with a successful deployment for them before the resolution, of all resolved problems. " + Wilson),
        [UnpatchedIncidents] = ("per 30 days", "Incidents on assets that have open affected findings now. 95 % exact Poisson interval."),
        [ComponentIncidents] = ("per 30 days", "Incidents that point to a vulnerability which was open on their item when they were imported (Get-PatchIncident -Flagged). 95 % exact Poisson interval."),
        [IncidentRepair] = ("hours", "From opening to resolution of incidents that were resolved. " + Student),
        [UnscheduledDowntime] = ("hours", "Sum of the durations of resolved incidents: an upper limit of downtime, since not every incident stops its item. A complete count, no interval."),
        [ChangeDowntime] = ("hours", "The part of unscheduled downtime whose incidents name the change that caused them. A complete count, no interval."),
        [ScheduledDowntime] = ("hours", "Planned duration of changes, once for each item. A complete count, no interval."),
        [FixRate] = ("%", "Problems whose patch was found Effective, of all with a verdict (Test-PatchEffectiveness), each by its last one. " + Wilson),
        [Delivery] = ("days", "From the publication of a vulnerability found here to the day its fix could be had, 0 where the fix came first. By vendor, product or tenant. " + Order),
        [DeliveryInTime] = ("%", "Those fixes that came within the days agreed (policy problems.vendorDays), of those with an agreement. " + Wilson),
        [LeftOpen] = ("findings", "Open findings that an active acceptance, deferral or pin covers: the other figures leave them out. N is the number of patches on assets. A complete count, no interval."),
    };
}
