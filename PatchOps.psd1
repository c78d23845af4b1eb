@{
    RootModule           = 'PatchOps.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f1a2c58-0f0e-4b6e-9a44-9d6c1d0f7a31'
    Author               = 'The PatchOps founders'
    CompanyName          = 'PatchOps'
    Copyright            = '(c) The PatchOps founders.'
    Description          = 'Patching as one closed loop inside problem management and change control: what hurts most, what to change and when, change it safely, prove that it helped.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('PatchOps.Format.ps1xml')
    FunctionsToExport    = @()
    CmdletsToExport      = @(
        'Approve-PatchPlan'
        'Compare-PatchVersion'
        'Connect-PatchStore'
        'Deny-PatchPlan'
        'Disconnect-PatchStore'
        'Export-PatchPlan'
        'Export-PatchReport'
        'Get-CvssScore'
        'Get-PatchAdvisory'
        'Get-PatchAsset'
        'Get-PatchAudit'
        'Get-PatchChange'
        'Get-PatchDeployment'
        'Get-PatchExposure'
        'Get-PatchIncident'
        'Get-PatchInventory'
        'Get-PatchKpi'
        'Get-PatchPlan'
        'Get-PatchProblem'
        'Get-PatchRisk'
        'Get-PatchStore'
        'Get-PatchWave'
        'Import-PatchAsset'
        'Import-PatchChange'
        'Import-PatchDeployment'
        'Import-PatchFeed'
        'Import-PatchIncident'
        'Import-PatchProblem'
        'Invoke-PatchWave'
        'New-PatchPlan'
        'Resume-PatchWave'
        'Suspend-PatchWave'
        'Test-PatchAudit'
        'Test-PatchEffectiveness'
        'Test-PatchPlan'
        'Undo-PatchWave'
    )
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{ PSData = @{ Tags = @('Patch', 'Vulnerability', 'CVE', 'ITIL', 'Change', 'Problem') } }
}
