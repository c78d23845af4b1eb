using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Prove;

/// <summary>Says which patched problems came back, with a bound on false alarms however often it is run.</summary>
[Cmdlet(VerbsCommon.Watch, "PatchRecurrence")]
[OutputType(typeof(RecurrenceAlert))]
public sealed class WatchPatchRecurrenceCommand : OperationCmdlet
{
    /// <summary>Problem ids; wildcards. Default: every problem with deployments.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ProblemCompleter))]
    public string[] Problem { get; set; } = [];

    /// <summary>Chance, above 0 and below 1, that a problem that stays solved ever raises an alarm; default: 0.01.</summary>
    [Parameter]
    public double FalseAlarmRate { get; set; } = 0.01;

    /// <summary>As known on this day; default: now.</summary>
    [Parameter]
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<WatchRecurrenceRequest>());
}
