using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Collections;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports assets, installed software and inventories.</summary>
[Cmdlet(VerbsData.Import, "PatchAsset", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchAssetCommand : CollectingCmdlet
{
    /// <summary>CSV or JSON files; XES logs for problems and incidents; dpkg status files, rpm -qa lists and SBOMs for assets.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("FullName", "PSPath")]
    public string[] Path { get; set; } = [];

    /// <summary>Objects with our column names; see docs.</summary>
    [Parameter(ValueFromPipeline = true)]
    public object[] InputObject { get; set; } = [];

    /// <summary>Their column = our column, where the names differ.</summary>
    [Parameter]
    public Hashtable? Map { get; set; }

    /// <summary>Culture of dates and numbers, such as de-DE; default: ISO 8601 and invariant numbers.</summary>
    [Parameter]
    public string? Culture { get; set; }

    /// <summary>IANA zone of times that carry none; default: UTC.</summary>
    [Parameter]
    public string? TimeZone { get; set; }

    /// <summary>Asset that a dpkg status file, rpm list or SBOM is of; default: the SBOM's own subject, else the file's name.</summary>
    [Parameter]
    public string? Asset { get; set; }

    /// <summary>Distribution of its packages, such as Debian:12 or AlmaLinux:9; needed for dpkg status files and rpm lists.</summary>
    [Parameter]
    public string? Ecosystem { get; set; }

    protected override void ProcessRecord() => Collect(InputObject);

    protected override void EndProcessing() => PumpCollected<ImportAssetRequest>(Path.Length > 0);
}
