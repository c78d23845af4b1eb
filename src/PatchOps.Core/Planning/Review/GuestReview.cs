using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Review;

/// <summary>Virtual machines as they run now: who would go down with a hypervisor, or is changed together with it.</summary>
internal sealed class GuestReview(PatchPlan plan, PlanningPolicy policy, string replan)
{
    public IEnumerable<PlanFinding> Findings(IReadOnlyList<ReviewedHost> hosts, IReadOnlyDictionary<string, Asset> assets, Func<string, string?> resolve)
    {
        var guests = assets.Values.Where(a => a is { Hypervisor: not null, Retired: null }).Select(a => (On: resolve(a.Hypervisor!), Guest: a)).Where(g => g.On is not null && g.On != g.Guest.Id).ToLookup(g => g.On!, g => g.Guest, StringComparer.Ordinal);
        var byAsset = hosts.GroupBy(h => h.Host.Asset, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var host in hosts.Where(h => guests.Contains(h.Host.Asset)))
        {
            var mine = guests[host.Host.Asset].OrderBy(g => g.Name, StringComparer.Ordinal).ToList();
            if (!Evacuates(host))
            {
                yield return host.Say(plan.Id, FindingSeverity.Error, "GuestsStay", $"{InstanceBuilder.Listed([.. mine.Select(g => g.Name)])} run{(mine.Count == 1 ? "s" : "")} on {host.Host.Name} by now, and the plan has no step that moves guests away from it.",
                    $"Move them away and correct Hypervisor with Set-PatchAsset. {replan}");
            }
            foreach (var guest in mine)
            {
                if (byAsset.TryGetValue(guest.Id, out var other) && other.Host.Start < host.End && host.Host.Start < other.End)
                    yield return other.Say(plan.Id, FindingSeverity.Error, "GuestOverlap", FormattableString.Invariant($"{guest.Name} is planned at {other.Host.Start:u}, while {host.Host.Name}, on which it runs by now, is being changed."), replan);
            }
        }
    }

    /// <summary>The plan keeps the steps that it was made with, and they do not say which of them evacuate: today's policy does, as far as it knows them.</summary>
    private bool Evacuates(ReviewedHost host) => host.Wave.Quiesce.Where(q => q.Assets.Count == 0 || q.Assets.Contains(host.Host.Asset))
        .Any(q => policy.Quiesce.FirstOrDefault(r => r.Name.Equals(q.Name, StringComparison.OrdinalIgnoreCase)) is not { } rule || rule.Evacuates);
}
