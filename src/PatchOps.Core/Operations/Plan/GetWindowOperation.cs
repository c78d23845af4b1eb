using System.Runtime.CompilerServices;
using NodaTime;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

/// <summary>Lists when assets may be changed, as the planner sees it.</summary>
public sealed class GetWindowOperation(ICatalogue catalogue, PlanningPolicy policy, TimeProvider clock) : IOperation<GetWindowRequest>
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(30);

    public async IAsyncEnumerable<OperationEvent> RunAsync(GetWindowRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = request.From ?? clock.GetUtcNow();
        var to = request.To ?? from + DefaultRange;
        if (to <= from)
        {
            throw new FailureException("RangeInvalid", FailureKind.InvalidInput,
                FormattableString.Invariant($"The range from {from.UtcDateTime:yyyy-MM-dd HH:mm}Z to {to.UtcDateTime:yyyy-MM-dd HH:mm}Z is empty: its end must follow its start."), "To", "Give a -To later than -From.");
        }
        if (request.Name.Count > 0)
        {
            foreach (var next in ByName(request, from, to)) yield return next;
            if (request.Asset.Count == 0) yield break;
        }
        var chosen = AssetFilter.Resolve(catalogue, request.Asset);
        foreach (var name in chosen.Missing) yield return new FailedEvent(AssetFilter.NotFound(name));
        var windows = new AssetWindows(policy, from, to, catalogue.Windows(), FreezeExceptions.On(catalogue, clock.GetUtcNow()));
        foreach (var asset in catalogue.Assets().Where(a => chosen.Matches(a.Id)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var found = windows.Of(asset);
            if (found.Failure is { } f)
                yield return new FailedEvent(new Failure(f.Code, f.Kind, $"{asset.Name}: {f.Message}", asset.Id, f.Remedy));
            else if (found.Open.Count == 0)
                yield return new DecisionEvent(found.FrozenBy.Count > 0 ? $"{asset.Name}: every window is frozen by {string.Join(", ", found.FrozenBy)}." : $"{asset.Name}: its window '{found.Text}' does not occur.");
            foreach (var open in found.Open) yield return new ResultEvent(open.ToMaintenanceWindow(asset.Id));
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <summary>Windows of policy and imported ones, whoever follows them: by their own zone, else UTC, without freezes.</summary>
    private IEnumerable<OperationEvent> ByName(GetWindowRequest request, DateTimeOffset from, DateTimeOffset to)
    {
        var wanted = new Wildcard(request.Name);
        var named = new NamedWindows(policy.Windows, catalogue.Windows());
        var missing = wanted.Literals.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in named.Names.Where(n => wanted.Matches(n)))
        {
            missing.Remove(name);
            Failure? failure = null;
            IReadOnlyList<WindowOccurrence> open = [];
            try
            {
                open = WindowCalendar.Occurrences(named.Find(name, DateTimeZone.Utc)!, [], Instant.FromDateTimeOffset(from), Instant.FromDateTimeOffset(to)).Open;
            }
            catch (FailureException e)
            {
                failure = e.Failure;
            }
            if (failure is not null) yield return new FailedEvent(failure);
            else if (open.Count == 0) yield return new DecisionEvent($"The window '{name}' does not occur.");
            foreach (var window in open) yield return new ResultEvent(window.ToMaintenanceWindow(null));
        }
        foreach (var name in missing)
            yield return new FailedEvent(new Failure("WindowNotFound", FailureKind.NotFound, $"No window '{name}' is in the store or the policy.", name, "See what there is with Get-PatchWindow -Name *, or import it with Import-PatchWindow."));
    }
}
