using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Connect;

/// <summary>Lists messages: waiting, delivered, given up, withdrawn.</summary>
[Cmdlet(VerbsCommon.Get, "PatchOutbox")]
[OutputType(typeof(OutboxMessage))]
public sealed class GetPatchOutboxCommand : OperationCmdlet
{
    /// <summary>Only messages of these plans; wildcards.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(PlanCompleter))]
    public string[] PlanId { get; set; } = [];

    /// <summary>Only messages in these states.</summary>
    [Parameter]
    public OutboxState[] State { get; set; } = [];

    protected override void ProcessRecord() => Pump(Bind<GetOutboxRequest>());
}
