using System.Globalization;

namespace PatchOps.Core.Effectiveness.Designs;

/// <summary>Other patches that landed on the same items at about the same time.</summary>
internal static class Confounding
{
    /// <summary>
    /// Items with another patch beside the tested one are left out where the rest carries at least half of the incidents and
    /// items; otherwise all stay, and the answer cannot say which patch it was.
    /// </summary>
    public static (IReadOnlyList<ItemTimeline> Kept, IReadOnlyList<string> Confounders, bool Withheld) Resolve(
        IReadOnlyList<ItemTimeline> patched, EffectivenessPolicy policy, List<string> limitations)
    {
        var touched = patched.Count(i => i.Beside.Count > 0);
        if (touched == 0) return (patched, [], false);
        var confounders = patched.SelectMany(i => i.Beside).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var rest = patched.Where(i => i.Beside.Count == 0).ToList();
        int all = patched.Sum(i => i.Symptoms.Count), kept = rest.Sum(i => i.Symptoms.Count);
        if (rest.Count * 2 >= patched.Count && kept * 2 >= all)
        {
            limitations.Add(string.Create(CultureInfo.InvariantCulture,
                $"{touched} of {patched.Count} patched items received another patch at about the same time and were left out."));
            return (rest, confounders, false);
        }
        return (patched, confounders, policy.WithholdWhenConfounded);
    }

    public static string Sentence(string tested, IReadOnlyList<string> confounders, bool withheld) =>
        $"Confounded: beside {tested}, {string.Join(", ", confounders)} {(confounders.Count == 1 ? "was" : "were")} deployed on the same items at about the same time"
        + (withheld ? "; what happened cannot be attributed to one of them." : ".");
}
