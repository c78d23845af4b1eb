using System.Collections;
using System.Management.Automation;
using PatchOps.Core.Operations.Requests;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>What the importers of records share: files by name or from the pipeline, objects from the pipeline, and the source's dialect.</summary>
public abstract class ImportRecordsCmdlet<TRequest> : CollectingCmdlet where TRequest : ImportRecordsRequest, new()
{
    private readonly List<string> files = [];

    /// <summary>CSV or JSON files; XES logs for problems and incidents; dpkg status files, rpm -qa lists and SBOMs for assets; grype and trivy JSON for findings; calendars (.ics) for windows.</summary>
    [Parameter(Position = 0)]
    public string[] Path { get; set; } = [];

    /// <summary>Objects with our column names, see docs; or files, which are read.</summary>
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

    protected override void ProcessRecord()
    {
        foreach (var item in InputObject)
        {
            // Get-ChildItem *.csv | Import-…: a file means its content, never its properties.
            if (PSObject.AsPSObject(item).BaseObject is FileSystemInfo file) files.Add(file.FullName);
            else Collect([item]);
        }
    }

    protected override void EndProcessing()
    {
        if (files.Count > 0)
        {
            Path = [.. Path, .. files];
            MyInvocation.BoundParameters[nameof(Path)] = Path;
        }
        PumpCollected<TRequest>(Path.Length > 0);
    }
}
