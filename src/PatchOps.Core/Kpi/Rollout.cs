using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>A patch, or a wave of a plan, that went onto many assets within a short time: what a key figure may have moved with.</summary>
/// <param name="Name">The patch; of a wave the plan's id and the wave.</param>
/// <param name="From">First start.</param>
/// <param name="To">Last start.</param>
/// <param name="Assets">Assets that got it.</param>
/// <param name="Plan">Id of the plan, where it was a wave.</param>
/// <param name="Wave">Number of the wave, where it was one.</param>
public sealed record Rollout(string Name, DateTimeOffset From, DateTimeOffset To, int Assets, string? Plan = null, int? Wave = null)
{
    private const int FewestAssets = 3;

    /// <summary>Installs further apart are two rollouts.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromDays(14);

    /// <summary>Rollouts that began by the day of the facts, in order of time; successful installs count.</summary>
    /// <param name="most">The largest are kept.</param>
    public static IReadOnlyList<Rollout> Of(EstateFacts facts, KpiPeriod period, int most)
    {
        var found = new List<Rollout>();
        var (waves, groups) = (new Dictionary<(string Plan, int Wave), int>(), new List<(string? Plan, int Number, List<int> Places)>());
        var patches = new int[facts.Numbers.Patches.Count];
        Array.Fill(patches, -1);
        for (int i = facts.FirstFrom(period.From), end = facts.FirstFrom(period.To); i < end; i++)
        {
            var one = facts.Deployments[i];
            if (one.Outcome != DeploymentOutcome.Succeeded) continue;
            var wave = WaveOf(one);
            ref var place = ref patches[facts.Numbers.Patch(i)];
            if (wave is { } number)
            {
                place = ref CollectionsMarshal.GetValueRefOrAddDefault(waves, (one.Change!, number), out var known);
                if (!known) place = -1;
            }
            if (place < 0)
            {
                place = groups.Count;
                groups.Add((wave is null ? null : one.Change, wave ?? facts.Numbers.Patch(i), []));
            }
            groups[place].Places.Add(i);
        }
        foreach (var (plan, number, places) in groups.Where(g => g.Places.Count >= FewestAssets))
        {
            var start = 0;
            for (var i = 1; i <= places.Count; i++)
            {
                if (i < places.Count && facts.Deployments[places[i]].Started - facts.Deployments[places[i - 1]].Started <= Pause) continue;
                var own = places[start..i];
                start = i;
                var assets = own.Select(facts.Numbers.Asset).Distinct().Count();
                if (assets < FewestAssets) continue;
                var name = plan is null ? facts.Numbers.Patches[number] : FormattableString.Invariant($"{plan} wave {number}");
                found.Add(new Rollout(name, facts.Deployments[own[0]].Started, facts.Deployments[own[^1]].Started, assets, plan, plan is null ? null : number));
            }
        }
        return [.. found.OrderByDescending(r => r.Assets).ThenBy(r => r.From).ThenBy(r => r.Name, StringComparer.Ordinal).Take(most).OrderBy(r => r.From).ThenBy(r => r.Name, StringComparer.Ordinal)];
    }

    public override string ToString() => FormattableString.Invariant($"{Name} on {Assets} assets");

    /// <summary>A wave records its deployments as PLAN/WAVE/ASSET/PATCH, with the plan as the change.</summary>
    private static int? WaveOf(Deployment one)
    {
        if (one.Change is not { } plan || !one.Id.StartsWith(plan, StringComparison.Ordinal) || one.Id.Length <= plan.Length || one.Id[plan.Length] != '/') return null;
        var rest = one.Id.AsSpan(plan.Length + 1);
        var end = rest.IndexOf('/');
        return end > 0 && int.TryParse(rest[..end], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var wave) ? wave : null;
    }
}
