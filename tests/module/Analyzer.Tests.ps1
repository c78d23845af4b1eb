BeforeDiscovery {
    $root = Split-Path (Split-Path $PSScriptRoot)
    $script:files = Get-ChildItem -LiteralPath $root -Recurse -File -Include '*.ps1', '*.psm1', '*.psd1' |
        Where-Object { [System.IO.Path]::GetRelativePath($root, $_.FullName) -notmatch '(^|[\\/])(bin|obj|out|artifacts|TestResults)[\\/]' -and $_.Name -ne 'PatchOps.psd1' } |
        ForEach-Object { @{ Name = [System.IO.Path]::GetRelativePath($root, $_.FullName); Path = $_.FullName } }
    $script:files += @{ Name = 'PatchOps.psd1'; Path = "$env:PATCHOPS_TEST_MODULE/PatchOps.psd1" }
}

Describe 'PSScriptAnalyzer' {
    # A manifest names files that stand beside it once built.
    It 'finds nothing in <Name>' -ForEach $files {
        if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) { Set-ItResult -Skipped -Because 'PSScriptAnalyzer is not installed'; return }
        $found = Invoke-ScriptAnalyzer -Path $Path -Severity Error, Warning | ForEach-Object { "$($_.ScriptName):$($_.Line): $($_.RuleName): $($_.Message)" }
        $found | Should -BeNullOrEmpty
    }
}
