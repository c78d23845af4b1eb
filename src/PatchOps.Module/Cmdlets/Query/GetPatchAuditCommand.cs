using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Query;

/// <summary>Lists the audit trail.</summary>
[Cmdlet(VerbsCommon.Get, "PatchAudit")]
[OutputType(typeof(AuditEntry))]
public sealed class GetPatchAuditCommand : OperationCmdlet
{
    /// <summary>Entries at or after.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Subject, such as a plan id; wildcards.</summary>
    [Parameter(Position = 0)]
    public string? Subject { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetAuditRequest>());
}
