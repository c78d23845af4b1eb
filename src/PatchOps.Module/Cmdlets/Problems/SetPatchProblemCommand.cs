using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Problems;

/// <summary>Changes a problem record and keeps its history; closing it as resolved needs proof or a risk acceptance.</summary>
[Cmdlet(VerbsCommon.Set, "PatchProblem", SupportsShouldProcess = true)]
[OutputType(typeof(Problem))]
public sealed class SetPatchProblemCommand : OperationCmdlet
{
    /// <summary>Problem id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Problem")]
    [ArgumentCompleter(typeof(ProblemCompleter))]
    public string Id { get; set; } = "";

    /// <summary>New status. Resolved and Closed need a patch, its deployment and a verdict that it helped, or an active risk acceptance.</summary>
    [Parameter]
    public string? Status { get; set; }

    /// <summary>New title.</summary>
    [Parameter]
    public string? Title { get; set; }

    /// <summary>New priority; empty to remove it.</summary>
    [Parameter]
    public string? Priority { get; set; }

    /// <summary>Team that owns it; empty to remove it.</summary>
    [Parameter]
    public string? OwnerTeam { get; set; }

    /// <summary>Workaround; empty to retire it.</summary>
    [Parameter]
    public string? Workaround { get; set; }

    /// <summary>Root cause; empty to remove it.</summary>
    [Parameter]
    public string? RootCause { get; set; }

    /// <summary>Whether it is a known error.</summary>
    [Parameter]
    public bool? KnownError { get; set; }

    /// <summary>Patches expected to remove the cause, instead of those on record.</summary>
    [Parameter]
    public string[] Patch { get; set; } = [];

    /// <summary>CVEs behind it, instead of those on record.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CveCompleter))]
    public string[] Cve { get; set; } = [];

    /// <summary>Assets that it affects (id or name), instead of those on record.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Why.</summary>
    [Parameter]
    public string? Justification { get; set; }

    protected override void ProcessRecord() => Pump(Bind<SetProblemRequest>());
}
