using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Checks a policy file; says every fault with its line.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchPolicy")]
[OutputType(typeof(PolicyVerdict))]
public sealed class TestPatchPolicyCommand : OperationCmdlet
{
    /// <summary>Policy file (YAML or JSON).</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true), Alias("FullName", "PSPath")]
    public string Path { get; set; } = "";

    protected override void ProcessRecord() => Pump(Bind<TestPolicyRequest>());
}
