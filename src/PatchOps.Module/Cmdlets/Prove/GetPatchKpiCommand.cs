using System.Management.Automation;
using PatchOps.Core.Kpi;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Prove;

/// <summary>Key figures of patching, with intervals.</summary>
[Cmdlet(VerbsCommon.Get, "PatchKpi")]
[OutputType(typeof(Kpi))]
public sealed class GetPatchKpiCommand : OperationCmdlet
{
    /// <summary>Only these figures, such as 'Patch compliance'; wildcards.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>One set of figures for the tenant, or for each environment, business unit, vendor, product or decision (what the patch called for).</summary>
    [Parameter]
    public KpiGrouping By { get; set; }

    /// <summary>One row for each calendar month (UTC); figures of what is open stand in the last one only.</summary>
    [Parameter]
    public SwitchParameter Monthly { get; set; }

    /// <summary>Events from this day on; default: the first record.</summary>
    [Parameter]
    public DateTimeOffset? From { get; set; }

    /// <summary>Events before this time, and findings as known then; default: now.</summary>
    [Parameter]
    public DateTimeOffset? To { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetKpiRequest>());
}
