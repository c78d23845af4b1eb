using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Lifecycle;

/// <summary>Was the cause removed, or the symptom masked? Every piece of evidence with what it speaks for; the verdict alone does not decide.</summary>
internal static class RootCauseAudit
{
    public static (RootCauseState State, IReadOnlyList<RootCauseEvidence> Evidence) Of(Problem problem, EffectivenessResult result, int openOnPatched, int patched)
    {
        var evidence = new List<RootCauseEvidence>();
        void Says(RootCauseState state, FormattableString text) => evidence.Add(new RootCauseEvidence(state, text.ToString(CultureInfo.InvariantCulture)));

        if (result is { Verdict: EffectivenessVerdict.Effective or EffectivenessVerdict.Masked or EffectivenessVerdict.Recurred, RateRatio: { } ratio })
            Says(RootCauseState.Removed, $"The symptom fell to {ratio:0.##} of its rate ({result.RateRatioLow ?? 0:0.##} to {result.RateRatioHigh ?? double.PositiveInfinity:0.##}).");
        if (result.Verdict is EffectivenessVerdict.NotEffective or EffectivenessVerdict.Worse)
            Says(RootCauseState.Remains, $"The symptom did not fall by a useful amount: {result.BeforeCount} incidents in {result.BeforeDays:0} item-days before, {result.AfterCount} in {result.AfterDays:0} after.");
        if (result is { Design: EffectivenessDesign.SteppedWedge or EffectivenessDesign.Controlled, Verdict: EffectivenessVerdict.Effective })
            Says(RootCauseState.Removed, $"It fell where the patch was, against {result.Controls} comparable items without it: a trend does not explain it.");
        if (result.Design == EffectivenessDesign.BeforeAfter && result.Verdict == EffectivenessVerdict.Effective)
            Says(RootCauseState.Undecided, $"There were no comparable items without the patch: a trend or regression to the mean may explain part of the fall.");
        foreach (var cluster in result.SideEffects)
            Says(RootCauseState.Masked, $"Incidents of '{cluster.Category}' on {(cluster.OnDependents ? "items that depend on the patched ones" : "the same items")} rose from {cluster.BeforeCount} to {cluster.AfterCount}.");
        if (result.SideEffects.Count == 0 && result.Verdict == EffectivenessVerdict.Effective)
            Says(RootCauseState.Removed, $"No other group of incidents on the patched items, or on what depends on them, rose.");
        if (result.ChangePoint is { } back)
            Says(RootCauseState.Remains, $"The symptom came back about {back.UtcDateTime:yyyy-MM-dd}.");
        if (result.ConfoundedBy.Count > 0)
            Says(RootCauseState.Undecided, $"{string.Join(", ", result.ConfoundedBy)} went onto the same items at about the same time.");
        if (problem.Workaround is { } workaround && result.Verdict == EffectivenessVerdict.Effective)
            Says(RootCauseState.Masked, $"The workaround is still on record ('{workaround}'): while it is in place it can hide the cause. Retire it, then test again.");
        if (problem.Cves.Count > 0 && patched > 0)
        {
            if (openOnPatched > 0) Says(RootCauseState.Remains, $"What the problem names is still open on {openOnPatched} of {patched} patched items.");
            else Says(RootCauseState.Removed, $"Nothing that the problem names is open on its {patched} patched items any more.");
        }
        var state = result.Verdict switch
        {
            EffectivenessVerdict.Masked => RootCauseState.Masked,
            EffectivenessVerdict.NotEffective or EffectivenessVerdict.Worse or EffectivenessVerdict.Recurred => RootCauseState.Remains,
            // Effective says that the symptom fell; the cause is gone where nothing speaks against it.
            EffectivenessVerdict.Effective when evidence.TrueForAll(e => e.Speaks is RootCauseState.Removed or RootCauseState.Undecided) => RootCauseState.Removed,
            _ => RootCauseState.Undecided,
        };
        return (state, evidence);
    }
}
