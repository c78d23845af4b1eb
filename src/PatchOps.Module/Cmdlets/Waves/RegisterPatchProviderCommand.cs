using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Waves;

/// <summary>Registers a provider of your own: a manifest of scripts that run on the host, or script blocks that run here.</summary>
[Cmdlet(VerbsLifecycle.Register, "PatchProvider", SupportsShouldProcess = true)]
[OutputType(typeof(PatchProvider))]
public sealed class RegisterPatchProviderCommand : OperationCmdlet
{
    /// <summary>Manifest (YAML) with the scripts; kept with the store.</summary>
    [Parameter(Position = 0)]
    public string? Manifest { get; set; }

    /// <summary>Name of a provider made of script blocks; kept for the session.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>Gives what is missing: objects with Package, Installed, Candidate.</summary>
    [Parameter]
    public ScriptBlock? Detect { get; set; }

    /// <summary>Gives the versions before the change, and checks.</summary>
    [Parameter]
    public ScriptBlock? PreCheck { get; set; }

    /// <summary>Downloads.</summary>
    [Parameter]
    public ScriptBlock? Stage { get; set; }

    /// <summary>Installs exactly the approved versions.</summary>
    [Parameter]
    public ScriptBlock? Apply { get; set; }

    /// <summary>Gives the installed versions: objects with Package, Version.</summary>
    [Parameter]
    public ScriptBlock? Verify { get; set; }

    /// <summary>Leads back to the versions before.</summary>
    [Parameter]
    public ScriptBlock? Revert { get; set; }

    protected override void ProcessRecord() => Pump(Bind<RegisterProviderRequest>());
}
