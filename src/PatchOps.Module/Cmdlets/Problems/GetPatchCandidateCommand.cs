using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Problems;

/// <summary>Says which problems would gain most from a patch: their incidents, matching vulnerabilities and the incidents it would avoid.</summary>
[Cmdlet(VerbsCommon.Get, "PatchCandidate")]
[OutputType(typeof(PatchCandidate))]
public sealed class GetPatchCandidateCommand : OperationCmdlet
{
    /// <summary>Only these problems; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [ArgumentCompleter(typeof(ProblemCompleter))]
    public string[] Problem { get; set; } = [];

    /// <summary>The n with most incidents to avoid; 0 means all.</summary>
    [Parameter]
    public int Top { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    /// <summary>As known on this day; default: now.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetCandidateRequest>());
}
