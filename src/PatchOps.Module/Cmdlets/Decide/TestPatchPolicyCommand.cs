using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Checks a policy file; says every fault with its line. Backtests it on the store's history.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchPolicy", DefaultParameterSetName = "Check")]
[OutputType(typeof(PolicyVerdict), ParameterSetName = ["Check"])]
[OutputType(typeof(PolicyBacktest), ParameterSetName = ["Replay"])]
public sealed class TestPatchPolicyCommand : OperationCmdlet
{
    /// <summary>Policy file (YAML, JSON or psd1).</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "Check"), Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = "Replay")]
    [Alias("FullName", "PSPath")]
    public string Path { get; set; } = "";

    /// <summary>Replays the store's history and compares the policy with CVSS, EPSS and KEV thresholds.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Replay")]
    public SwitchParameter Replay { get; set; }

    /// <summary>First day of the replay.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Replay")]
    public DateTimeOffset? From { get; set; }

    /// <summary>Day before which the replay ends; default: today.</summary>
    [Parameter(ParameterSetName = "Replay")]
    public DateTimeOffset? To { get; set; }

    /// <summary>Assets of the store (id or name) on which the replayed policy judges; wildcards. Default: all of them.</summary>
    [Parameter(ParameterSetName = "Replay")]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Judges on one asset of this criticality instead, 1–5.</summary>
    [Parameter(ParameterSetName = "Replay")]
    public int? Criticality { get; set; }

    /// <summary>Judges on one asset of this exposure instead.</summary>
    [Parameter(ParameterSetName = "Replay")]
    public AssetExposure? Exposure { get; set; }

    /// <summary>Decision from which the replayed policy acts.</summary>
    [Parameter(ParameterSetName = "Replay")]
    public PatchDecision AtLeast { get; set; }

    /// <summary>Replays vulnerabilities without CVSS score or EPSS as well; CVSS thresholds cannot choose those.</summary>
    [Parameter(ParameterSetName = "Replay")]
    public SwitchParameter IncludeUnrated { get; set; }

    protected override void ProcessRecord() => Pump(Bind<TestPolicyRequest>());
}
