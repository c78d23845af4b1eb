using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Decide;

/// <summary>Lists acceptances, deferrals and pins with their state, oldest first.</summary>
[Cmdlet(VerbsCommon.Get, "PatchException")]
[OutputType(typeof(PatchException))]
public sealed class GetPatchExceptionCommand : OperationCmdlet
{
    /// <summary>Id; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ExceptionCompleter))]
    public string[] Id { get; set; } = [];

    /// <summary>Only those that count.</summary>
    [Parameter]
    public SwitchParameter Active { get; set; }

    /// <summary>As known on this day; default: now.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetExceptionRequest>());
}
