using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Candidates;

/// <summary>A candidate in sentences, the deciding one first.</summary>
internal static class CandidateReasons
{
    public static IReadOnlyList<string> Of(CandidateDraft draft, PatchCandidate candidate, PatchOption? option, PatchGain gain, int items)
    {
        var reasons = new List<string>();
        if (option is null && candidate.Cves.Count > 0) reasons.Add($"{string.Join(", ", candidate.Cves.Take(3))} is open on its items, and nobody offers a patch.");
        else if (option is null) reasons.Add(draft.Problem is { Patches.Count: > 0 } p ? $"{string.Join(", ", p.Patches)} is missing on none of its items any more." : "No open vulnerability on its items is tied to it.");
        else if (gain.Incidents == 0) reasons.Add($"{Capital(option.Why)}, but no incident of the period was on an item that lacks it.");
        else
            reasons.Add(Text($"{Capital(option.Why)}; {gain.Incidents} of its {candidate.Incidents} incidents were on {option.Assets.Count} items that lack it."));
        if (option is not null && gain.Incidents > 0)
            reasons.Add(Text($"{candidate.IncidentsAvoided:0.0#} incidents a month avoided ({candidate.IncidentsAvoidedLow:0.0#} to {candidate.IncidentsAvoidedHigh:0.0#}): their rate, which recent months weigh more in, times {candidate.Confidence:0.00}, the chance that the patch removes the cause{(option.Share < 1 ? Text($" ({gain.Fix:0.00}) and the share of the incidents tied to it ({option.Share:0.00})") : "")}."));
        if (candidate.Incidents == 0) reasons.Add("No incident of the period belongs to it.");
        else reasons.Add(Text($"{candidate.Incidents} incidents on {items} items{(draft.Problem is not null && draft.Unlinked > 0 ? Text($", {draft.Unlinked} of them without a link that look the same on the same items") : "")}, {candidate.IncidentsPerMonth:0.0#} a month now."));
        if (draft.Problem is null) reasons.Add($"No problem record holds them: open one for '{string.Join(' ', candidate.Terms)}'.");
        return reasons;
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
