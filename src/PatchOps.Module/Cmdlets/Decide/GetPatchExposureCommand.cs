using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Lists findings: asset × package × vulnerability, with the statement that decided.</summary>
[Cmdlet(VerbsCommon.Get, "PatchExposure")]
[OutputType(typeof(Finding))]
public sealed class GetPatchExposureCommand : OperationCmdlet
{
    /// <summary>Asset id or name; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>CVE; wildcards.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CveCompleter))]
    public string[] Cve { get; set; } = [];

    /// <summary>Package; wildcards.</summary>
    [Parameter]
    public string[] Package { get; set; } = [];

    /// <summary>Only these statuses; default: all.</summary>
    [Parameter]
    public FindingStatus[] Status { get; set; } = [];

    /// <summary>As known on this day; default: now.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1), for the reasons: windows, freezes, what is left out.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetExposureRequest>());
}
