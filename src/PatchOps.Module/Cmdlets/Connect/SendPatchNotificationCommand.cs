using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Connect;

/// <summary>Sends what is due: notices and change tickets of approved plans, overdue reviews. For schedulers; safe to repeat.</summary>
[Cmdlet(VerbsCommunications.Send, "PatchNotification", SupportsShouldProcess = true)]
[OutputType(typeof(OutboxMessage))]
public sealed class SendPatchNotificationCommand : OperationCmdlet
{
    /// <summary>Tries again what was given up.</summary>
    [Parameter]
    public SwitchParameter RetryFailed { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<SendNotificationRequest>());
}
