using PatchOps.Core.Exposure;
using PatchOps.Core.Risk;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>
/// What each deployed patch called for on its asset when the day of the deployment began: scored from the vulnerabilities that it closes, as
/// they were known then. The asset's record is today's; service records and earlier installs are left out.
/// </summary>
public sealed class DeploymentDecisions
{
    private readonly Dictionary<(string Asset, string Patch, DateOnly Day), PatchDecision> decisions = [];

    /// <param name="closes">Vulnerabilities by patch.</param>
    public DeploymentDecisions(EstateRecords records, RiskPolicy policy, ILookup<string, string> closes)
    {
        if (closes.Count == 0) return;
        var assets = new Dictionary<string, AssetFacts>(StringComparer.Ordinal);
        foreach (var asset in records.EveryAsset) assets[asset.Id] = AssetFacts.From(asset, policy: policy);
        foreach (var day in records.Deployments.Where(d => d.Started <= records.AsOf && closes.Contains(d.Patch) && assets.ContainsKey(d.Asset)).GroupBy(Day))
        {
            var at = new DateTimeOffset(day.Key.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            var model = new RiskModel(policy, at);
            var threats = records.Catalogue.Threats([.. day.SelectMany(d => closes[d.Patch]).Distinct(StringComparer.OrdinalIgnoreCase)], at.AddTicks(-1));
            var facts = threats.ToDictionary(t => t.Key, t => ThreatReading.Facts(t.Key, t.Value), StringComparer.OrdinalIgnoreCase);
            foreach (var deployment in day)
            {
                var known = closes[deployment.Patch].Select(v => facts.GetValueOrDefault(v)).OfType<CveFacts>().ToList();
                if (known.Count == 0) continue;
                decisions[(deployment.Asset, deployment.Patch, day.Key)] = model.Assess(deployment.Patch, new RiskInput { Asset = assets[deployment.Asset], Cves = known }).Decision;
            }
        }
    }

    /// <summary>Null where nothing was known then of what the patch closes.</summary>
    public PatchDecision? Of(Deployment deployment) => decisions.Count > 0 && decisions.TryGetValue((deployment.Asset, deployment.Patch, Day(deployment)), out var decision) ? decision : null;

    private static DateOnly Day(Deployment deployment) => DateOnly.FromDateTime(deployment.Started.UtcDateTime);
}
