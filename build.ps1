#!/usr/bin/env pwsh
<#
.SYNOPSIS
Builds the module to out/PatchOps.
#>
[CmdletBinding()]
param(
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    [string] $OutputPath = (Join-Path $PSScriptRoot 'out/PatchOps')
)
$ErrorActionPreference = 'Stop'

$publish = Join-Path $PSScriptRoot 'artifacts/module'
if (Test-Path -LiteralPath $publish) { Remove-Item -LiteralPath $publish -Recurse -Force }
foreach ($project in 'PatchOps.Module', 'PatchOps.Loader') {
    & dotnet publish (Join-Path $PSScriptRoot "src/$project") --configuration $Configuration --output (Join-Path $publish $project) --nologo --verbosity quiet
    if ($LASTEXITCODE -ne 0) { throw "Publishing $project failed." }
}

if (Test-Path -LiteralPath $OutputPath) { Remove-Item -LiteralPath $OutputPath -Recurse -Force }
$lib = Join-Path $OutputPath 'lib'
$null = New-Item -ItemType Directory -Path $lib -Force
Copy-Item -Path (Join-Path $publish 'PatchOps.Module/*') -Destination $lib -Recurse -Exclude '*.pdb', '*.xml', 'PatchOps.Domain.dll', 'PatchOps.Loader.dll'

# SQLite for the platforms that administrators have; thirty-one would be four times the size.
$keep = 'linux-x64', 'linux-arm64', 'linux-musl-x64', 'win-x64', 'win-arm64', 'osx-x64', 'osx-arm64'
Get-ChildItem -LiteralPath (Join-Path $lib 'runtimes') -Directory | Where-Object Name -NotIn $keep | Remove-Item -Recurse -Force

foreach ($file in 'PatchOps.Loader.dll', 'PatchOps.Domain.dll') {
    Copy-Item -LiteralPath (Join-Path $publish "PatchOps.Loader/$file") -Destination $OutputPath
}
Copy-Item -Path (Join-Path $PSScriptRoot 'module/*') -Destination $OutputPath -Recurse
Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'PatchOps.psd1') -Destination $OutputPath
Get-Item -LiteralPath $OutputPath
