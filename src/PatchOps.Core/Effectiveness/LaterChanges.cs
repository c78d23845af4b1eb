using System.Globalization;
using PatchOps.Core.Effectiveness.Designs;
using PatchOps.Core.Effectiveness.Statistics;
using PatchOps.Core.Effectiveness.Verdicts;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Something that was changed on an item after the patch under test.</summary>
/// <param name="Name">Patch or change, as people call it.</param>
/// <param name="Asset">Item id.</param>
/// <param name="At">When it was done.</param>
public sealed record LaterChange(string Name, string Asset, DateTimeOffset At);

/// <summary>Is a patch that was effective still effective after later changes on the same items?</summary>
public static class LaterChanges
{
    /// <summary>
    /// Splits each item's time after deployment at its first later change and compares the rates, each item's with its own. A significant rise towards the old rate
    /// makes the verdict Recurred, with the day of the first change as its change point; otherwise the verdict stands, and the reasons say
    /// what the comparison could show.
    /// </summary>
    /// <param name="result">Verdict on the whole history.</param>
    /// <param name="history">What it was found on.</param>
    /// <param name="changes">Changes after the patch; those on other items or before it are left out.</param>
    /// <param name="policy">What counts as proof.</param>
    public static EffectivenessResult Review(EffectivenessResult result, ProblemHistory history, IReadOnlyList<LaterChange> changes, EffectivenessPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(history);
        var clean = new CleanHistory(history, policy with { AfterDays = 36_499 });
        var window = new BeforeAfterWindow([.. clean.Items.Where(i => i.Deployed is not null && i.Use == ItemUse.Affected)], policy with { AfterDays = 36_499 });
        // Each item is held against itself, as around the patch: pooled, quiet canaries that were changed last and busy items that were changed first would pass for a return.
        double quiet = 0, quietDays = 0, since = 0, sinceDays = 0, early = 0, late = 0, old = 0;
        var named = new SortedDictionary<DateTimeOffset, SortedSet<string>>();
        var touched = 0;
        foreach (var item in window.Items)
        {
            var until = item.AfterUntil(36_499);
            var own = changes.Where(c => c.Asset == item.Id && (c.At - history.DataFrom).TotalDays is var at && at > item.Settled && at < until).OrderBy(c => c.At).ToList();
            if (own.Count == 0) continue;
            touched++;
            foreach (var change in own)
                (named.TryGetValue(change.At, out var names) ? names : named[change.At] = new SortedSet<string>(StringComparer.Ordinal)).Add(change.Name);
            double from = item.AfterFrom, split = (own[0].At - history.DataFrom).TotalDays, again = Math.Min(until, split + policy.WashoutDays);
            double calm = split - from, rest = until - again;
            if (calm <= 0 || rest <= 0) continue;
            int first = item.Count(from, split), second = item.Count(again, until);
            (quiet, since, quietDays, sinceDays) = (quiet + first, since + second, quietDays + calm, sinceDays + rest);
            early += (first + second) * calm / (calm + rest);
            late += (first + second) * rest / (calm + rest);
            double begin = item.BeforeFrom(policy.BeforeDays), end = item.BeforeUntil;
            old += item.Count(begin, end) / (end - begin) * rest;
        }
        if (touched == 0) return result with { Reasons = [.. result.Reasons, "No later change on the patched items is on record."] };
        var list = named.Values.SelectMany(n => n).Distinct(StringComparer.Ordinal).ToList();
        var begun = named.Keys.First();
        var what = string.Create(CultureInfo.InvariantCulture,
            $"Later changes on {touched} of the patched items from {Sentences.Date(begun)} on: {string.Join(", ", list.Take(5))}{(list.Count > 5 ? $" and {list.Count - 5} more" : "")}.");
        if (quietDays <= 0 || sinceDays <= 0)
            return result with { Reasons = [.. result.Reasons, what, "There is no complete day of data on both sides of them: whether the patch still holds is not known."] };
        var spread = BeforeAfterDispersion.Of(window, beforeOnly: true).Effective(policy.Confidence);
        var comparison = new RateComparison(quiet / spread, quietDays, since / spread, early > 0 ? quietDays * late / early : sinceDays);
        var rose = comparison.TailHigh(1) <= policy.Alpha / 2;
        // A rise that stays well below the old rate is worth a sentence, not a verdict.
        var back = old > 0 && since >= 0.5 * old;
        var (low, high) = comparison.Interval(policy.Confidence);
        var numbers = string.Create(CultureInfo.InvariantCulture,
            $"Since them {since:0} incidents in {sinceDays:0} item-days, between the patch and them {quiet:0} in {quietDays:0} (rate ratio of each item held against itself {Sentences.Number(comparison.Ratio)}, {Sentences.Percent(policy.Confidence)} interval {Sentences.Number(low)} to {(double.IsFinite(high) ? Sentences.Number(high) : "unbounded")})");
        if (rose && back)
            return result with
            {
                Verdict = EffectivenessVerdict.Recurred, ChangePoint = begun, DaysNeeded = 0,
                Reasons = [.. result.Reasons, what, $"{numbers}: the problem came back with them."],
            };
        return result with
        {
            Reasons = [.. result.Reasons, what, rose ? $"{numbers}: it rose, but stays below half of the old rate." : $"{numbers}: no return is seen."],
        };
    }
}
