using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Ends an acceptance, deferral or pin; its findings return to the ranking.</summary>
[Cmdlet(VerbsSecurity.Revoke, "PatchException", SupportsShouldProcess = true)]
[OutputType(typeof(PatchException))]
public sealed class RevokePatchExceptionCommand : OperationCmdlet
{
    /// <summary>Id.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ExceptionCompleter))]
    public string Id { get; set; } = "";

    /// <summary>Why it ends.</summary>
    [Parameter]
    public string Justification { get; set; } = "";

    protected override void ProcessRecord() => Pump(Bind<RevokeExceptionRequest>());
}
