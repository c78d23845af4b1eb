#if !POWERSHELL
namespace PatchOps.Engine.Tests;

public sealed class NoEngineTests
{
    [SkippableFact]
    public void Cmdlets_run_in_a_hosted_engine() =>
        Skip.If(true, "No PowerShell was installed when this was built, and UsePowerShellSdk was not set: the cmdlets are not run here.");
}
#endif
