# Loads the module's assemblies into a context of their own and exports its cmdlets.
Set-StrictMode -Version Latest

Add-Type -LiteralPath (Join-Path $PSScriptRoot 'PatchOps.Loader.dll')
$assembly = [PatchOps.Loader.ModuleContext]::Load((Join-Path $PSScriptRoot 'lib'))
$inner = Import-Module -Assembly $assembly -PassThru

# Not in the manifest: there it would come before the refusal of a second copy, and fail with a message that helps nobody.
Update-TypeData -PrependPath (Join-Path $PSScriptRoot 'PatchOps.Types.ps1xml')

# A second import in one session finds the assembly loaded, and PowerShell then attaches its cmdlets to no module;
# this puts them where the caller looks for them.
$export = [System.Management.Automation.PSModuleInfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
    $export.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}
