using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Takes in a plan from a JSON file that Export-PatchPlan wrote: the same plan with the same hash, to be approved here.</summary>
[Cmdlet(VerbsData.Import, "PatchPlan", SupportsShouldProcess = true)]
[OutputType(typeof(PatchPlan))]
public sealed class ImportPatchPlanCommand : OperationCmdlet
{
    /// <summary>JSON files.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("FullName", "PSPath")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<ImportPlanRequest>());
}
