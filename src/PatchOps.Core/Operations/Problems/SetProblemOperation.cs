using System.Runtime.CompilerServices;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Lifecycle;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Problems;

/// <summary>Changes a problem record: what ends it needs proof, what is changed is kept, and the audit trail has it.</summary>
public sealed class SetProblemOperation(ICatalogue catalogue, IJournal journal, IAuditLog audit, Func<EffectivenessPolicy> policy, TimeProvider clock, Caller caller) : IOperation<SetProblemRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(SetProblemRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var problem = catalogue.Problems().FirstOrDefault(p => p.Id.Equals(request.Id, StringComparison.OrdinalIgnoreCase));
        if (problem is null)
        {
            yield return new FailedEvent(new Failure("ProblemNotFound", FailureKind.NotFound, $"No problem '{request.Id}' is in the store.", request.Id, "See what there is with Get-PatchProblem."));
            yield break;
        }
        var wanted = Wanted(problem, request, now);
        var changes = ProblemChanges.Of(problem, wanted);
        if (changes.Count == 0)
        {
            yield return new ResultEvent(problem);
            yield break;
        }
        // Of many that are piped in, one that is refused does not keep the others from being changed.
        if (await RefusalAsync(problem, wanted, request, now, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            yield return new FailedEvent(refusal);
            yield break;
        }

        var ask = new AskEvent(problem.ToString(), string.Join("; ", changes));
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        var edit = new ProblemEdit(now, caller.Account, changes, string.IsNullOrWhiteSpace(request.Justification) ? null : request.Justification.Trim());
        if (answer == Answer.Yes)
        {
            catalogue.EditProblem(problem, wanted, edit);
            var action = wanted.IsOpen == problem.IsOpen ? "ProblemEdited" : wanted.IsOpen ? "ProblemReopened" : "ProblemClosed";
            await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, action, problem.Id, CanonicalJson.Of(
                ("changes", changes), ("justification", edit.Justification), ("riskAcceptance", wanted.IsOpen ? null : ClosingRule.Accepted(catalogue, wanted, now)?.Id))), now, cancellationToken).ConfigureAwait(false);
            wanted = catalogue.Problems().First(p => p.Id == problem.Id);
        }
        if (!wanted.IsOpen && Missing(wanted) is { Count: > 0 } missing)
            yield return new WarningEvent(FormattableString.Invariant($"{missing.Count} of the {wanted.ConfigurationItems.Count} items of {wanted.Id} do not have its patch, {missing[0]} among them."));
        yield return new ResultEvent(wanted);
    }

    private static Problem Wanted(Problem problem, SetProblemRequest request, DateTimeOffset now)
    {
        var wanted = problem with
        {
            Title = request.Title ?? problem.Title,
            Status = request.Status?.Trim() ?? problem.Status,
            Priority = request.Priority ?? problem.Priority,
            OwnerTeam = request.OwnerTeam ?? problem.OwnerTeam,
            Workaround = request.Workaround ?? problem.Workaround,
            RootCause = request.RootCause ?? problem.RootCause,
            KnownError = request.KnownError ?? problem.KnownError,
            Patches = request.Patch ?? problem.Patches,
            Cves = request.Cve is { } cves ? [.. cves.Select(c => c.Trim().ToUpperInvariant())] : problem.Cves,
            ConfigurationItems = request.Asset ?? problem.ConfigurationItems,
        };
        if (request.Status is null) return wanted;
        var ends = ClosingRule.Ends(wanted.Status) || IsCancelled(wanted.Status);
        return wanted with { Resolved = ends ? problem.Resolved ?? now : null };
    }

    private async Task<Failure?> RefusalAsync(Problem problem, Problem wanted, SetProblemRequest request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var item in request.Asset ?? [])
            if (catalogue.ResolveAsset(item) is null) return AssetFilter.NotFound(item);
        if (request.Status is null || wanted.IsOpen == problem.IsOpen) return null;
        if (string.IsNullOrWhiteSpace(request.Justification) && (wanted.IsOpen || IsCancelled(wanted.Status)))
            throw new FailureException("JustificationMissing", FailureKind.InvalidInput, $"Problem {problem.Id} {(wanted.IsOpen ? "is reopened" : "is cancelled")} without a reason.", nameof(request.Justification), "Say why with -Justification.");
        if (wanted.IsOpen) return null;
        if (await RunningAsync(wanted, cancellationToken).ConfigureAwait(false) is { } running)
            return new Failure("WaveRunning", FailureKind.Conflict, $"Problem {problem.Id} cannot be closed: wave {running.Wave} of plan {running.Plan} is deploying its patch.", problem.Id,
                $"Wait until it has ended (Get-PatchWave {running.Plan}), or stop it with Suspend-PatchWave.");
        return ClosingRule.Ends(wanted.Status) ? ClosingRule.Check(catalogue, wanted, now, policy) : null;
    }

    /// <summary>A wave at work on one of the problem's patches.</summary>
    private async Task<(string Plan, int Wave)?> RunningAsync(Problem problem, CancellationToken cancellationToken)
    {
        foreach (var plan in catalogue.Plans())
        {
            foreach (var wave in plan.Waves)
            {
                if (!wave.Hosts.Any(h => h.Patches.Any(p => problem.Patches.Contains(p.Patch, StringComparer.OrdinalIgnoreCase)))) continue;
                var status = await WaveHistory.StatusAsync(journal, new Core.Waves.WaveDefinition(plan.Id, wave), cancellationToken).ConfigureAwait(false);
                if (status.State == WaveState.Running) return (plan.Id, wave.Number);
            }
        }
        return null;
    }

    private List<string> Missing(Problem problem)
    {
        var patched = catalogue.Deployments().Where(d => d.Outcome == DeploymentOutcome.Succeeded && problem.Patches.Contains(d.Patch, StringComparer.OrdinalIgnoreCase)).Select(d => d.Asset).ToHashSet(StringComparer.Ordinal);
        return patched.Count == 0 ? [] : [.. problem.ConfigurationItems.Where(i => !patched.Contains(catalogue.ResolveAsset(i) ?? i))];
    }

    private static bool IsCancelled(string? status) => status?.ToUpperInvariant() is "CANCELLED";
}
