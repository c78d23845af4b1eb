using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations.Problems;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Lifecycle;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

/// <summary>Tests problems of the store, and keeps the verdicts where the caller agrees: they move the next risk score. What was found comes out either way.</summary>
public sealed class TestEffectivenessOperation(
    Func<ICatalogue> open, Func<IJournal> journal, Func<IAuditLog> audit, IMetricFile metrics, EffectivenessPolicy policy, TimeProvider clock, Caller caller) : IOperation<TestEffectivenessRequest>
{
    /// <summary>Problems analysed between two signs of life.</summary>
    private const int Batch = 256;

    public async IAsyncEnumerable<OperationEvent> RunAsync(TestEffectivenessRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rules = policy with { BeforeDays = request.Before ?? policy.BeforeDays, AfterDays = request.After ?? policy.AfterDays };
        if (request.FromCounts)
        {
            yield return new ResultEvent(EffectivenessTest.FromCounts(request.BeforeCount!.Value, request.BeforeDays!.Value, request.AfterCount!.Value, request.AfterDays!.Value, rules));
            yield break;
        }
        var now = clock.GetUtcNow();
        var asOf = request.AsOf ?? now;
        if (request.Metric is not null)
        {
            foreach (var next in MetricEffect.Run(request, metrics, open, rules, asOf, cancellationToken)) yield return next;
            yield break;
        }

        var catalogue = open();
        var choice = new PatchChoice(request, request.PlanId is null ? null : Plan.StoredPlan.Require(catalogue, request.PlanId), catalogue);
        var problems = new Wildcard(request.Problem);
        var effective = request.Since is null ? null
            : catalogue.Verdicts(asOf).Where(v => v.Verdict.Verdict == EffectivenessVerdict.Effective).Select(v => v.Verdict.Problem).ToHashSet(StringComparer.Ordinal);
        // Where everything is asked for, the estate is needed whatever the problems are.
        var reading = choice.Everything && problems.MatchesAll ? Task.Run(() => new EstateHistory(catalogue, asOf), CancellationToken.None) : null;
        var all = catalogue.Problems().ToList();
        var chosen = all.Where(p => problems.Matches(p.Id) && (choice.Everything || choice.Of(p).Count > 0) && (effective is null || effective.Contains(p.Id))).ToList();
        foreach (var name in problems.Literals.Where(n => !chosen.Exists(p => p.Id.Equals(n, StringComparison.OrdinalIgnoreCase))))
            yield return new FailedEvent(new Failure("ProblemNotFound", FailureKind.NotFound,
                effective is null ? $"No problem '{name}' with such a patch is in the store." : $"No problem '{name}' with the verdict Effective is in the store.", name,
                effective is null ? "See what there is with Get-PatchProblem." : "Test it first with Test-PatchEffectiveness without -Since."));
        var estate = reading is not null ? await reading.ConfigureAwait(false) : chosen.Count > 0 ? new EstateHistory(catalogue, asOf) : null;
        if (chosen.Count == 0 && !choice.Everything && effective is null && problems.MatchesAll)
            yield return new WarningEvent($"{choice.Nobody()} Name the patch on the problem's record with Set-PatchProblem -Patch, or the problem in its deployments.");
        if (chosen.Count == 0 || estate is null) yield break;

        var histories = new ProblemHistories(estate);
        if (request.By != EffectivenessGrouping.Problem)
        {
            var groups = Grouped(request, chosen, histories, choice, rules, cancellationToken);
            if (groups.Count == 0) yield return Nothing(chosen.Count);
            foreach (var result in groups) yield return new ResultEvent(result);
            yield break;
        }
        var review = request.Since is { } since ? new ChangeReview(catalogue, since, asOf) : null;
        // A question about the past must not overwrite what is known today.
        var kept = request.AsOf is null;
        var results = new List<EffectivenessResult>();
        Task<ProblemLearning>? learning = null;
        try
        {
            for (var start = 0; start < chosen.Count; start += Batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new ProgressEvent("Test-PatchEffectiveness", chosen[start].Id, 100.0 * start / chosen.Count);
                var part = new EffectivenessResult?[Math.Min(Batch, chosen.Count - start)];
                Parallel.For(0, part.Length, new ParallelOptions { CancellationToken = cancellationToken }, i =>
                {
                    var problem = chosen[start + i];
                    var changes = review?.Of(problem, histories);
                    if (changes is { Count: 0 }) return;
                    var patches = choice.Everything ? [] : choice.Of(problem);
                    // Of a past day what came later was not known; today it is dirt.
                    var future = request.AsOf is null ? histories.Future(problem, patches) : null;
                    var history = histories.Of(problem, patches, request.Control);
                    if (future is not null && history is not null) history = history with { Limitations = [.. history.Limitations, future] };
                    part[i] = history is not null
                        ? changes is null ? EffectivenessAnalysis.Analyse(history, rules) : LaterChanges.Review(EffectivenessAnalysis.Analyse(history, rules), history, changes, rules)
                        : problems.Literals.Contains(problem.Id, StringComparer.OrdinalIgnoreCase) ? Untested(problem, histories.Scope(problem, patches, request.Control), future) : null;
                });
                results.AddRange(part.OfType<EffectivenessResult>());
                // What keeping verdicts needs is gathered beside the analysis as soon as there is one.
                if (kept && learning is null && results.Exists(r => r.Verdict != EffectivenessVerdict.Inconclusive)) learning = Task.Run(() => new ProblemLearning(catalogue, estate, (p, tested) => histories.Scope(p, tested, request.Control).Items, all, now).Prepare(), CancellationToken.None);
            }
            if (review is null && results.Count == 0) yield return Nothing(chosen.Count);
            if (review is not null && results.Count == 0) yield return new WarningEvent($"Nothing that was effective had other patches or changes on its items since {request.Since:yyyy-MM-dd}.");
            var answers = results.Count > 1 ? EffectivenessAnalysis.ControlFalseDiscoveries(results, rules) : results;
            List<EffectivenessResult> keeping = kept ? [.. answers.Where(r => r.Verdict != EffectivenessVerdict.Inconclusive && r.Problem is not null)] : [];
            if (keeping.Count > 0)
            {
                var ask = new AskEvent(keeping.Count == 1 ? keeping[0].Problem! : FormattableString.Invariant($"{keeping.Count} problems"), keeping.Count == 1 ? $"Keep the verdict {keeping[0].Verdict}" : "Keep the verdicts");
                yield return ask;
                if (await ask.Reply.ConfigureAwait(false) == Answer.Yes && learning is not null)
                {
                    foreach (var opened in await KeepAsync(catalogue, await learning.ConfigureAwait(false), keeping, now, cancellationToken).ConfigureAwait(false))
                        yield return new WarningEvent($"{opened.Problem}: {opened.Verdict}. A joint investigation was opened: Get-PatchInvestigation {opened.Id}.");
                }
            }
            foreach (var result in answers) yield return new ResultEvent(result);
        }
        finally
        {
            // Whoever stops early must not leave a reader behind.
            if (learning is not null) await Task.WhenAny(learning).ConfigureAwait(false);
        }
    }

    private async ValueTask<IReadOnlyList<PatchInvestigation>> KeepAsync(ICatalogue catalogue, ProblemLearning learning, IReadOnlyList<EffectivenessResult> verdicts, DateTimeOffset now, CancellationToken cancellationToken)
    {
        catalogue.AddVerdicts(verdicts, now);
        await audit().AppendAsync([.. verdicts.Select(r => new AuditRecord($"verdict/{r.Problem}/{r.Verdict}/{r.AfterCount}/{r.BeforeCount}/{r.Patch}/{now:yyyyMMdd}/{caller.Account}", caller.Account, "Verdict", r.Problem!,
            CanonicalJson.Of(("verdict", r.Verdict.ToString()), ("patch", r.Patch), ("before", r.BeforeCount), ("after", r.AfterCount))))], now, cancellationToken).ConfigureAwait(false);
        return await ProblemFeedback.KeepAsync(catalogue, learning, journal(), audit(), verdicts, caller, now, cancellationToken).ConfigureAwait(false);
    }

    private static IReadOnlyList<EffectivenessResult> Grouped(
        TestEffectivenessRequest request, IReadOnlyList<Problem> chosen, ProblemHistories histories, PatchChoice choice, EffectivenessPolicy rules, CancellationToken cancellationToken)
    {
        var results = new List<EffectivenessResult>();
        foreach (var group in chosen.SelectMany(p => choice.Of(p).Select(patch => (Group: choice.GroupOf(patch, request.By), Problem: p, Patch: patch)))
            .GroupBy(x => x.Group, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var gathered = group.GroupBy(x => x.Problem).Select(g => histories.Of(g.Key, [.. g.Select(x => x.Patch).Distinct(StringComparer.Ordinal)], request.Control)).OfType<ProblemHistory>().ToList();
            if (gathered.Count == 0) continue;
            var result = EffectivenessAnalysis.Analyse(PooledHistory.Of(group.Key, gathered), rules);
            var names = gathered.ConvertAll(h => h.Problem);
            results.Add(result with
            {
                Problem = null, Group = group.Key, Problems = names,
                Reasons = [.. result.Reasons, $"{names.Count} {(names.Count == 1 ? "problem" : "problems")} of this {request.By.ToString().ToLowerInvariant()} put together: {string.Join(", ", names.Take(10))}{(names.Count > 10 ? " …" : "")}."],
            });
        }
        return results.Count > 1 ? EffectivenessAnalysis.ControlFalseDiscoveries(results, rules) : results;
    }

    /// <summary>No answer at all would leave people wondering whether the test ran.</summary>
    private static WarningEvent Nothing(int problems) =>
        new($"Nothing to compare: {(problems == 1 ? "the problem has" : FormattableString.Invariant($"none of the {problems} problems has"))} {(problems == 1 ? "no" : "a")} successful deployment of its patches on its items. Import deployments with Import-PatchDeployment; Test-PatchEffectiveness with a problem's id says what lacks.");

    private static EffectivenessResult Untested(Problem problem, ProblemScope scope, string? future) => new()
    {
        Problem = problem.Id,
        Patch = scope.Patches.Count > 0 ? string.Join(", ", scope.Patches) : null,
        Verdict = EffectivenessVerdict.Inconclusive,
        Reasons =
        [
            scope.Items.Count == 0
                ? "The record names no configuration items, and no deployment or incident on an item names the problem, so there is nothing to compare: add items with Set-PatchProblem -Asset."
                : "No successful deployment of its patches to its configuration items is on record, so there is nothing to compare.",
            .. scope.Notes, .. future is null ? [] : new[] { future },
        ],
    };
}
