using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Debt;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Problems;

/// <summary>Lists what is left unpatched or unsupported: old workarounds, what blocks the patch, incidents that come of it, and what paying it off costs.</summary>
[Cmdlet(VerbsCommon.Get, "PatchDebt")]
[OutputType(typeof(PatchDebt))]
public sealed class GetPatchDebtCommand : OperationCmdlet
{
    /// <summary>One row per problem, asset, product, business unit or environment.</summary>
    [Parameter(Position = 0)]
    public DebtGrouping By { get; set; }

    /// <summary>Only workarounds older than policy allows.</summary>
    [Parameter]
    public SwitchParameter Overdue { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    /// <summary>As known on this day; default: now.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetDebtRequest>());
}
