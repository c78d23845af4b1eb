using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Lists incidents in order of opening.</summary>
[Cmdlet(VerbsCommon.Get, "PatchIncident")]
[OutputType(typeof(Incident))]
public sealed class GetPatchIncidentCommand : OperationCmdlet
{
    /// <summary>Id; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] Id { get; set; } = [];

    /// <summary>Opened at or after.</summary>
    [Parameter]
    public DateTimeOffset? From { get; set; }

    /// <summary>Opened before.</summary>
    [Parameter]
    public DateTimeOffset? To { get; set; }

    /// <summary>Linked problem; wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProblemCompleter))]
    public string[] Problem { get; set; } = [];

    /// <summary>Asset id; wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Only those that matched a known vulnerability, open on their item, when they were imported.</summary>
    [Parameter]
    public SwitchParameter Flagged { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetIncidentRequest>());
}
