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
    FunctionsToExport    = @()
    CmdletsToExport      = @('*')
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{ PSData = @{ Tags = @('Patch', 'Vulnerability', 'CVE', 'ITIL', 'Change', 'Problem') } }
}
