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
internal sealed class VendorRecord(EstateFacts facts, KpiGrouping by, KpiPeriod period, IReadOnlyDictionary<string, double> agreedDays)
{
    /// <summary>Days that hold for vendors without a figure of their own.</summary>
    public const string AnyVendor = "default";

    private readonly KpiGroups groups = new(facts, by);
    private readonly Lazy<ILookup<string, FixDelivery>> deliveries = new(() => facts.Deliveries.Value.Where(d => period.Contains(d.Available)).ToLookup(d => Group(by, d.Patch), StringComparer.Ordinal));

    /// <summary>Days from publication to fix; only the vendor decides them, so they are not broken down by asset.</summary>
    public Estimate Delivery(string group) => Estimate.Quantile(Of(group).Select(d => d.Days), 0.5);

    /// <summary>Share of fixes that came within the agreed days.</summary>
    public Estimate InTime(string group)
    {
        var own = Of(group).Select(d => (d.Days, Agreed: Agreed(d.Patch))).Where(d => d.Agreed is not null).ToList();
        return Estimate.Share(own.Count(d => d.Days <= d.Agreed), own.Count);
    }

    /// <summary>Share of verdicts that say the patch solved its problem.</summary>
    public Estimate FixRate(string group)
    {
        var judged = facts.Problems.Where(p => p.Outcome is { } o && period.Contains(o.At) && Groups(p, o).Contains(group)).ToList();
        return Estimate.Share(judged.Count(p => p.Outcome!.Verdict == EffectivenessVerdict.Effective), judged.Count);
    }

    private IEnumerable<FixDelivery> Of(string group) => by is KpiGrouping.Environment or KpiGrouping.BusinessUnit or KpiGrouping.Decision ? [] : deliveries.Value[group];

    private double? Agreed(string patch) =>
        agreedDays.TryGetValue(PatchNames.Vendor(patch), out var days) || agreedDays.TryGetValue(AnyVendor, out days) ? days : null;

    private IEnumerable<string> Groups(Problem problem, ProblemOutcome outcome) => groups.ByPatch ? outcome.Patches.Select(p => Group(by, p)).Distinct() : groups.Of(problem);

    private static string Group(KpiGrouping by, string patch) => by switch
    {
        KpiGrouping.Vendor => PatchNames.Vendor(patch),
        KpiGrouping.Product => PatchNames.Product(patch),
        _ => KpiGroups.Whole,
    };
}
