using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Records that findings are left open until a date, with justification and premises.</summary>
[Cmdlet(VerbsCommon.New, "PatchException", SupportsShouldProcess = true)]
[OutputType(typeof(PatchException))]
public sealed class NewPatchExceptionCommand : OperationCmdlet
{
    /// <summary>What is meant: the risk is carried, the patch comes later, an old version is kept, or a freeze is opened; default: RiskAcceptance.</summary>
    [Parameter]
    public PatchExceptionKind Kind { get; set; }

    /// <summary>Patch ids covered. With -Cve or -Asset a finding must fit all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Patch { get; set; } = [];

    /// <summary>CVEs covered.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(CveCompleter))]
    public string[] Cve { get; set; } = [];

    /// <summary>Assets covered (id or name); wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Freezes of the policy that a FreezeOverride opens, from now until it ends; * for every one.</summary>
    [Parameter]
    public string[] Freeze { get; set; } = [];

    /// <summary>Why this is right.</summary>
    [Parameter]
    public string Justification { get; set; } = "";

    /// <summary>When it ends; in the future, and no later than policy allows.</summary>
    [Parameter]
    public DateTimeOffset? Until { get; set; }

    /// <summary>Who agreed to it.</summary>
    [Parameter]
    public string? ApprovedBy { get; set; }

    /// <summary>What each party holds, one text each.</summary>
    [Parameter]
    public string[] Position { get; set; } = [];

    /// <summary>What must stay true: EPSS&lt;0.05, NoKev, NoIncident.</summary>
    [Parameter]
    public string[] Premise { get; set; } = [];

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<NewExceptionRequest>());
}
