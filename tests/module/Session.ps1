# What the test files share: a clean session is a process of its own.
$script:ModulePath = $env:PATCHOPS_TEST_MODULE
$script:Repository = Split-Path (Split-Path $PSScriptRoot)

function Invoke-CleanSession {
    <#
    .SYNOPSIS
    Runs a script in a new PowerShell without profile and gives its output lines; its exit code is in $LASTEXITCODE.
    #>
    param([Parameter(Mandatory)] [string] $Script, [string] $Store)
    $file = Join-Path $env:PATCHOPS_TEST_WORK "$([guid]::NewGuid()).ps1"
    $prolog = "`$ErrorActionPreference = 'Stop'; `$ModulePath = '$ModulePath'; `$ProgressPreference = 'SilentlyContinue'`n"
    if ($Store) { $prolog += "`$env:PATCHOPS_STORE = '$Store'`n" }
    Set-Content -LiteralPath $file -Value ($prolog + $Script)
    & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -File $file 2>&1 | ForEach-Object { "$_" }
}

function Get-NewStore {
    <#
    .SYNOPSIS
    Names a store that does not exist yet.
    #>
    Join-Path $env:PATCHOPS_TEST_WORK "$([guid]::NewGuid()).db"
}
