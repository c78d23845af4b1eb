namespace PatchOps.Core.Planning.Checking;

/// <summary>A host as the checker sees it: what it may do, and what the plan says. Times are UTC seconds.</summary>
/// <param name="Id">Unique.</param>
/// <param name="ReservedSeconds">How long it occupies its window and all limits.</param>
/// <param name="AllowedWindows">Ids of windows.</param>
/// <param name="Window">Id of the planned window; null: left over.</param>
/// <param name="Start">Planned start.</param>
/// <param name="NotBefore">Earliest start, where there is one.</param>
public sealed record DescribedHost(
    string Id, long ReservedSeconds, IReadOnlyCollection<string> AllowedWindows, string? Window, long Start, long? NotBefore = null);

/// <summary>A window: half-open [Start, End), with what it holds at once and in all.</summary>
public sealed record DescribedWindow(string Id, long Start, long End, int MaxConcurrent = int.MaxValue, int MaxHosts = int.MaxValue);

/// <summary>At most so many of the members at the same time: a site, a team, a segment, a cluster.</summary>
public sealed record DescribedLimit(string Id, int MaxConcurrent, IReadOnlyCollection<string> Members);

/// <summary>All of Before end at least LagSeconds before any of After starts.</summary>
public sealed record DescribedOrder(
    string Id, IReadOnlyCollection<string> Before, IReadOnlyCollection<string> After, long LagSeconds, bool IgnoresUnplaced)
{
    /// <summary>Those of Before that hold back After even where hosts that are left over are ignored.</summary>
    public IReadOnlyCollection<string> Required { get; init; } = [];
}

/// <summary>No member runs (or only: starts) in [Start, End); null: no host at all.</summary>
public sealed record DescribedFreeze(string Id, long Start, long End, IReadOnlyCollection<string>? Members, bool StartsOnly = false);

/// <summary>A plan and its rules in plain words, for a checker that knows nothing of how the plan was made.</summary>
public sealed record PlanDescription(
    long Start,
    long End,
    IReadOnlyList<DescribedHost> Hosts,
    IReadOnlyList<DescribedWindow> Windows,
    IReadOnlyList<DescribedLimit> Limits,
    IReadOnlyList<DescribedOrder> Orders,
    IReadOnlyList<DescribedFreeze> Freezes);

/// <summary>A rule that a plan breaks.</summary>
/// <param name="Rule">Horizon, Window, WindowConcurrent, WindowHosts, NotBefore, Limit, Order, Freeze or Unknown.</param>
/// <param name="Id">Which window, limit, order or freeze.</param>
/// <param name="Hosts">Those concerned.</param>
/// <param name="Message">One sentence.</param>
public sealed record PlanViolation(string Rule, string Id, IReadOnlyList<string> Hosts, string Message);
