using PatchOps.Core.Kpi.Statistics;
using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>How long a vendor took to fix one vulnerability.</summary>
/// <param name="Patch">Patch that closes it.</param>
/// <param name="Published">When the vulnerability was published.</param>
/// <param name="Available">When the fix could first be had.</param>
public sealed record FixDelivery(string Patch, string Vulnerability, DateTimeOffset Published, DateTimeOffset Available)
{
    /// <summary>Days; 0 where the fix came first.</summary>
    public double Days => Math.Max(0, (Available - Published).TotalDays);
}

/// <summary>A vendor's record: how fast fixes come, against what was agreed, and how often they solve their problem.</summary>
internal sealed class VendorRecord(KpiGroups groups, KpiPeriod period, IReadOnlyDictionary<string, double> agreedDays)
{
    /// <summary>Days that hold for vendors without a figure of their own.</summary>
    public const string AnyVendor = "default";

    private readonly Lazy<ILookup<string, FixDelivery>> deliveries = new(() => groups.Facts.Deliveries.Value.Where(d => period.Contains(d.Available)).ToLookup(d => Group(groups.By, d.Patch), StringComparer.Ordinal));
    private readonly Lazy<ILookup<string, ProblemOutcome>> judged = new(() => groups.Facts.Problems.Where(p => p.Outcome is { } o && period.Contains(o.At))
        .SelectMany(p => Groups(groups, p).Select(g => (Group: g, Outcome: p.Outcome!))).ToLookup(g => g.Group, g => g.Outcome, StringComparer.Ordinal));

    /// <summary>Days from publication to fix; only the vendor decides them, so they are not broken down by asset.</summary>
    public Estimate Delivery(string group) => Estimate.Quantile(Of(group).Select(d => d.Days), 0.5);

    /// <summary>Share of fixes that came within the agreed days.</summary>
    public Estimate InTime(string group)
    {
        var own = Of(group).Select(d => (d.Days, Agreed: Agreed(d.Patch))).Where(d => d.Agreed is not null).ToList();
        return Estimate.Share(own.Count(d => d.Days <= d.Agreed), own.Count);
    }

    /// <summary>Share of verdicts that say the patch solved its problem.</summary>
    public Estimate FixRate(string group) => Estimate.Share(judged.Value[group].LongCount(o => o.Verdict == EffectivenessVerdict.Effective), judged.Value[group].LongCount());

    private IEnumerable<FixDelivery> Of(string group) => groups.By is KpiGrouping.Environment or KpiGrouping.BusinessUnit or KpiGrouping.Decision ? [] : deliveries.Value[group];

    private double? Agreed(string patch) =>
        agreedDays.TryGetValue(PatchNames.Vendor(patch), out var days) || agreedDays.TryGetValue(AnyVendor, out days) ? days : null;

    private static IEnumerable<string> Groups(KpiGroups groups, Problem problem) => groups.ByPatch ? problem.Outcome!.Patches.Select(p => Group(groups.By, p)).Distinct() : groups.Of(problem);

    private static string Group(KpiGrouping by, string patch) => by switch
    {
        KpiGrouping.Vendor => PatchNames.Vendor(patch),
        KpiGrouping.Product => PatchNames.Product(patch),
        _ => KpiGroups.Whole,
    };
}
