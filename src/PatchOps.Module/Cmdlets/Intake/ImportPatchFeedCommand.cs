using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports vulnerability feeds: NVD, CVE records, KEV, EPSS, CSAF, OSV and others.</summary>
[Cmdlet(VerbsData.Import, "PatchFeed", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchFeedCommand : OperationCmdlet
{
    /// <summary>Files or folders; .gz is read as it is. In a folder, files that are no feeds are skipped with a warning.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("FullName", "PSPath")]
    public string[] Path { get; set; } = [];

    /// <summary>Kind of feed; Auto looks at the content.</summary>
    [Parameter]
    public FeedKind Kind { get; set; }

    protected override void ProcessRecord() => Pump(Bind<ImportFeedRequest>());
}
