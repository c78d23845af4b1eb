#!/usr/bin/env pwsh
<#
.SYNOPSIS
Builds the module into a folder of its own and runs the tests of the module as users see it.
.DESCRIPTION
Ends with the line "N passed, N failed, N skipped". What is missing on the machine is skipped by name.
#>
[CmdletBinding()]
param(
    # A built module; default: built now.
    [string] $ModulePath
)
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)

function Write-Sum([int] $Passed, [int] $Failed, [int] $Skipped) {
    [Console]::Out.WriteLine("$Passed passed, $Failed failed, $Skipped skipped")
}

$pester = Get-Module -ListAvailable Pester | Where-Object Version -ge '5.3.0' | Sort-Object Version -Descending | Select-Object -First 1
if (-not $pester) {
    $files = @(Get-ChildItem -LiteralPath $PSScriptRoot -Filter '*.Tests.ps1')
    foreach ($file in $files) { [Console]::Out.WriteLine("Skipped: $($file.Name): Pester 5 is not installed.") }
    Write-Sum 0 0 $files.Count
    exit 0
}

$work = Join-Path ([System.IO.Path]::GetTempPath()) "patchops-module-$PID"
$code = 1
try {
    $null = New-Item -ItemType Directory -Path $work
    if (-not $ModulePath) {
        $ModulePath = Join-Path $work 'PatchOps'
        & (Join-Path $root 'build.ps1') -OutputPath $ModulePath | Out-Null
    }
    $env:PATCHOPS_TEST_MODULE = (Resolve-Path -LiteralPath $ModulePath).Path
    $env:PATCHOPS_TEST_WORK = $work

    Import-Module $pester.Path
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = $PSScriptRoot
    $configuration.Run.PassThru = $true
    $configuration.Output.Verbosity = 'Normal'
    $configuration.Output.RenderMode = 'Plaintext'
    $result = Invoke-Pester -Configuration $configuration

    foreach ($test in $result.Skipped) {
        $reason = if ("$($test.ErrorRecord)" -match 'because (.*?)(\r?\n|$)') { $Matches[1] } else { 'no reason given' }
        [Console]::Out.WriteLine("Skipped: $($test.ExpandedPath): $reason")
    }
    foreach ($test in $result.Failed) { [Console]::Out.WriteLine("Failed: $($test.ExpandedPath): $(($test.ErrorRecord | Select-Object -First 1).Exception.Message)") }
    # A file or block that could not even start holds tests that nobody counted.
    $broken = $result.FailedContainersCount + $result.FailedBlocksCount
    Write-Sum $result.PassedCount ($result.FailedCount + $broken) ($result.SkippedCount + $result.InconclusiveCount)
    $code = if ($result.FailedCount + $broken -eq 0 -and $result.PassedCount -gt 0) { 0 } else { 1 }
}
finally {
    Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction Ignore
}
exit $code
