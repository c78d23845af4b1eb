using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Ranks what hurts most, as expected loss with its reasons.</summary>
[Cmdlet(VerbsCommon.Get, "PatchRisk")]
[OutputType(typeof(PatchRisk))]
public sealed class GetPatchRiskCommand : OperationCmdlet
{
    /// <summary>One row per patch, asset, CVE, problem or finding.</summary>
    [Parameter]
    public RiskGrouping By { get; set; }

    /// <summary>Only these assets (id or name); wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Only these CVEs; wildcards.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CveCompleter))]
    public string[] Cve { get; set; } = [];

    /// <summary>Only these problems; wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProblemCompleter))]
    public string[] Problem { get; set; } = [];

    /// <summary>The n highest; 0 means all.</summary>
    [Parameter]
    public int Top { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    /// <summary>As known on this day; default: now.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>Adds every term and the score without it.</summary>
    [Parameter]
    public SwitchParameter Explain { get; set; }

    /// <summary>Ranks also what an active acceptance, deferral or pin covers; the reasons name it.</summary>
    [Parameter]
    public SwitchParameter IncludeExcepted { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetRiskRequest>());
}
