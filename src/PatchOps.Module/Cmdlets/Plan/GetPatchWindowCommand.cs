using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Plan;

/// <summary>Lists when assets may be changed: their maintenance windows, freezes taken out.</summary>
[Cmdlet(VerbsCommon.Get, "PatchWindow")]
[OutputType(typeof(MaintenanceWindow))]
public sealed class GetPatchWindowCommand : OperationCmdlet
{
    /// <summary>Asset id or name; wildcards. Default: every asset.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AssetCompleter))]
    public string[] Asset { get; set; } = [];

    /// <summary>Named window, of policy or imported; wildcards. Shows when it occurs, whoever follows it.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[] Name { get; set; } = [];

    /// <summary>Windows from here on; one that is open then is cut. Default: now.</summary>
    [Parameter]
    public DateTimeOffset? From { get; set; }

    /// <summary>Windows before this time; default: 30 days after the start.</summary>
    [Parameter]
    public DateTimeOffset? To { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: $PATCHOPS_POLICY, then the built-in policy.</summary>
    [Parameter]
    public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<GetWindowRequest>());
}
