using PatchOps.Domain;

namespace PatchOps.Core.Operations.Requests;

[Operation("Get-PatchProvider", "provider get", "Shows the providers that hosts can be patched with.")]
public sealed record GetProviderRequest : OperationRequest
{
    [ParameterHelp("Name; wildcards allowed.", Position = 0)]
    public IReadOnlyList<string> Name { get; init; } = [];
}

[Operation("Register-PatchProvider", "provider register", "Registers a provider of your own: a manifest of scripts that run on the host, or script blocks that run here.", Changes = true)]
public sealed record RegisterProviderRequest : OperationRequest
{
    private const string Blocks = "script blocks are PowerShell's own; give a manifest";

    [ParameterHelp("Manifest (YAML) with the scripts: docs/providers.md. Kept with the store.", Position = 0), FilePath]
    public string? Manifest { get; init; }

    [ParameterHelp("Name of a provider made of script blocks; kept for the session."), PowerShellOnly(Blocks)]
    public string? Name { get; init; }

    [ParameterHelp("Gives what is missing: objects with Package, Installed, Candidate."), PowerShellOnly(Blocks)]
    public object? Detect { get; init; }

    [ParameterHelp("Gives the versions before the change, and checks: objects with Check, Status, Detail. Default: the verify block."), PowerShellOnly(Blocks)]
    public object? PreCheck { get; init; }

    [ParameterHelp("Downloads."), PowerShellOnly(Blocks)]
    public object? Stage { get; init; }

    [ParameterHelp("Installs exactly the approved versions."), PowerShellOnly(Blocks)]
    public object? Apply { get; init; }

    [ParameterHelp("Gives the installed versions: objects with Package, Version. The only judge of success."), PowerShellOnly(Blocks)]
    public object? Verify { get; init; }

    [ParameterHelp("Leads back to the versions before."), PowerShellOnly(Blocks)]
    public object? Revert { get; init; }

    public override void Validate()
    {
        if (Manifest is null == string.IsNullOrWhiteSpace(Name))
            throw new FailureException("ProviderAmbiguous", FailureKind.InvalidInput, "A provider is registered by a manifest, or by a name with script blocks: one of both.", Name ?? Manifest, "Give -Manifest FILE, or -Name with -Detect, -Apply, -Verify and -Revert.");
    }
}
