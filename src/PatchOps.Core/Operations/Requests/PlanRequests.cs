using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("New-PatchPlan", "plan new", "Makes a plan of waves: inside windows, canary first, in dependency order.", Changes = true)]
public sealed record NewPlanRequest : OperationRequest, IFollowsPolicy
{
    /// <summary>How far ahead plans may lie, and how long they may be.</summary>
    internal static readonly TimeSpan Farthest = TimeSpan.FromDays(3660);

    [ParameterHelp("Name of the plan; default with -Replaces: the other plan's.")]
    public string Name { get; init; } = "";

    [ParameterHelp("Risks from Get-PatchRisk. What closes them is planned: the newest fix that is open for the same package."), PowerShellOnly("objects exist in the pipeline only; the command line ranks by itself with --patch and --top")]
    public IReadOnlyList<object> InputObject { get; init; } = [];

    [ParameterHelp("Patch ids; wildcards: these, even where something newer is open. Default: the highest risks.")]
    public IReadOnlyList<string> Patch { get; init; } = [];

    [ParameterHelp("Only these assets (id or name); wildcards.")]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("Without risks from the pipeline: plan the n highest.")]
    public int Top { get; init; } = 20;

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    [ParameterHelp("Nothing starts before; default: now.")]
    public DateTimeOffset? Start { get; init; }

    [ParameterHelp("Length of the planning period; default: 14 days.")]
    public TimeSpan Horizon { get; init; } = TimeSpan.FromDays(14);

    [ParameterHelp("Takes the emergency path of the policy: windows may be left, approval follows its rule.")]
    public bool Emergency { get; init; }

    [ParameterHelp("Ends the search early. Default: a number of steps by the size of the plan, seconds for some hundred hosts; the same input then always gives the same plan.")]
    public TimeSpan? TimeLimit { get; init; }

    [ParameterHelp("Id of a plan that this one replaces: what it has changed stays, its patches are planned anew, and every difference is explained.")]
    public string? Replaces { get; init; }

    [ParameterHelp("Rehearses the plan so many times with failures and durations from history; the forecasts follow the plan.")]
    public int Rehearse { get; init; }

    public override void Validate()
    {
        Needs.Between(Rehearse, 0, 1_000_000, nameof(Rehearse));
        if (Replaces is null) Needs.Text(Name, nameof(Name));
        Needs.Between(Horizon, TimeSpan.FromMinutes(1), Farthest, nameof(Horizon));
        if (TimeLimit is { } limit) Needs.Between(limit, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(TimeLimit));
    }
}

[Operation("Get-PatchPlan", "plan get", "Lists plans, newest first.")]
public sealed record GetPlanRequest : OperationRequest
{
    [ParameterHelp("Plan id or name; wildcards.", Position = 0)]
    public IReadOnlyList<string> Id { get; init; } = [];
}

[Operation("Test-PatchPlan", "plan test", "Checks a plan against policy and the present.")]
public sealed record TestPlanRequest : HostAccessRequest, IFollowsPolicy
{
    [ParameterHelp("Plan id.", Position = 0)]
    public string PlanId { get; init; } = "";

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    [ParameterHelp("Connects to the hosts as well: free space, locks, half-installed packages, age of the backup. Changes nothing.")]
    public bool Live { get; init; }

    [ParameterHelp("With -Live: hosts asked at the same time, 1–1024.")]
    public int ThrottleLimit { get; init; } = 10;

    public override void Validate()
    {
        base.Validate();
        Needs.Text(PlanId, nameof(PlanId));
        Needs.Between(ThrottleLimit, 1, 1024, nameof(ThrottleLimit));
    }
}

/// <summary>Form of an exported plan.</summary>
public enum PlanFormat { Json, Csv, Ics, Markdown, Ansible }

[Operation("Export-PatchPlan", "plan export", "Writes a plan as JSON, CSV, iCalendar, Markdown or an Ansible playbook.", Changes = true)]
public sealed record ExportPlanRequest : OperationRequest
{
    [ParameterHelp("Plan id.", Position = 0)]
    public string PlanId { get; init; } = "";

    [ParameterHelp("File to write.", Position = 1), FilePath(Exists = false)]
    public string Path { get; init; } = "";

    [ParameterHelp("Form; default: by the file's ending.")]
    public PlanFormat? Format { get; init; }

    public override void Validate()
    {
        Needs.Text(PlanId, nameof(PlanId));
        Needs.Text(Path, nameof(Path));
    }
}

[Operation("Import-PatchPlan", "plan import", "Takes in a plan from a JSON file that Export-PatchPlan wrote: the same plan with the same hash, to be approved here.", Changes = true)]
public sealed record ImportPlanRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("JSON files.", Position = 0), FilePath]
    public IReadOnlyList<string> Path { get; init; } = [];

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }

    public override void Validate() => Needs.Path(Path);
}

[Operation("Get-PatchWindow", "window get", "Lists when assets may be changed: their maintenance windows, freezes taken out.")]
public sealed record GetWindowRequest : OperationRequest, IFollowsPolicy
{
    [ParameterHelp("Asset id or name; wildcards. Default: every asset.", Position = 0)]
    public IReadOnlyList<string> Asset { get; init; } = [];

    [ParameterHelp("Named window, of policy or imported; wildcards. Shows when it occurs, whoever follows it.")]
    public IReadOnlyList<string> Name { get; init; } = [];

    [ParameterHelp("Windows from here on; one that is open then is cut. Default: now.")]
    public DateTimeOffset? From { get; init; }

    [ParameterHelp("Windows before this time; default: 30 days after the start.")]
    public DateTimeOffset? To { get; init; }

    [ParameterHelp("Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy."), FilePath]
    public string? Policy { get; init; }
}
