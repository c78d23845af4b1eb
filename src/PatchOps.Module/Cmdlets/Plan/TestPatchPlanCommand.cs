using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Checks a plan against policy and the present.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchPlan")]
[OutputType(typeof(PlanFinding))]
public sealed class TestPatchPlanCommand : HostAccessCmdlet
{
    /// <summary>Plan id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string PlanId { get; set; } = "";

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    /// <summary>Connects to the hosts as well: free space, locks, half-installed packages, age of the backup. Changes nothing.</summary>
    [Parameter]
    public SwitchParameter Live { get; set; }

    /// <summary>With -Live: hosts asked at the same time, 1–1024.</summary>
    [Parameter]
    public int ThrottleLimit { get; set; }

    protected override void ProcessRecord() => Pump(Bind<TestPlanRequest>());
}
