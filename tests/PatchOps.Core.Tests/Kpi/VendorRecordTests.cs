using PatchOps.Core.Kpi;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Kpi;

/// <summary>A vendor's record: how fast fixes came, against what was agreed, and how often they solved their problem.</summary>
public sealed class VendorRecordTests
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, double> Agreed = new(StringComparer.OrdinalIgnoreCase) { ["default"] = 30, ["KB"] = 10 };

    private static readonly EstateFacts Facts = new(Day.AddDays(300), [new Asset { Id = "web1", Environment = AssetEnvironment.Production }], [],
        [Problem("P1", "KB1", EffectivenessVerdict.Effective), Problem("P2", "KB2", EffectivenessVerdict.Masked), Problem("P3", "deb:foo/1", EffectivenessVerdict.Effective), new Problem { Id = "P4", Patches = ["KB3"] }],
        IncidentTable.Empty, [], [], new Dictionary<string, DateTimeOffset>())
    {
        Deliveries = new Lazy<IReadOnlyList<FixDelivery>>(() =>
        [
            new FixDelivery("KB1", "CVE-2026-1", Day, Day.AddDays(5)), new FixDelivery("KB2", "CVE-2026-2", Day, Day.AddDays(20)), new FixDelivery("KB3", "CVE-2026-3", Day, Day.AddDays(40)),
            new FixDelivery("deb:foo/1", "CVE-2026-4", Day, Day.AddDays(29)), new FixDelivery("deb:bar/1", "CVE-2026-5", Day.AddDays(9), Day),
        ]),
    };

    [Fact]
    public void Delivery_runs_from_publication_to_fix_and_never_below_zero()
    {
        Assert.Equal((20d, 3L), Of(KpiNames.Delivery, "KB"));
        Assert.Equal((14.5, 2L), Of(KpiNames.Delivery, "DEB"));
        Assert.Equal((29d, 1L), Of(KpiNames.Delivery, "deb:foo", KpiGrouping.Product));
    }

    [Fact]
    public void What_was_agreed_with_a_vendor_goes_before_the_default()
    {
        Assert.Equal(100.0 / 3, Of(KpiNames.DeliveryInTime, "KB").Value!.Value, 9);
        Assert.Equal(100, Of(KpiNames.DeliveryInTime, "DEB").Value);
        Assert.Equal((null, 0L), Of(KpiNames.DeliveryInTime, "KB", agreed: new Dictionary<string, double>()));
    }

    [Fact]
    public void Only_verdicts_count_in_the_fix_rate()
    {
        Assert.Equal((50d, 2L), Of(KpiNames.FixRate, "KB"));
        Assert.Equal((100d, 1L), Of(KpiNames.FixRate, "DEB"));
        Assert.Equal((null, 0L), Of(KpiNames.Delivery, "Production", KpiGrouping.Environment));
    }

    private static Problem Problem(string id, string patch, EffectivenessVerdict verdict) => new()
    {
        Id = id, Patches = [patch], ConfigurationItems = ["web1"], Outcome = new ProblemOutcome { Verdict = verdict, At = Day.AddDays(200), Patches = [patch] },
    };

    private static (double? Value, long N) Of(string name, string group, KpiGrouping by = KpiGrouping.Vendor, IReadOnlyDictionary<string, double>? agreed = null)
    {
        var kpi = new KpiCalculator(Facts, by, new KpiPeriod(Day, Day.AddDays(300)), agreed ?? Agreed).Of(group).Single(k => k.Name == name);
        return (kpi.Value, kpi.N);
    }
}
