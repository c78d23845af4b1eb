using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports assets, installed software and inventories.</summary>
[Cmdlet(VerbsData.Import, "PatchAsset", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchAssetCommand : ImportRecordsCmdlet<ImportAssetRequest>
{
    /// <summary>Asset that a dpkg status file, rpm list or SBOM is of; default: the SBOM's own subject, else the file's name.</summary>
    [Parameter]
    public string? Asset { get; set; }

    /// <summary>Distribution of its packages, such as Debian:12 or AlmaLinux:9; needed for dpkg status files and rpm lists.</summary>
    [Parameter]
    public string? Ecosystem { get; set; }
}
