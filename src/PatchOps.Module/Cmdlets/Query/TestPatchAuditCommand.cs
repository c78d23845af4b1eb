using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Verifies the audit chain and names the first broken entry.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchAudit")]
[OutputType(typeof(AuditVerdict))]
public sealed class TestPatchAuditCommand : OperationCmdlet
{
    protected override void ProcessRecord() => Pump(Bind<TestAuditRequest>());
}
