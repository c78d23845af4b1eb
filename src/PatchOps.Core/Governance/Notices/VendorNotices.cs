using PatchOps.Core.Kpi.Statistics;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Notices;

/// <summary>What those who manage a vendor are told of one of its patches.</summary>
/// <param name="About">Investigation, or patch.</param>
/// <param name="Vendor">As key figures name it.</param>
internal sealed record VendorNotice(string About, string Vendor, DateTimeOffset At, string Subject, string Text);

/// <summary>Patches that failed, vendor by vendor: those that did not solve their problem, and those that install worse than all others do.</summary>
internal static class VendorNotices
{
    /// <summary>What is older is no news for a vendor.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromDays(90);

    private const int FewestAssets = 2;

    public static IEnumerable<VendorNotice> Of(ICatalogue catalogue, DateTimeOffset now)
    {
        var deployments = catalogue.Deployments().Where(d => d.Started <= now).ToList();
        var record = deployments.ToLookup(d => PatchNames.Vendor(d.Patch), StringComparer.Ordinal);
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var investigation in catalogue.Investigations().Where(i => i.IsOpen && i.Opened <= now && i.Opened > now - Fresh))
        {
            told.UnionWith(investigation.Patches);
            foreach (var vendor in investigation.Vendors)
            {
                var patches = string.Join(", ", investigation.Patches.Where(p => PatchNames.Vendor(p) == vendor));
                yield return new VendorNotice(investigation.Id, vendor, investigation.Opened, $"{vendor}: {patches} did not solve its problem ({Words(investigation.Verdict)})",
                    $"""
                    {patches} was found {Words(investigation.Verdict)} for problem {investigation.Problem} on {Day(investigation.Opened)}; investigation {investigation.Id} is open.
                    {string.Join('\n', investigation.Evidence.Select(e => $"- {e}"))}
                    {Record(vendor, record[vendor])}
                    See Get-PatchInvestigation {investigation.Id} and Get-PatchKpi -By Vendor: failure and fix rates, and delivery against what was agreed.

                    """);
            }
        }
        foreach (var patch in deployments.GroupBy(d => d.Patch, StringComparer.Ordinal).Where(g => !told.Contains(g.Key)).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var failed = patch.Where(d => d.Outcome != DeploymentOutcome.Succeeded).ToList();
            if (failed.Count == 0 || failed.Select(d => d.Asset).Distinct(StringComparer.Ordinal).Count() is var assets && assets < FewestAssets || failed[^1].Started <= now - Fresh) continue;
            var own = Estimate.Share(failed.Count, patch.Count());
            var others = Estimate.Share(deployments.Count(d => d.Outcome != DeploymentOutcome.Succeeded) - failed.Count, deployments.Count - patch.Count());
            // Worse than chance makes of what all others do.
            if (own.Low <= (others.Value ?? 0)) continue;
            var vendor = PatchNames.Vendor(patch.Key);
            yield return new VendorNotice(patch.Key, vendor, failed[^1].Started, $"{vendor}: {patch.Key} fails to install",
                FormattableString.Invariant($"""
                {failed.Count} of {patch.Count()} installs of {patch.Key} failed or were rolled back, on {assets} assets, from {Day(failed[0].Started)} to {Day(failed[^1].Started)}: {100 * own.Value:0.#} % (95 % interval {100 * own.Low:0.#} to {100 * own.High:0.#} %), against {100 * others.Value ?? 0:0.#} % of all other installs.
                {Record(vendor, record[vendor])}
                See Get-PatchDeployment -Patch '{patch.Key}' and Get-PatchKpi -By Vendor: failure and fix rates, and delivery against what was agreed.

                """));
        }
    }

    private static string Record(string vendor, IEnumerable<Deployment> deployments)
    {
        var outcomes = deployments.Select(d => d.Outcome).ToList();
        var failed = Estimate.Share(outcomes.LongCount(o => o != DeploymentOutcome.Succeeded), outcomes.Count);
        return failed.Value is null ? $"Nothing of {vendor} has been installed yet."
            : FormattableString.Invariant($"{vendor} on the whole: {outcomes.Count} installs, {outcomes.LongCount(o => o == DeploymentOutcome.Failed)} failed, {outcomes.LongCount(o => o == DeploymentOutcome.RolledBack)} rolled back: {100 * failed.Value:0.#} % (95 % interval {100 * failed.Low:0.#} to {100 * failed.High:0.#} %).");
    }

    private static string Words(EffectivenessVerdict verdict) => verdict == EffectivenessVerdict.NotEffective ? "not effective" : verdict.ToString().ToLowerInvariant();

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
